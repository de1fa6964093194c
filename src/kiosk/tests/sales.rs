//! Open sales: which has the customer, which holds the reader, and what they are a reason for.

use super::*;
use crate::kiosk::out_of_order::Denied;
use crate::sale::Sale;
use crate::sale::fact::{Fact, Opened};

/// A sale as the journal has it, with the reader prompted.
fn presenting(change: impl FnOnce(&mut Opened)) -> Sale {
    let mut opened = opened();
    change(&mut opened);
    let at = opened.at;
    let intent = "pi_1".parse().unwrap();
    let facts = [
        Fact::Opened(Box::new(opened)),
        Fact::IntentCreated { intent },
        Fact::PromptIntended { attempt: 1, n: 1, at },
        Fact::Prompted { attempt: 1, at },
    ];
    Sale::fold(&facts).unwrap()
}

fn of_other_mode() -> Sale {
    presenting(|opened| opened.livemode = true)
}

fn of_other_reader() -> Sale {
    presenting(|opened| opened.reader = "tmr_2".parse().unwrap())
}

impl Bench {
    fn with(sale: Sale) -> Self {
        let mut bench = Self::ready();
        bench.kiosk.restore(sale);
        bench
    }
}

#[test]
fn the_journals_sale_gets_the_display_if_the_key_can_reach_it() {
    for sale in [presenting(|_| {}), of_other_reader()] {
        let id = sale.id().clone();
        let bench = Bench::with(sale);
        assert_eq!(bench.kiosk.front_sale().map(Sale::id), Some(&id));
    }
    let bench = Bench::with(of_other_mode());
    assert_eq!(bench.kiosk.front_sale(), None);
    assert_eq!(bench.view(), View::Idle);
    let mut held = presenting(|_| {});
    held.is_adopted = true;
    assert_eq!(Bench::with(held).kiosk.front_sale(), None, "nobody waits for what was found");
}

#[test]
fn a_sale_of_another_reader_or_mode_does_not_hold_this_one() {
    assert!(Bench::with(presenting(|_| {})).kiosk.is_reader_held());
    assert!(!Bench::with(of_other_reader()).kiosk.is_reader_held());
    assert!(!Bench::with(of_other_mode()).kiosk.is_reader_held());
}

#[test]
fn a_sale_of_the_other_mode_is_named() {
    let mut bench = Bench::with(presenting(|_| {}));
    bench.kiosk.judge_modes(bench.since());
    assert!(!bench.stands(&Reason::OtherMode));
    let mut bench = Bench::with(of_other_mode());
    bench.kiosk.judge_modes(bench.since());
    assert!(bench.stands(&Reason::OtherMode));
}

#[test]
fn only_what_this_reader_did_just_now_shows_that_it_answers() {
    let restarted = {
        let mut sale = presenting(|_| {});
        sale.restarted = true;
        sale
    };
    let found = {
        let mut sale = presenting(|_| {});
        sale.is_adopted = true;
        sale
    };
    for (sale, answers) in
        [(presenting(|_| {}), true), (of_other_reader(), false), (restarted, false), (found, false)]
    {
        let mut bench = Bench::with(sale.clone());
        bench.hear(Call::Prompt { n: 1 }, Err(Trouble::Refused(Refusal::ReaderOffline)));
        let taken = Fact::Prompted { attempt: 1, at: bench.now };
        bench.kiosk.apply(sale.id(), &[taken], bench.now);
        assert_eq!(bench.stands(&Reason::ReaderOffline), !answers, "{sale:?}");
    }
    let mut bench = Bench::with(presenting(|_| {}));
    bench.hear(Call::Prompt { n: 1 }, Err(Trouble::Refused(Refusal::ReaderOffline)));
    let id = bench.kiosk.front_sale().unwrap().id().clone();
    bench.kiosk.apply(&id, &[Fact::FoundUnpaid], bench.now);
    assert!(bench.stands(&Reason::ReaderOffline), "this it did not do");
}

#[test]
fn the_customers_sale_comes_first_then_whose_hold_lapses_first() {
    let authorized = |id: &str, seconds: i64| {
        let mut bench = Bench::presenting();
        bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
        let mut sale = bench.kiosk.front_sale().unwrap().clone();
        sale.opened.sale = id.parse().unwrap();
        let authorized = sale.authorized.as_mut().unwrap();
        authorized.capture_before = Some(StripeTime(EPOCH + seconds));
        sale
    };
    let mut bench = Bench::ready();
    bench.kiosk.adopt(authorized("LATER", 7200));
    bench.kiosk.adopt(presenting(|opened| opened.sale = "NEVER".parse().unwrap()));
    bench.kiosk.adopt(authorized("SOONER", 3600));
    bench.kiosk.restore(authorized("FRONT", 9000));
    let ids: Vec<String> =
        bench.kiosk.sales_by_urgency().iter().map(|sale| sale.id().to_string()).collect();
    assert_eq!(ids, ["FRONT", "SOONER", "LATER", "NEVER"]);
}

