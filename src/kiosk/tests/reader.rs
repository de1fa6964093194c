//! Whatever keeps the reader from taking cards is named, probed without harm, and over by itself.

use super::*;
use crate::ids::ItemNumber;
use crate::kiosk::out_of_order::{Denied, Stops};
use crate::kiosk::reader_wish::ReaderWish;
use crate::kiosk::restart_window::RestartWindow;
use crate::kiosk::view::BusyWith;

fn refused(refusal: Refusal) -> Result<Seen, Trouble> {
    Err(Trouble::Refused(refusal))
}

fn cleared() -> Seen {
    Seen { date: None, reader: Some(reader(None)), intent: None, refunds: None }
}

/// The kiosk's own question whether the reader answers.
const KNOCK: Call = Call::ClearReader { n: 0 };

#[test]
fn an_offline_reader_is_asked_by_a_harmless_command_until_it_answers() {
    let mut bench = Bench::ready();
    bench.hear(Call::Prompt { n: 1 }, refused(Refusal::ReaderOffline));
    assert_eq!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear);
    bench.hear(KNOCK, refused(Refusal::ReaderOffline));
    bench.wait(1);
    assert!(
        matches!(bench.kiosk.reader_wish(bench.now), ReaderWish::Probe { .. }),
        "look before asking"
    );
    bench.look(reader(None));
    assert_eq!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear);
    bench.hear(KNOCK, Ok(cleared()));
    assert!(!bench.stands(&Reason::ReaderOffline));
    bench.select("S1").unwrap();
}

/// Bug: the age of a look counted from its reply, so that a reader was cleared on what it had shown
/// many seconds before. Another system's payment was cancelled by that. Seed 2438 of the simulation
/// found it.
#[test]
fn nothing_is_cleared_on_a_look_that_took_long() {
    for (takes, holds) in [(1, true), (10, false)] {
        let mut bench = Bench::ready();
        let asked = bench.now;
        bench.wait(takes);
        let seen = Seen { date: None, reader: Some(reader(None)), intent: None, refunds: None };
        let reply = Reply { call: Call::Look, asked, result: Ok(seen) };
        bench.kiosk.heard(None, &reply, bench.since());
        assert_eq!(bench.kiosk.is_just_seen(bench.now), holds, "{takes} s");
    }
}

#[test]
fn nobody_elses_action_is_cleared_to_see_whether_the_reader_answers() {
    for kind in ["set_reader_display", "process_payment_intent"] {
        let mut bench = Bench::ready();
        bench.hear(Call::Prompt { n: 1 }, refused(Refusal::ReaderOffline));
        let theirs = action("pi_theirs", ActionStatus::InProgress, IntentStatus::Pending);
        bench.wait(1);
        bench.look(reader(Some(ActionSeen { kind: kind.into(), ..theirs })));
        assert_ne!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear, "{kind}");
    }
}

