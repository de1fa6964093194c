//! What other rooms ask of a sale: whether it is open, what came out, how long its hold lasts.

use super::items::several;
use super::*;
use crate::sale::fact::{Because, Doubt};
use crate::sale::input::RefundStatus;
use crate::sale::key::{Operation, spare_key};

#[test]
fn a_sale_is_open_until_it_is_closed_and_its_hold_has_a_deadline_until_it_is_captured() {
    let mut bench = Bench::presenting();
    assert!(bench.sale.is_open());
    assert_eq!(bench.sale.deadline(), None);
    bench.look(Some(ActionStatus::Succeeded), paid(1));
    assert_eq!(bench.sale.deadline(), Some(StripeTime(EPOCH + 172_800)));
    bench.dispenser(VendNews::Delivered);
    bench.answer(Ok(seen(None, captured())));
    assert!(!bench.sale.is_open());
    assert_eq!(bench.sale.deadline(), None, "nothing is held any more");
}

#[test]
fn the_items_are_counted_and_what_came_out_of_them() {
    let mut bench = Bench::with(several);
    let count = bench.sale.opened.count();
    assert_eq!(count, bench.sale.opened.items().count());
    assert!(count > 1);
    let price = bench.sale.opened.price().amount;
    bench.answer(Ok(seen(None, IntentSeen { amount: price, ..unpaid() })));
    bench.prompt_taken();
    let all = IntentSeen { amount: price, amount_capturable: price, ..paid(1) };
    bench.look(Some(ActionStatus::Succeeded), all);
    for left in (0..count).rev() {
        assert!(!bench.sale.has_delivered_all(), "{left}");
        bench.dispenser(VendNews::Delivered);
    }
    assert!(bench.sale.has_delivered_all() && bench.sale.has_delivered());
}

#[test]
fn each_phase_has_a_word_of_its_own() {
    let mut bench = Bench::opened();
    let mut words = vec![bench.sale.phase.word()];
    bench.created();
    words.push(bench.sale.phase.word());
    bench.prompt_taken();
    words.push(bench.sale.phase.word());
    let mut cancelled = Bench::presenting();
    cancelled.give(&Input::CancelPressed);
    words.push(cancelled.sale.phase.word());
    bench.look(Some(ActionStatus::Succeeded), paid(1));
    words.push(bench.sale.phase.word());
    bench.dispenser(VendNews::Delivered);
    words.push(bench.sale.phase.word());
    bench.answer(Ok(seen(None, captured())));
    words.push(bench.sale.phase.word());
    // The journal's index and people's scripts have them.
    let all = ["opening", "prompting", "presenting", "retracting", "vending", "settling", "closed"];
    assert_eq!(words, all);
}

#[test]
fn doubts_about_one_prompt_do_not_give_the_reader_more_time() {
    let mut bench = Bench::prompting();
    for _ in 0..3 {
        bench.now = bench.now + Duration::from_secs(5);
        bench.answer(refused(Refusal::ReaderBusy));
        bench.look(None, unpaid());
    }
    assert!(matches!(bench.want(), Want::PromptReader { n: 4, .. }));
    assert_eq!(bench.wait(4), []);
    assert_ne!(bench.wait(1), [], "twenty seconds in all");
}

#[test]
fn a_second_creation_waits_for_the_disk_that_the_first_need_not_wait_for() {
    assert!(!Want::CreateIntent { n: 1 }.waits_for_disk());
    assert!(Want::CreateIntent { n: 2 }.waits_for_disk());
}

#[test]
fn a_refund_that_takes_days_is_looked_at_once_a_minute_and_any_other_doubt_at_once() {
    let pace = |bench: &Bench| {
        let Want::ListRefunds { pace, .. } = bench.want() else { panic!("{:?}", bench.want()) };
        pace.next(Some(bench.now)).unwrap().since(bench.now)
    };
    let mut bench = Bench::charged();
    bench.dispenser(VendNews::Failed { reason: "jam".into() });
    bench.answer(unanswered());
    assert_eq!(pace(&bench), Duration::from_secs(1));
    bench.listed(vec![refund(1, 250, RefundStatus::Pending)], captured());
    assert!(matches!(&bench.sale.phase, Phase::Settling { doubt: Some(Doubt::Pending), .. }));
    assert_eq!(pace(&bench), Duration::from_mins(1));
}

