//! Sales that wait for a person: what is watched meanwhile, and what is decided.

use super::*;
use crate::sale::fact::{Attention, Found};
use crate::sale::resolve::{Asked, Order, Verdict, judge};

pub(super) fn waiting() -> Bench {
    let mut bench = Bench::with(|opened| opened.policy.unknown_vend = UnknownVend::Hold);
    bench.created();
    bench.prompt_taken();
    bench.look(Some(ActionStatus::Succeeded), paid(1));
    bench.dispenser(VendNews::Sent);
    bench.wait(20);
    bench.wait(10);
    assert_eq!(bench.sale.phase, Phase::NeedsAttention { why: Attention::VendUnknown });
    bench
}

/// A sale that waits although nothing was paid for it: its fence found a stranger's key.
pub(super) fn clashed() -> Bench {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.look(None, unpaid());
    bench.answer(refused(Refusal::KeyClash));
    assert_eq!(bench.sale.phase, Phase::NeedsAttention { why: Attention::KeyClash });
    bench
}

fn ask(bench: &Bench, what: Asked) -> Result<Verdict, String> {
    judge(&bench.sale, &Order { what, by: 1000, reason: None }, bench.now)
}

/// Carries out an order that is possible.
fn order(bench: &mut Bench, what: Asked) {
    let Ok(Verdict::Decided(facts)) = ask(bench, what) else { panic!("{:?}", ask(bench, what)) };
    assert!(facts[0].is_durable(), "a decision is on disk before it is acted upon");
    for fact in &facts {
        bench.sale.evolve(fact);
    }
    bench.facts.extend(facts);
    assert_eq!(Sale::fold(&bench.facts).as_ref(), Some(&bench.sale));
}

const ALL: Asked = Asked::Capture { amount: None };

#[test]
fn stripe_is_looked_at_before_a_decision_is_acted_upon() {
    let mut capture = waiting();
    order(&mut capture, ALL);
    capture.inspect(paid(60));
    assert!(matches!(capture.want(), Want::Capture { n: 1, .. }));
    capture.answer(Ok(seen(None, captured())));
    assert_eq!(capture.outcome(), Some(Outcome::Sold));

    let mut quicker = waiting();
    order(&mut quicker, ALL);
    quicker.inspect(captured());
    assert_eq!(quicker.outcome(), Some(Outcome::Sold), "the Dashboard was quicker");

    let mut late = waiting();
    order(&mut late, ALL);
    late.inspect(with_status(IntentStatus::Canceled));
    assert_eq!(late.outcome(), Some(Outcome::Lost), "who captures says that it came out");

    let mut release = waiting();
    order(&mut release, Asked::Release);
    release.inspect(paid(60));
    release.answer(Ok(seen(None, with_status(IntentStatus::Canceled))));
    assert_eq!(release.outcome(), Some(Outcome::Released));
}

#[test]
fn a_part_is_captured() {
    let mut bench = waiting();
    order(&mut bench, Asked::Capture { amount: Some(100) });
    bench.inspect(paid(60));
    let amount = Money::new(100, "usd".parse().unwrap());
    assert_eq!(bench.want(), Want::Capture { intent: intent_id(), amount, n: 1 });
    bench.answer(Ok(seen(None, IntentSeen { amount_received: 100, ..captured() })));
    assert_eq!(bench.outcome(), Some(Outcome::PartlySold));
}

#[test]
fn of_two_amounts_only_the_same_is_the_same_decision() {
    let mut bench = waiting();
    order(&mut bench, Asked::Capture { amount: Some(250) });
    assert_eq!(ask(&bench, Asked::Capture { amount: Some(250) }), Ok(Verdict::Already));
    assert_eq!(ask(&bench, ALL), Ok(Verdict::Already));
    for other in [Asked::Capture { amount: Some(249) }, Asked::Release, Asked::Dismiss] {
        let refused = ask(&bench, other).unwrap_err();
        assert!(refused.contains("by uid 1000: capture"), "{refused}");
    }
}

#[test]
fn a_refund_of_nothing_or_of_more_than_there_is_is_not_made() {
    let bench = sold();
    for amount in [0, 251] {
        assert!(ask(&bench, Asked::RefundSold { amount: Some(amount) }).is_err(), "{amount}");
    }
    assert!(ask(&bench, Asked::RefundSold { amount: Some(250) }).is_ok());
    let mut released = Bench::vending();
    released.dispenser(VendNews::Failed { reason: "jam".into() });
    released.answer(Ok(seen(None, with_status(IntentStatus::Canceled))));
    let nothing = ask(&released, Asked::RefundSold { amount: None }).unwrap_err();
    assert!(nothing.contains("nothing was captured"), "{nothing}");
}