#[test]
fn until_stripe_was_heard_the_wall_clock_tells_that_a_hold_lapses_soon() {
    // The hold lasts two days, and half a day before its end people are told.
    for (hours, near) in [(36, false), (37, true)] {
        let mut bench = Bench::presenting();
        bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
        bench.kiosk.watch.stripe_clock = None;
        let wall = WallTime((EPOCH + hours * 3600) * 1000);
        bench.kiosk.judge_open_sales(Since { moment: bench.now, wall });
        assert_eq!(bench.stands(&Reason::DeadlineNear), near, "{hours}");
    }
}

#[test]
fn a_wall_clock_is_believed_for_as_many_weeks_as_a_kiosk_may_be_off() {
    for (days, near) in [(59, true), (60, false)] {
        let mut bench = Bench::presenting();
        bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
        bench.kiosk.watch.stripe_clock = None;
        let wall = WallTime((EPOCH + days * 24 * 3600) * 1000);
        bench.kiosk.judge_open_sales(Since { moment: bench.now, wall });
        assert_eq!(bench.stands(&Reason::DeadlineNear), near, "{days}");
    }
}

#[test]
fn what_kept_sales_from_being_settled_is_forgotten_with_the_last_of_them() {
    let narrow = |denied| Reason::KeyTooNarrow { denied };
    let raise = |bench: &mut Bench| {
        let refused = |refusal| Err(Trouble::Refused(refusal));
        for call in [
            Call::Capture { n: 1 },
            Call::Cancel { n: 1 },
            Call::Refund { n: 1 },
            Call::Inspect,
            Call::Create { n: 1 },
        ] {
            bench.hear(call, refused(Refusal::Forbidden));
        }
        bench.hear(Call::Capture { n: 2 }, refused(Refusal::NotFound));
        bench.kiosk.judge_open_sales(bench.since());
    };
    let of_settlers = [Denied::CancelPayment, Denied::RefundSold, Denied::ReadPayment].map(narrow);
    let mut bench = Bench::with(presenting(|_| {}));
    raise(&mut bench);
    assert!(of_settlers.iter().all(|reason| bench.stands(reason)), "a sale is not over");
    assert!(bench.stands(&Reason::PaymentNotFound));
    let mut bench = Bench::with(of_other_mode());
    raise(&mut bench);
    assert!(!of_settlers.iter().any(|reason| bench.stands(reason)), "no sale of this key's");
    assert!(!bench.stands(&Reason::PaymentNotFound));
    assert!(bench.stands(&narrow(Denied::CreatePayment)), "what the next sale needs stays");
    let mut bench = Bench::presenting();
    bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
    bench.give(&Input::Dispenser { item: ItemNumber::FIRST, news: VendNews::Delivered });
    raise(&mut bench);
    assert!(of_settlers.iter().all(|reason| bench.stands(reason)), "it is being settled");
}

#[test]
fn a_customer_waits_for_the_fence_until_patience_ends_and_no_longer() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    assert_eq!(bench.kiosk.next_view_change(bench.now), Some(bench.now + Duration::from_secs(10)));
    bench.wait(9);
    bench.kiosk.release_waiting_customer(bench.now);
    assert!(matches!(bench.view(), View::TakingBack { .. }));
    bench.wait(1);
    assert_eq!(bench.kiosk.next_view_change(bench.now), None, "that moment has come");
    bench.kiosk.release_waiting_customer(bench.now);
    assert!(matches!(bench.view(), View::HoldWillBeReleased { .. }));
    assert_eq!(bench.kiosk.next_view_change(bench.now), Some(bench.now + Duration::from_secs(8)));
    bench.reply(Call::Look, Ok(IntentStatus::RequiresPaymentMethod));
    assert_eq!(bench.kiosk.front_sale(), None, "whoever was let go is not called back");
}

#[test]
fn the_seconds_that_are_left_are_counted_down_one_by_one() {
    let mut bench = Bench::presenting();
    assert_eq!(bench.kiosk.next_view_change(bench.now), Some(bench.now + Duration::from_secs(1)));
    bench.now = bench.now + Duration::from_millis(59_001);
    assert!(matches!(bench.view(), View::PresentCard { seconds_left: 1, .. }), "a part is one");
    bench.now = bench.now + Duration::from_millis(999);
    assert!(matches!(bench.view(), View::PresentCard { seconds_left: 0, .. }));
}

#[test]
fn what_was_pressed_in_vain_does_not_hide_what_the_customer_before_reads() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.reply(Call::Look, Ok(IntentStatus::RequiresPaymentMethod));
    bench.reply(Call::Cancel { n: 1 }, Ok(IntentStatus::Canceled));
    let told = bench.view();
    bench.kiosk.show_turned(Turned::Draining, bench.now);
    assert_eq!(bench.view(), told);
    bench.wait(8);
    bench.kiosk.show_turned(Turned::NoCart, bench.now);
    assert_eq!(bench.view(), View::Idle, "what means nothing here is not answered");
    bench.kiosk.show_turned(Turned::Draining, bench.now);
    assert_eq!(bench.view(), View::NotNow { why: Turned::Draining });
}
