//! What each answer of Stripe's says of the next calls: which permission is there, what is worth
//! trying, and what stands on the reader.

use super::*;
use crate::kiosk::out_of_order::Denied;
use crate::kiosk::reader_wish::ReaderWish;
use crate::sale::fact::CaptureMode;

fn forbidden() -> Result<Seen, Trouble> {
    Err(Trouble::Refused(Refusal::Forbidden))
}

fn done() -> Seen {
    Seen { date: None, reader: None, intent: None, refunds: None }
}

/// Each call, and the permission that it needs.
const NEEDS: [(Call, Denied); 14] = [
    (Call::Look, Denied::ReadReader),
    (Call::Prompt { n: 1 }, Denied::DriveReader),
    (Call::Confirm { n: 1 }, Denied::DriveReader),
    (Call::ClearReader { n: 1 }, Denied::DriveReader),
    (Call::RefundInPerson { n: 1 }, Denied::DriveReader),
    (Call::AssignReader, Denied::DriveReader),
    (Call::ShowCart, Denied::DriveReader),
    (Call::Create { n: 1 }, Denied::CreatePayment),
    (Call::Inspect, Denied::ReadPayment),
    (Call::List, Denied::ReadPayment),
    (Call::Cancel { n: 1 }, Denied::CancelPayment),
    (Call::Capture { n: 1 }, Denied::CapturePayment),
    (Call::Refund { n: 1 }, Denied::RefundSold),
    (Call::ListRefunds, Denied::RefundSold),
];

#[test]
fn a_permission_that_is_missing_is_named_until_a_call_that_needs_it_goes_through() {
    for (call, denied) in NEEDS {
        let narrow = Reason::KeyTooNarrow { denied };
        for later in [Ok(done()), Err(Trouble::Refused(Refusal::WrongState))] {
            let mut bench = Bench::ready();
            bench.hear(call, forbidden());
            assert!(bench.stands(&narrow), "{call:?}");
            bench.hear(call, Err(Trouble::Refused(Refusal::StripeFailed)));
            assert!(bench.stands(&narrow), "{call:?}: a failing Stripe has not looked at it");
            bench.hear(call, later.clone());
            assert!(!bench.stands(&narrow), "{call:?}: {later:?}");
        }
    }
}

#[test]
fn where_cards_are_charged_at_the_tap_refunds_are_a_condition_of_selling() {
    for call in [Call::Refund { n: 1 }, Call::ListRefunds] {
        let mut bench = Bench::ready();
        bench.kiosk.setup.policy.capture = CaptureMode::Automatic;
        bench.hear(call, forbidden());
        assert!(bench.stands(&Reason::KeyTooNarrow { denied: Denied::RefundPayment }));
        assert!(matches!(bench.select("S1"), Err(Turned::OutOfOrder { .. })));
    }
    for call in [Call::ReadLocation, Call::TryAccount] {
        let mut bench = Bench::ready();
        bench.hear(call, forbidden());
        assert_eq!(bench.kiosk.reasons().iter().count(), 0, "{call:?}: it does as well without");
    }
}

#[test]
fn another_kiosk_with_this_ones_keys_is_a_clone_whatever_was_asked() {
    for call in [Call::Create { n: 1 }, Call::Prompt { n: 1 }, Call::Cancel { n: 1 }] {
        let mut bench = Bench::ready();
        bench.hear(call, Err(Trouble::Refused(Refusal::KeyClash)));
        assert!(bench.stands(&Reason::Clone), "{call:?}");
    }
}

#[test]
fn what_stripe_does_not_know_is_the_reader_or_a_payment() {
    let unknown = || Err(Trouble::Refused(Refusal::NotFound));
    let mut bench = Bench::ready();
    bench.hear(Call::Look, unknown());
    assert!(bench.stands(&Reason::ReaderNotFound) && !bench.stands(&Reason::PaymentNotFound));
    bench.look(reader(None));
    assert!(!bench.stands(&Reason::ReaderNotFound));
    for call in [Call::Inspect, Call::Cancel { n: 1 }, Call::Capture { n: 1 }] {
        let mut bench = Bench::ready();
        bench.hear(call, unknown());
        assert!(bench.stands(&Reason::PaymentNotFound), "{call:?}");
        bench.hear(call, Ok(done()));
        assert!(!bench.stands(&Reason::PaymentNotFound), "{call:?}");
    }
    for call in [Call::AssignReader, Call::List, Call::ReadLocation, Call::ShowCart] {
        let mut bench = Bench::ready();
        bench.hear(call, unknown());
        assert_eq!(bench.kiosk.reasons().iter().count(), 0, "{call:?}");
    }
}