#[test]
fn what_is_captured_already_is_not_released_nor_captured_in_part() {
    let mut bench = Bench::presenting();
    bench.look(Some(ActionStatus::Succeeded), captured());
    assert!(ask(&bench, Asked::Release).unwrap_err().contains("refund it instead"));
    let part = ask(&bench, Asked::Capture { amount: Some(100) }).unwrap_err();
    assert!(part.contains("captured already"), "{part}");
    assert!(ask(&bench, ALL).is_ok(), "it stays as it is");
    let held = ask(&waiting(), Asked::Refund).unwrap_err();
    assert!(held.contains("release it instead"), "{held}");
}

#[test]
fn what_cannot_be_is_not_decided() {
    let bench = waiting();
    for what in [
        Asked::Capture { amount: Some(0) },
        Asked::Capture { amount: Some(251) },
        Asked::Refund,
        Asked::RefundSold { amount: None },
    ] {
        assert!(ask(&bench, what).is_err(), "{what:?}");
    }
    assert!(ask(&clashed(), ALL).is_err(), "no card was authorized");
    assert!(ask(&Bench::presenting(), Asked::Dismiss).is_err());
}

#[test]
fn a_second_decision_sees_the_first_at_any_time_after_it() {
    let mut bench = waiting();
    order(&mut bench, Asked::Release);
    let again = |bench: &Bench| {
        assert_eq!(ask(bench, Asked::Release), Ok(Verdict::Already));
        assert!(ask(bench, ALL).unwrap_err().contains("uid 1000"));
    };
    again(&bench);
    bench.restart("boot-2");
    again(&bench);
    bench.inspect(with_status(IntentStatus::Canceled));
    again(&bench);
}

#[test]
fn a_person_who_acts_in_the_dashboard_has_decided() {
    let amount = Money::new(250, "usd".parse().unwrap());
    for (found, outcome, note) in [
        (with_status(IntentStatus::Canceled), Outcome::Released, Found::Canceled),
        (captured(), Outcome::Sold, Found::Captured { amount }),
    ] {
        let mut bench = waiting();
        let facts = bench.inspect(found);
        assert_eq!(facts[0], Fact::SettledElsewhere { found: note });
        assert_eq!(bench.outcome(), Some(outcome));
    }
}

#[test]
fn a_hold_that_still_stands_changes_nothing() {
    let mut bench = waiting();
    assert!(bench.inspect(paid(600)).is_empty());
    bench.restart("boot-2");
    assert!(bench.inspect(paid(900)).is_empty());
}

#[test]
fn what_can_still_be_paid_is_fenced() {
    let mut bench = clashed();
    bench.inspect(unpaid());
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 2 });
    bench.answer(unanswered());
    bench.inspect(unpaid());
    bench.answer(Ok(seen(None, with_status(IntentStatus::Canceled))));
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn a_capture_by_hand_of_what_was_never_vended_stays_with_a_person_until_it_is_refunded() {
    let mut bench = Bench::presenting();
    bench.look(Some(ActionStatus::Succeeded), captured());
    assert!(matches!(bench.want(), Want::ListRefunds { .. }));
    assert!(bench.listed(Vec::new(), captured()).is_empty());
    let theirs = RefundSeen { sale: None, n: None, ..refund(9, 250, RefundStatus::Succeeded) };
    bench.listed(vec![theirs], captured());
    assert_eq!(bench.outcome(), Some(Outcome::Refunded));
}

#[test]
fn a_failed_refund_is_made_again_with_a_new_key_if_a_person_says_so() {
    let mut bench = Bench::charged();
    bench.dispenser(VendNews::Failed { reason: "jam".into() });
    bench.answer(Ok(refund_made(RefundStatus::Failed)));
    order(&mut bench, Asked::Refund);
    bench.listed(vec![refund(1, 250, RefundStatus::Failed)], captured());
    assert!(matches!(bench.want(), Want::Refund { n: 2, .. }), "{:?}", bench.want());
}

fn sold() -> Bench {
    let mut bench = Bench::charged();
    bench.dispenser(VendNews::Delivered);
    bench
}

