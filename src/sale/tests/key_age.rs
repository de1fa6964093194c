//! Keys that Stripe may have forgotten: a repeat would run anew.

use super::*;
use crate::sale::fact::{Doubt, Retraction};
use crate::sale::key::Operation;

const DAY: u64 = 24 * 3600;

/// What Stripe shows a day after the PaymentIntent was made.
fn a_day_later(action: Option<ActionStatus>, intent: IntentSeen) -> Seen {
    let date = intent.created.0 + i64::try_from(DAY).unwrap();
    Seen { date: Some(StripeTime(date)), ..seen(action, intent) }
}

#[test]
fn a_creation_that_was_not_answered_for_a_day_is_not_repeated_but_looked_for() {
    let mut bench = Bench::opened();
    bench.answer(unanswered());
    bench.wait(15);
    assert_eq!(bench.want(), Want::CreateIntent { n: 1 });
    let facts = bench.wait(23 * 3600);
    assert_eq!(facts, [Fact::KeyTooOld { operation: Operation::Create, n: 1 }]);
    assert!(facts[0].is_durable());
    assert_eq!(bench.want(), Want::FindIntent);
    assert!(bench.wait(3600).is_empty(), "once is enough");
    bench.reply(Call::Create { n: 1 }, Ok(a_day_later(None, unpaid())));
    bench.fence();
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn what_is_not_listed_was_never_made() {
    let mut bench = Bench::opened();
    assert!(bench.give(&Input::NotListed).is_empty(), "nobody looks for it yet");
    bench.wait(15);
    bench.wait(DAY);
    bench.give(&Input::NotListed);
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn a_day_old_capture_takes_the_next_key_after_a_look() {
    for boot in ["boot-1", "boot-2"] {
        let mut bench = Bench::vending();
        bench.dispenser(VendNews::Delivered);
        bench.restart(boot);
        assert!(matches!(bench.want(), Want::Inspect { .. }));
        let facts = bench.reply(Call::Inspect, Ok(a_day_later(None, paid(60))));
        assert_eq!(facts, [Fact::KeyTooOld { operation: Operation::Capture, n: 1 }]);
        assert!(matches!(bench.want(), Want::Capture { n: 2, .. }));
    }
}

#[test]
fn an_old_capture_that_went_through_is_not_repeated_at_all() {
    let mut bench = Bench::vending();
    bench.dispenser(VendNews::Delivered);
    bench.restart("boot-2");
    bench.reply(Call::Inspect, Ok(a_day_later(None, captured())));
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
}

#[test]
fn a_day_old_release_takes_the_next_key_after_a_look() {
    let mut bench = Bench::vending();
    bench.dispenser(VendNews::Failed { reason: "jam".into() });
    bench.answer(unanswered());
    bench.reply(Call::Inspect, Ok(a_day_later(None, paid(60))));
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 2 });
}

#[test]
fn a_day_old_fence_takes_the_next_key_and_one_that_never_went_out_the_first() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.reply(Call::Look, Ok(a_day_later(None, unpaid())));
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
    let facts = bench.answer(unanswered());
    assert!(matches!(&facts[..], [Fact::FenceDoubted { why: Doubt::Unanswered, .. }]));
    bench.reply(Call::Look, Ok(a_day_later(None, unpaid())));
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 2 });
}

#[test]
fn without_stripes_clock_a_key_is_not_relied_upon() {
    let mut bench = Bench::vending();
    bench.dispenser(VendNews::Delivered);
    bench.restart("boot-1");
    bench.reply(Call::Inspect, Ok(Seen { date: None, ..seen(None, paid(5)) }));
    assert!(matches!(bench.want(), Want::Capture { n: 2, .. }));
}

#[test]
fn a_prompt_is_never_repeated_by_a_restart_whatever_the_age_of_its_key() {
    let mut bench = Bench::prompting();
    bench.restart("boot-1");
    bench.reply(Call::Look, Ok(a_day_later(None, unpaid())));
    assert!(matches!(bench.sale.phase, Phase::Retracting { why: Retraction::Restarted, .. }));
}
