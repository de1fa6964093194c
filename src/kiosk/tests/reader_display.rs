//! The product on the reader before it asks for the card: a nicety, which must never be in the way.

use super::*;
use crate::kiosk::reader_wish::ReaderWish;

/// A customer has chosen; the PaymentIntent is not there yet, the reader was looked at.
fn opening() -> Bench {
    let mut bench = Bench::ready();
    bench.kiosk.setup.reader_display = true;
    bench.select("S1").unwrap();
    bench.look(reader(None));
    bench
}

fn is_wanted(bench: &Bench) -> bool {
    bench.kiosk.display_wanted(bench.now).is_some()
}

/// The reader's action while it shows a product.
fn showing() -> ActionSeen {
    let theirs = action("pi_1", ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod);
    ActionSeen { kind: "set_reader_display".into(), intent: None, intent_status: None, ..theirs }
}

fn answered(bench: &mut Bench, result: Result<(), Trouble>) {
    let seen = Seen { date: None, reader: None, intent: None, refunds: None };
    bench.kiosk.display_answered(&result.map(|()| seen), bench.now);
}

#[test]
fn it_is_shown_once_to_each_customer_and_only_where_it_is_configured() {
    let mut bench = opening();
    assert!(is_wanted(&bench));
    bench.kiosk.display_sent("S1".parse().unwrap());
    assert!(!is_wanted(&bench));
    bench.kiosk.display_sent("S0".parse().unwrap());
    assert!(is_wanted(&bench), "the one before had another");
    bench.kiosk.setup.reader_display = false;
    assert!(!is_wanted(&bench));
    assert!(!is_wanted(&Bench::ready()), "nobody has chosen");
}

#[test]
fn it_replaces_no_payment_and_nothing_unseen() {
    let mut bench = opening();
    let living = action("pi_9", ActionStatus::InProgress, IntentStatus::RequiresPaymentMethod);
    bench.look(reader(Some(living.clone())));
    assert!(!is_wanted(&bench));
    let over = ActionSeen { status: ActionStatus::Succeeded, ..living };
    bench.look(reader(Some(over)));
    assert!(is_wanted(&bench), "that is over");
    bench.look(reader(Some(showing())));
    assert!(is_wanted(&bench), "another product may be replaced");
    let mut unseen = Bench::ready();
    unseen.kiosk.setup.reader_display = true;
    unseen.wait(1);
    unseen.select("S1").unwrap();
    assert!(!is_wanted(&unseen), "the look is from before this customer");
}

#[test]
fn it_is_not_shown_once_the_payment_intent_is_there() {
    let mut bench = opening();
    bench.reply(Call::Create { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
    assert!(!is_wanted(&bench));
}

#[test]
fn after_a_failure_the_next_customers_are_spared_it_for_a_while() {
    let mut bench = opening();
    answered(&mut bench, Err(Trouble::Refused(Refusal::ReaderBusy)));
    bench.wait(299);
    assert!(!is_wanted(&bench));
    bench.wait(1);
    assert!(is_wanted(&bench));
    answered(&mut bench, Err(Trouble::Refused(Refusal::ReaderBusy)));
    answered(&mut bench, Ok(()));
    assert!(is_wanted(&bench), "it works again");
}

#[test]
fn whether_it_stands_there_is_looked_at_if_that_is_not_known() {
    let silence = Trouble::Unknown { obstacle: Obstacle::Silence, why: "reset".into() };
    for (trouble, unclear) in [
        (silence, true),
        (Trouble::Refused(Refusal::ReaderTimeout), true),
        (Trouble::Refused(Refusal::ReaderBusy), false),
    ] {
        let mut bench = Bench::ready();
        answered(&mut bench, Err(trouble));
        assert_eq!(bench.kiosk.reader_wish(bench.now) == ReaderWish::Look, unclear);
        bench.look(reader(None));
        assert_eq!(
            bench.kiosk.reader_wish(bench.now) == ReaderWish::Look,
            unclear,
            "asked for before"
        );
        bench.wait(1);
        bench.look(reader(None));
        assert!(matches!(bench.kiosk.reader_wish(bench.now), ReaderWish::Probe { .. }));
    }
}

#[test]
fn what_nobody_buys_any_more_is_taken_off_the_reader() {
    let mut bench = opening();
    bench.look(reader(Some(showing())));
    assert_ne!(bench.kiosk.reader_wish(bench.now), ReaderWish::Clear, "it is this customer's");
    let mut left = Bench::ready();
    left.look(reader(Some(showing())));
    assert_ne!(
        left.kiosk.reader_wish(left.now),
        ReaderWish::Clear,
        "kioskd shows none: somebody else's"
    );
    left.kiosk.setup.reader_display = true;
    assert_eq!(left.kiosk.reader_wish(left.now), ReaderWish::Clear);
    let over = ActionSeen { status: ActionStatus::Succeeded, ..showing() };
    left.look(reader(Some(over)));
    assert_ne!(left.kiosk.reader_wish(left.now), ReaderWish::Clear, "it is gone");
    let theirs = ActionSeen { kind: "process_payment_intent".into(), ..showing() };
    left.look(reader(Some(theirs)));
    assert_ne!(left.kiosk.reader_wish(left.now), ReaderWish::Clear, "never a payment");
    let mut held = Bench::presenting();
    held.kiosk.setup.reader_display = true;
    held.look(reader(Some(showing())));
    assert_ne!(held.kiosk.reader_wish(held.now), ReaderWish::Clear, "a sale of ours is on it");
}