#[test]
fn a_reader_that_lets_three_commands_in_a_row_time_out_is_deaf() {
    let mut bench = Bench::ready();
    for _ in 0..2 {
        bench.hear(Call::Prompt { n: 1 }, refused(Refusal::ReaderTimeout));
    }
    assert!(!bench.stands(&Reason::ReaderDeaf));
    bench.hear(KNOCK, refused(Refusal::ReaderTimeout));
    assert!(bench.stands(&Reason::ReaderDeaf));
    let status = bench.kiosk.status(bench.now);
    assert_eq!(status.reasons[0].code, "reader_deaf");
    assert!(status.reasons[0].r#do.contains("restart the reader"));
    bench.hear(KNOCK, Ok(cleared()));
    assert!(!bench.stands(&Reason::ReaderDeaf));
}

#[test]
fn a_timeout_that_was_none_does_not_make_a_reader_deaf() {
    let mut bench = Bench::presenting();
    for _ in 0..5 {
        bench.hear(Call::Prompt { n: 2 }, refused(Refusal::ReaderTimeout));
        bench.wait(1);
        let ours = action("pi_1", ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod);
        bench.look(reader(Some(ours)));
    }
    assert!(!bench.stands(&Reason::ReaderDeaf));
}

#[test]
fn a_reader_that_is_busy_with_nothing_on_it_is_updating() {
    let mut bench = Bench::ready();
    bench.select("S1").unwrap();
    bench.look(reader(None));
    bench.reply(Call::Create { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
    bench.hear(Call::Prompt { n: 1 }, refused(Refusal::ReaderBusy));
    assert!(matches!(bench.view(), View::ReaderBusy { with: BusyWith::Itself, .. }));
    assert!(!bench.stands(&Reason::ReaderUpdating), "once may be chance");
    bench.hear(Call::Prompt { n: 2 }, refused(Refusal::ReaderBusy));
    assert!(bench.stands(&Reason::ReaderUpdating));
    bench.hear(Call::Prompt { n: 3 }, Ok(cleared()));
    assert!(!bench.stands(&Reason::ReaderUpdating));
}

#[test]
fn a_prompt_that_stays_although_its_sale_is_paid_is_cleared_before_the_next() {
    let ours = || action("pi_1", ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod);
    let mut bench = Bench::presenting();
    bench.look(reader(Some(ours())));
    assert!(!bench.kiosk.leftover(), "its customer is at it");
    bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
    bench.give(&Input::Dispenser { item: ItemNumber::FIRST, news: VendNews::Delivered });
    assert!(bench.kiosk.leftover());
    bench.select("S2").unwrap();
    bench.look(reader(Some(ours())));
    assert_eq!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear);
    assert!(!bench.kiosk.may_prompt(&"S2".parse().unwrap()));
    let over = ActionSeen { status: ActionStatus::Succeeded, ..ours() };
    bench.look(reader(Some(over)));
    assert!(!bench.kiosk.leftover(), "it asks nobody any more");
}

#[test]
fn what_is_authorized_for_a_closed_sale_of_this_kiosk_is_cleared() {
    let of = |kiosk: Option<&str>, status| ActionSeen {
        kiosk: kiosk.map(|kiosk| kiosk.parse().unwrap()),
        ..action("pi_dismissed", ActionStatus::InProgress, status)
    };
    let own = opened().origin.kiosk;
    for (kiosk, status, cleared) in [
        (Some(own.as_str()), IntentStatus::RequiresCapture, true),
        (Some(own.as_str()), IntentStatus::RequiresPaymentMethod, false),
        (Some(own.as_str()), IntentStatus::Pending, false),
        (Some("another"), IntentStatus::RequiresCapture, false),
        (None, IntentStatus::RequiresCapture, false),
    ] {
        let mut bench = Bench::ready();
        let action = of(kiosk, status);
        bench.look(reader(Some(action.clone())));
        assert_eq!(bench.kiosk.reader_wish(bench.now) == ReaderWish::Clear, cleared, "{action:?}");
        assert_eq!(bench.stands(&Reason::ReaderInUse), !cleared, "{action:?}");
    }
}

#[test]
fn a_reader_that_is_busy_with_a_payment_is_not_updating() {
    let mut bench = Bench::presenting();
    let ours = action("pi_1", ActionStatus::InProgress, IntentStatus::Pending);
    bench.look(reader(Some(ours)));
    for n in 1..5 {
        bench.hear(Call::ClearReader { n }, refused(Refusal::ReaderBusy));
    }
    assert!(!bench.stands(&Reason::ReaderUpdating));
}

#[test]
fn a_reader_that_restarts_at_night_is_expected_back_and_then_missed() {
    let mut bench = Bench::ready();
    let time = |hour| jiff::civil::Time::new(hour, 0, 0, 0).unwrap();
    let zone = jiff::tz::TimeZone::UTC;
    let (from, to) = (time(14), time(15));
    assert_eq!(zone.to_datetime(jiff::Timestamp::from_second(EPOCH).unwrap()).hour(), 14);
    bench.kiosk.setup.restart_window = Some(RestartWindow { from, to, zone });
    bench.hear(Call::Prompt { n: 1 }, refused(Refusal::ReaderOffline));
    assert!(bench.stands(&Reason::ReaderRestarting) && !bench.stands(&Reason::ReaderOffline));
    bench.wait(5 * 60);
    bench.hear(KNOCK, refused(Refusal::ReaderOffline));
    assert!(bench.stands(&Reason::ReaderRestarting) && !bench.stands(&Reason::ReaderOffline));
    bench.wait(10 * 60);
    bench.hear(KNOCK, refused(Refusal::ReaderOffline));
    assert!(bench.stands(&Reason::ReaderOffline) && !bench.stands(&Reason::ReaderRestarting));
    let since = bench.kiosk.reasons().since(&Reason::ReaderOffline).unwrap();
    assert_eq!(bench.now.since(since.moment), Duration::from_mins(15), "away since the restart");
    bench.hear(KNOCK, Ok(cleared()));
    assert!(!bench.stands(&Reason::ReaderOffline));
}

#[test]
fn whether_readers_restart_now_is_told_by_stripes_clock() {
    let zone = jiff::tz::TimeZone::UTC;
    let time = |hour| jiff::civil::Time::new(hour, 0, 0, 0).unwrap();
    for (from, reason) in [(14, Reason::ReaderOffline), (20, Reason::ReaderRestarting)] {
        let mut bench = Bench::ready();
        let window = RestartWindow { from: time(from), to: time(from + 1), zone: zone.clone() };
        bench.kiosk.setup.restart_window = Some(window);
        // Stripe is six hours ahead of the wall clock.
        let date = Some(StripeTime(EPOCH + 6 * 3600));
        bench.hear(Call::Look, Ok(Seen { date, reader: None, intent: None, refunds: None }));
        bench.hear(Call::Prompt { n: 1 }, refused(Refusal::ReaderOffline));
        assert!(bench.stands(&reason), "{from}");
    }
}

#[test]
fn a_link_that_fails_in_another_way_is_one_outage_with_one_beginning() {
    let mut bench = Bench::ready();
    let not_sent = |obstacle| Err(Trouble::NotSent { obstacle, why: "…".into() });
    bench.hear(Call::Look, not_sent(Obstacle::Name));
    bench.hear(Call::Look, not_sent(Obstacle::Name));
    bench.wait(60);
    bench.hear(Call::Look, not_sent(Obstacle::Clock));
    let codes: Vec<String> =
        bench.kiosk.status(bench.now).reasons.into_iter().map(|r| r.code).collect();
    assert_eq!(codes, ["clock_wrong"]);
    let (_, standing) = bench.kiosk.reasons().link().unwrap();
    assert_eq!(bench.now.since(standing.since.moment), Duration::from_mins(1));
}

#[test]
fn a_stripe_that_fails_is_said_to_fail() {
    let mut bench = Bench::ready();
    bench.hear(Call::Look, refused(Refusal::StripeFailed));
    bench.hear(Call::Look, refused(Refusal::StripeFailed));
    assert!(bench.stands(&Reason::Link { obstacle: Obstacle::Failing }));
    bench.look(reader(None));
    assert!(bench.kiosk.reasons().link().is_none());
}

#[test]
fn a_key_that_may_not_settle_stops_all_sales_until_it_may() {
    let mut bench = Bench::ready();
    bench.hear(Call::Capture { n: 1 }, refused(Refusal::Forbidden));
    let narrow = Reason::KeyTooNarrow { denied: Denied::CapturePayment };
    assert!(bench.stands(&narrow) && narrow.stops() == Stops::Everything);
    assert!(matches!(bench.select("S1"), Err(Turned::OutOfOrder { .. })));
    bench.kiosk.key_replaced();
    bench.select("S1").unwrap();
}

#[test]
fn a_price_that_stripe_refuses_takes_one_product_out_of_the_offer() {
    let mut bench = Bench::ready();
    bench.select("S1").unwrap();
    let code = "amount_too_small".to_owned();
    bench.hear(Call::Create { n: 1 }, refused(Refusal::Other { code: code.clone() }));
    bench.reply(Call::Create { n: 1 }, Err(Trouble::Refused(Refusal::Other { code })));
    bench.wait(20);
    assert_eq!(bench.view(), View::Idle, "other products are sold");
    assert!(matches!(
        bench.select("S2"),
        Err(Turned::OutOfOrder { reason: Reason::PriceRefused { .. } })
    ));
    bench.wait(280);
    bench.select("S2").unwrap();
}

#[test]
fn an_account_that_takes_no_cards_is_said_to() {
    let mut bench = Bench::ready();
    let lacking =
        IntentSeen { takes_card_present: false, ..intent(IntentStatus::RequiresPaymentMethod) };
    let seen = Seen { date: None, reader: None, intent: Some(lacking), refunds: None };
    bench.hear(Call::Create { n: 1 }, Ok(seen));
    assert!(bench.stands(&Reason::NoCardPresent));
    assert!(matches!(bench.view(), View::OutOfOrder { reason: Reason::NoCardPresent }));
}

#[test]
fn nobody_is_invited_to_pay_where_nothing_can_be_seen() {
    let mut bench = Bench::presenting();
    bench.hear(Call::Look, Err(Trouble::NotYet { why: Hindrance::KeyRejected }));
    assert!(matches!(bench.view(), View::Blind { .. }));
}

#[test]
fn unsettled_deliveries_stop_new_sales_and_a_near_deadline_alarms() {
    let mut bench = Bench::presenting();
    bench.kiosk.setup.exposure_limit = 1;
    bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
    bench.kiosk.judge_open_sales(bench.since());
    assert!(!bench.stands(&Reason::Exposure));
    bench.give(&Input::Dispenser { item: ItemNumber::FIRST, news: VendNews::Delivered });
    bench.kiosk.judge_open_sales(bench.since());
    assert!(bench.stands(&Reason::Exposure) && !bench.stands(&Reason::DeadlineNear));
    // Stripe's clock, which goes on with the boot's, tells how near the end of the hold is.
    let seen = Seen { date: Some(StripeTime(EPOCH)), reader: None, intent: None, refunds: None };
    bench.hear(Call::Look, Ok(seen));
    bench.wait(37 * 3600);
    bench.kiosk.judge_open_sales(bench.since());
    assert!(bench.stands(&Reason::DeadlineNear));
    bench.reply(Call::Capture { n: 1 }, Ok(IntentStatus::Succeeded));
    bench.kiosk.judge_open_sales(bench.since());
    assert!(!bench.stands(&Reason::Exposure) && !bench.stands(&Reason::DeadlineNear));
}

#[test]
fn a_clock_that_is_years_off_invents_no_deadline() {
    let mut bench = Bench::presenting();
    bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
    for wall in [0, EPOCH * 1000 + 3_600_000 * 24 * 365 * 12] {
        let now = Since { moment: bench.now, wall: WallTime(wall) };
        bench.kiosk.watch.stripe_clock = None;
        bench.kiosk.judge_open_sales(now);
        assert!(!bench.stands(&Reason::DeadlineNear), "{wall}");
    }
}

/// A reader that was offline when a refund's prompt was to be cleared shows it still, and the sale is
/// over meanwhile: without this the kiosk would be out of order until a person came.
#[test]
fn a_refunds_prompt_whose_sale_is_over_is_cleared_and_no_other_refunds_is() {
    let prompt = |intent: &str| ActionSeen {
        kind: "refund_payment".into(),
        intent_status: None,
        ..action(intent, ActionStatus::InProgress, IntentStatus::Succeeded)
    };
    let mut bench = Bench::ready();
    bench.kiosk.refunded_here.push_back("pi_1".parse().unwrap());
    bench.look(reader(Some(prompt("pi_1"))));
    assert_eq!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear);
    assert!(bench.kiosk.reasons().since(&Reason::ReaderInUse).is_none());
    bench.look(reader(Some(prompt("pi_9"))));
    assert_ne!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear, "somebody else's");
    assert!(bench.kiosk.reasons().since(&Reason::ReaderInUse).is_some());
}