#[test]
fn a_payment_that_stripe_refuses_is_not_the_products_fault_unless_it_is_the_amount() {
    let refused = |code: &str| Err(Trouble::Refused(Refusal::Other { code: code.into() }));
    let payments = Reason::PaymentsRefused { code: "account_invalid".into() };
    let price =
        Reason::PriceRefused { product: "A1".parse().unwrap(), code: "amount_too_small".into() };
    let mut bench = Bench::ready();
    bench.select("S1").unwrap();
    bench.hear(Call::Create { n: 1 }, refused("account_invalid"));
    bench.hear(Call::Create { n: 1 }, refused("amount_too_small"));
    assert!(bench.stands(&payments) && bench.stands(&price));
    bench.hear(Call::Create { n: 2 }, Ok(done()));
    assert!(!bench.stands(&payments) && !bench.stands(&price), "Stripe has taken one");
    bench.hear(Call::Create { n: 3 }, Err(Trouble::Refused(Refusal::WrongState)));
    assert!(!bench.stands(&payments));
}

#[test]
fn calls_that_no_sale_rests_on_say_nothing_of_the_link_by_their_silence() {
    let silence = || Err(Trouble::Unknown { obstacle: Obstacle::Silence, why: "reset".into() });
    let failing = || Err(Trouble::Refused(Refusal::StripeFailed));
    for (call, result, is_outage) in [
        (Call::List, silence(), false),
        (Call::ReadLocation, silence(), false),
        (Call::TryAccount, silence(), false),
        (Call::Look, silence(), true),
        (Call::Create { n: 1 }, silence(), true),
        (Call::Capture { n: 1 }, silence(), false),
        (Call::Look, failing(), true),
        (Call::Create { n: 1 }, failing(), true),
        (Call::Capture { n: 1 }, failing(), false),
        (Call::Prompt { n: 1 }, failing(), false),
    ] {
        let mut bench = Bench::ready();
        for _ in 0..2 {
            bench.hear(call, result.clone());
        }
        assert_eq!(bench.kiosk.is_stripe_unreachable(), is_outage, "{call:?}: {result:?}");
        assert_eq!(bench.kiosk.is_blind(), is_outage);
    }
}

#[test]
fn an_idle_kiosk_looks_rarely_and_one_with_a_trouble_often() {
    let probes = |bench: &Bench| {
        let wish = bench.kiosk.reader_wish(bench.now);
        let ReaderWish::Probe { every } = wish else { panic!("{wish:?}") };
        every.as_secs()
    };
    assert_eq!(probes(&Bench::ready()), 15 * 60);
    let mut in_doubt = Bench::ready();
    let silence = Err(Trouble::Unknown { obstacle: Obstacle::Silence, why: "reset".into() });
    in_doubt.hear(Call::Look, silence);
    assert_eq!(probes(&in_doubt), 5, "one answer is missing");
    let mut in_use = Bench::ready();
    let theirs = action("pi_9", ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod);
    in_use.look(reader(Some(theirs)));
    assert_eq!(probes(&in_use), 5);
    let mut elsewhere = Bench::ready();
    elsewhere.kiosk.journal_writable(false, elsewhere.since());
    assert_eq!(probes(&elsewhere), 15 * 60, "a look does not mend this");
}

#[test]
fn what_other_refusals_say_is_not_read_into_them() {
    let other = || Err(Trouble::Refused(Refusal::Other { code: "odd".into() }));
    for call in [Call::Look, Call::Inspect, Call::ClearReader { n: 0 }, Call::Confirm { n: 1 }] {
        let mut bench = Bench::ready();
        bench.hear(call, other());
        assert_eq!(bench.kiosk.reasons().iter().count(), 0, "{call:?}");
    }
}