#[test]
fn goods_come_for_an_authorization_as_old_as_the_window_and_no_older() {
    for (age, vends) in [(30, 1), (31, 0)] {
        let mut bench = Bench::presenting();
        bench.look(Some(ActionStatus::Succeeded), paid(age));
        assert_eq!(bench.vends(), vends, "{age}");
    }
}

#[test]
fn the_key_of_a_clearing_that_is_answered_late_is_spent() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.look(Some(ActionStatus::InProgress), unpaid());
    assert_eq!(bench.want(), Want::ClearReader { n: 1 });
    // The look beside it shows that it is gone: the fence is next.
    bench.reply(Call::Look, Ok(seen(None, unpaid())));
    assert!(matches!(bench.want(), Want::CancelIntent { .. }));
    bench.reply(Call::ClearReader { n: 1 }, Ok(seen(None, unpaid())));
    assert_eq!(bench.sale.keys.clear, 2);
}

#[test]
fn a_kiosk_that_can_be_charged_at_the_tap_renders_its_bodies_so() {
    let wire = |capture, interac| Policy { capture, interac, ..opened().policy }.wire();
    assert_eq!(wire(CaptureMode::AfterVend, false), 1);
    assert_eq!(wire(CaptureMode::AfterVend, true), 2);
    assert_eq!(wire(CaptureMode::Automatic, false), 2);
}

/// Why the money of this sale goes its way.
fn because(bench: &Bench) -> Option<Because> {
    bench.facts.iter().rev().find_map(|fact| {
        let Fact::SettlementDecided { because, .. } = fact else { return None };
        Some(*because)
    })
}

#[test]
fn people_read_whether_power_or_time_kept_the_goods_back() {
    let authorized_unseen = |boot: &str, age: i64| {
        let mut bench = Bench::presenting();
        bench.restart(boot);
        bench.look(Some(ActionStatus::Succeeded), paid(age));
        bench
    };
    let mut cut = authorized_unseen("boot-2", 1);
    cut.dispenser(VendNews::NotKnown);
    if because(&cut).is_none() {
        cut.wait(10);
    }
    assert_eq!(because(&cut), Some(Because::PowerCut));
    let mut old = authorized_unseen("boot-1", 31);
    old.dispenser(VendNews::NotKnown);
    assert_eq!(because(&old), Some(Because::TooOld));
    let mut silent = authorized_unseen("boot-1", 1);
    silent.wait(10);
    assert_eq!(because(&silent), Some(Because::BoardSilent));
}

#[test]
fn what_a_dispenser_repeats_is_no_news() {
    let mut bench = Bench::vending();
    bench.dispenser(VendNews::Delivered);
    assert_eq!(bench.dispenser_of(ItemNumber::FIRST, VendNews::Delivered), []);
    let late = bench.dispenser_of(ItemNumber::FIRST, VendNews::Failed { reason: "jam".into() });
    assert!(matches!(&late[..], [Fact::AnsweredLate { .. }]), "that would be");
    let mut failed = Bench::vending();
    failed.dispenser(VendNews::Failed { reason: "jam".into() });
    let again = VendNews::Failed { reason: "jam".into() };
    assert_eq!(failed.dispenser_of(ItemNumber::FIRST, again), []);
}

#[test]
fn outcomes_have_the_words_that_the_journals_index_knows() {
    let words = [
        (Outcome::Sold, "sold"),
        (Outcome::Declined, "declined"),
        (Outcome::Abandoned, "abandoned"),
        (Outcome::Released, "released"),
        (Outcome::Lost, "lost"),
        (Outcome::PartlySold, "partly_sold"),
        (Outcome::Refunded, "refunded"),
        (Outcome::Dismissed, "dismissed"),
    ];
    for (outcome, word) in words {
        assert_eq!(outcome.word(), word);
    }
}

#[test]
fn the_first_prompt_need_not_be_on_disk_but_is_written_at_once() {
    let at = Moment::from_millis(0);
    let prompt = |n| Fact::PromptIntended { attempt: 1, n, at };
    assert!(!prompt(1).is_durable() && prompt(2).is_durable());
    let created = Fact::IntentCreated { intent: intent_id() };
    assert!(created.is_eager() && prompt(1).is_eager());
    assert!(!Fact::Prompted { attempt: 1, at }.is_eager());
}

#[test]
fn an_order_has_a_name_and_a_vend_is_known_to_have_been_intended() {
    let bench = Bench::presenting();
    assert!(!bench.sale.was_vend_intended());
    let bench = Bench::vending();
    assert!(bench.sale.was_vend_intended());
    assert_eq!(bench.sale.order(ItemNumber::FIRST).unwrap().to_string(), "SALE1");
}