#[test]
fn a_refund_that_failed_and_goes_through_after_all_ends_the_sale_as_its_own() {
    let mut bench = Bench::charged();
    bench.dispenser(VendNews::Failed { reason: "jam".into() });
    bench.answer(Ok(refund_made(RefundStatus::Failed)));
    let why = Attention::RefundFailed { status: "failed".into() };
    assert_eq!(bench.sale.phase, Phase::NeedsAttention { why });
    for status in [RefundStatus::Failed, RefundStatus::Canceled] {
        assert!(bench.listed(vec![refund(1, 250, status)], captured()).is_empty(), "known");
    }
    let facts = bench.listed(vec![refund(1, 250, RefundStatus::Succeeded)], captured());
    assert!(matches!(facts[0], Fact::RefundConfirmed { .. }), "nobody else has refunded it");
    assert_eq!(bench.outcome(), Some(Outcome::Refunded));
}

#[test]
fn a_fence_that_left_the_payment_intent_as_it_was_is_looked_into() {
    let mut bench = clashed();
    bench.inspect(unpaid());
    bench.answer(Ok(seen(None, paid(1))));
    assert_eq!(bench.outcome(), None);
    assert!(matches!(bench.want(), Want::Inspect { .. }));
}

#[test]
fn a_sold_sale_is_refunded_in_parts_and_never_more_than_it_was() {
    let mut bench = sold();
    order(&mut bench, Asked::RefundSold { amount: Some(100) });
    bench.listed(Vec::new(), captured());
    assert!(matches!(bench.want(), Want::Refund { n: 1, .. }));
    bench.answer(Ok(Seen {
        refunds: Some(vec![refund(1, 100, RefundStatus::Succeeded)]),
        ..refund_made(RefundStatus::Succeeded)
    }));
    assert_eq!(bench.outcome(), Some(Outcome::PartlySold));
    assert!(ask(&bench, Asked::RefundSold { amount: Some(151) }).is_err());
    order(&mut bench, Asked::RefundSold { amount: None });
    let first = refund(1, 100, RefundStatus::Succeeded);
    bench.listed(vec![first.clone()], captured());
    assert!(matches!(bench.want(), Want::Refund { n: 2, .. }), "the first is not this one");
    bench.answer(unanswered());
    bench.listed(vec![refund(2, 150, RefundStatus::Succeeded), first], captured());
    assert_eq!(bench.outcome(), Some(Outcome::Refunded));
    assert!(ask(&bench, Asked::RefundSold { amount: None }).is_err());
}

#[test]
fn every_cut_of_a_decided_history_goes_on_to_the_same_end() {
    let mut bench = sold();
    order(&mut bench, Asked::RefundSold { amount: None });
    bench.listed(Vec::new(), captured());
    bench.answer(unanswered());
    bench.listed(vec![refund(1, 250, RefundStatus::Succeeded)], captured());
    let asked = bench
        .facts
        .iter()
        .position(|fact| matches!(fact, Fact::RefundAsked { .. }))
        .expect("it was asked for");
    for cut in asked + 1..bench.facts.len() - 1 {
        let facts = bench.facts[..cut].to_vec();
        let sale = Sale::fold(&facts).unwrap();
        let mut cut = Bench { sale, now: bench.now, facts, cuts: vec![] };
        cut.restart("boot-2");
        cut.listed(vec![refund(1, 250, RefundStatus::Succeeded)], captured());
        assert_eq!(cut.outcome(), Some(Outcome::Refunded));
    }
}

#[test]
fn what_a_sale_has_at_stripe_must_be_known_to_be_settled_here() {
    let mut bench = Bench::opened();
    bench.answer(refused(Refusal::KeyClash));
    for what in [ALL, Asked::Release, Asked::Refund] {
        assert!(ask(&bench, what).unwrap_err().contains("dismiss"), "{what:?}");
    }
    order(&mut bench, Asked::Dismiss);
    assert_eq!(bench.outcome(), Some(Outcome::Dismissed));
}

#[test]
fn all_that_was_held_is_captured_where_nobody_knows_what_came_out() {
    let mut bench = waiting();
    order(&mut bench, ALL);
    bench.inspect(paid(60));
    let amount = Money::new(250, "usd".parse().unwrap());
    assert_eq!(bench.want(), Want::Capture { intent: intent_id(), amount, n: 1 });
}

#[test]
fn whoever_refunds_an_interac_sale_has_its_owner_at_the_reader() {
    let mut bench = Bench::with(|opened| opened.policy.interac = true);
    bench.created();
    bench.prompt_taken();
    let charge = Some(ChargeSeen { interac: true, ..charge(1) });
    bench.look(Some(ActionStatus::Succeeded), IntentSeen { charge, ..captured() });
    bench.dispenser(VendNews::Delivered);
    order(&mut bench, Asked::RefundSold { amount: None });
    assert!(matches!(bench.want(), Want::RefundInPerson { n: 1, .. }), "{:?}", bench.want());
}