#[test]
fn a_sale_that_waits_for_the_reader_has_it_looked_at_every_second() {
    let second = ReaderWish::Probe { every: Duration::from_secs(1) };
    let mut bench = Bench::ready();
    bench.select("S1").unwrap();
    bench.look(reader(None));
    assert_ne!(bench.kiosk.reader_wish(bench.now), second, "it is free");
    let theirs = action("pi_9", ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod);
    bench.look(reader(Some(theirs)));
    assert_eq!(bench.kiosk.reader_wish(bench.now), second);
}

#[test]
fn nothing_is_sold_while_the_journal_cannot_be_written() {
    let mut bench = Bench::ready();
    bench.kiosk.journal_writable(false, bench.since());
    assert_eq!(bench.select("S1"), Err(Turned::OutOfOrder { reason: Reason::Journal }));
    bench.kiosk.journal_writable(true, bench.since());
    bench.select("S1").unwrap();
}

#[test]
fn a_dead_prompt_is_not_cleared_while_a_sale_is_on_the_reader() {
    let mut bench = Bench::presenting();
    let dead = action("pi_old", ActionStatus::InProgress, IntentStatus::Canceled);
    bench.look(reader(Some(dead)));
    assert_ne!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear, "the sale sees to it");
}

#[test]
fn the_issuer_is_asked_while_our_own_prompt_is_at_it() {
    let mut bench = Bench::presenting();
    let sees =
        |bench: &Bench| bench.kiosk.sees_authorization_under_way(bench.kiosk.front_sale().unwrap());
    for (intent, status, of_intent, is_asked) in [
        ("pi_1", ActionStatus::InProgress, IntentStatus::Pending, true),
        ("pi_1", ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod, false),
        ("pi_1", ActionStatus::Succeeded, IntentStatus::Pending, false),
        ("pi_9", ActionStatus::InProgress, IntentStatus::Pending, false),
    ] {
        bench.look(reader(Some(action(intent, status, of_intent))));
        assert_eq!(sees(&bench), is_asked);
    }
    bench.look(reader(None));
    assert!(!sees(&bench));
}

#[test]
fn a_prompt_is_cleared_only_on_a_look_that_has_just_shown_it() {
    let ours = |status| action("pi_1", status, IntentStatus::RequiresPaymentMethod);
    let mut bench = Bench::presenting();
    let sees = |bench: &Bench| {
        bench.kiosk.has_just_seen_prompt_of(bench.kiosk.front_sale().unwrap(), bench.now)
    };
    bench.look(reader(Some(ours(ActionStatus::InProgress))));
    assert!(sees(&bench));
    bench.wait(1);
    assert!(sees(&bench));
    bench.wait(1);
    assert!(!sees(&bench), "by now somebody else's may stand there");
    bench.look(reader(Some(ours(ActionStatus::Succeeded))));
    assert!(!sees(&bench), "it is over");
    let read = ActionSeen { card: Some(Box::default()), ..ours(ActionStatus::Succeeded) };
    bench.look(reader(Some(read)));
    assert!(sees(&bench), "a card that was read waits there");
    let theirs = action("pi_9", ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod);
    bench.look(reader(Some(theirs)));
    assert!(!sees(&bench));
}

#[test]
fn a_customer_who_waits_for_the_reader_is_told_only_what_is_known() {
    let mut bench = Bench::ready();
    bench.select("S1").unwrap();
    bench.look(reader(None));
    bench.reply(Call::Create { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
    assert!(matches!(bench.view(), View::Connecting { .. }), "nothing else is at it");
}

#[test]
fn what_is_done_with_is_cleared_only_on_a_look_that_has_just_shown_nobody_else() {
    let at = |intent| action(intent, ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod);
    let mut bench = Bench::presenting();
    let sees = |bench: &Bench| {
        bench.kiosk.has_just_seen_nobody_but(bench.kiosk.front_sale().unwrap(), bench.now)
    };
    for (shown, is_free) in [(Some(at("pi_1")), true), (None, true), (Some(at("pi_9")), false)] {
        bench.look(reader(shown.clone()));
        assert_eq!(sees(&bench), is_free, "{shown:?}");
        bench.wait(2);
        assert!(!sees(&bench), "by now somebody else's may stand there");
    }
    let theirs = ActionSeen { card: Some(Box::default()), ..at("pi_9") };
    bench.look(reader(Some(ActionSeen { status: ActionStatus::Succeeded, ..theirs })));
    assert!(!sees(&bench), "a card that was read waits there");
}