#[test]
fn after_a_power_cut_a_prompt_is_taken_back_and_within_one_boot_it_is_adopted() {
    for start in [Bench::prompting, Bench::presenting] {
        let mut cut = start();
        let facts = cut.restart("boot-2");
        assert!(matches!(facts[..], [Fact::Restarted { .. }, Fact::RetractionDecided { .. }]));
        let facts = start().restart("boot-1");
        assert!(matches!(facts[..], [Fact::Restarted { .. }]));
    }
}

#[test]
fn the_reader_is_held_from_the_prompt_until_the_fence_or_the_card() {
    assert!(!Bench::opened().sale.holds_reader());
    assert!(Bench::prompting().sale.holds_reader());
    let mut bench = Bench::presenting();
    assert!(bench.sale.holds_reader());
    bench.give(&Input::CancelPressed);
    assert!(bench.sale.holds_reader());
    bench.fence();
    assert!(!bench.sale.holds_reader());
    assert!(!Bench::vending().sale.holds_reader());
}

#[test]
fn a_cancel_is_under_way_until_its_own_key_is_answered() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.look(None, unpaid());
    bench.answer(unanswered());
    assert_eq!(bench.sale.cancel_unclear, Some(1));
    bench.sale.evolve(&Fact::KeySpent { operation: Operation::ClearReader, n: 1 });
    assert_eq!(bench.sale.cancel_unclear, Some(1), "the reader says nothing of it");
    bench.sale.evolve(&Fact::KeySpent { operation: Operation::Cancel, n: 1 });
    assert_eq!(bench.sale.cancel_unclear, None);
}

#[test]
fn the_key_beside_a_sales_own_is_named_after_the_payment_intent() {
    let key = spare_key(&intent_id(), 7).unwrap();
    assert_eq!(key.as_str(), "pi_1:cancel:7");
}

#[test]
fn a_fence_holds_once_the_payment_intent_is_cancelled_and_not_before() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    assert_eq!(bench.look(None, with_status(IntentStatus::Pending)), [], "a card is at it");
    bench.look(None, unpaid());
    bench.answer(Ok(seen(None, paid(1))));
    assert_eq!(bench.outcome(), None);
    assert!(matches!(bench.want(), Want::Look { .. }), "{:?}", bench.want());
}

#[test]
fn an_action_is_dead_once_its_payment_intent_is_over_unless_it_gives_money_back() {
    let action = |kind: &str, status, intent_status| ActionSeen {
        kind: kind.into(),
        status,
        intent: Some(intent_id()),
        sale: None,
        kiosk: None,
        intent_status: Some(intent_status),
        card: None,
        form: None,
    };
    let (pay, back) = ("process_payment_intent", "refund_payment");
    let (living, over) = (ActionStatus::InProgress, ActionStatus::Succeeded);
    for (kind, status, intent, dead) in [
        (pay, living.clone(), IntentStatus::Canceled, true),
        (pay, living.clone(), IntentStatus::Succeeded, true),
        (pay, living.clone(), IntentStatus::RequiresPaymentMethod, false),
        (pay, over, IntentStatus::Canceled, false),
        (back, living, IntentStatus::Succeeded, false),
    ] {
        let action = action(kind, status, intent);
        assert_eq!(action.is_dead(), dead, "{action:?}");
        assert_eq!(action.is_refund(), kind == back);
    }
}

#[test]
fn only_what_settles_a_payment_is_about_one() {
    let about = [
        Call::Inspect,
        Call::Cancel { n: 1 },
        Call::Capture { n: 1 },
        Call::Refund { n: 1 },
        Call::ListRefunds,
    ];
    assert!(about.iter().all(|call| call.is_about_payment()));
    let other = [Call::Look, Call::Prompt { n: 1 }, Call::Create { n: 1 }, Call::List];
    assert!(!other.iter().any(|call| call.is_about_payment()));
}

#[test]
fn each_refusal_says_what_it_is() {
    let refusals = [
        Refusal::ReaderBusy,
        Refusal::ReaderTimeout,
        Refusal::ReaderOffline,
        Refusal::WrongState,
        Refusal::Expired,
        Refusal::NotFound,
        Refusal::Forbidden,
        Refusal::KeyClash,
        Refusal::StripeFailed,
        Refusal::Other { code: "odd".into() },
    ];
    let said: std::collections::BTreeSet<String> =
        refusals.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), refusals.len());
    assert!(said.contains("odd"), "Stripe's own word where there is no other");
}
