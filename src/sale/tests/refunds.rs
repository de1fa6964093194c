//! Sales that are charged at the tap: they are vended, or the money goes back, once.

use super::*;
use crate::sale::fact::{Attention, Because, Found, Retraction, Settlement};
use crate::sale::input::Hindrance;

/// A sale that is charged and whose product did not come out: a refund is to be made.
fn refunding() -> Bench {
    let mut bench = Bench::charged();
    bench.dispenser(VendNews::Failed { reason: "jam".into() });
    assert_eq!(bench.want(), refund_want(250, 1));
    bench
}

fn refund_want(amount: u64, n: u32) -> Want {
    let amount = Money::new(amount, "usd".parse().unwrap());
    Want::Refund { intent: intent_id(), amount, n }
}

fn elsewhere(amount: u64) -> RefundSeen {
    RefundSeen { sale: None, n: None, ..refund(9, amount, RefundStatus::Succeeded) }
}

#[test]
fn charged_at_the_tap_and_delivered_is_sold() {
    let mut bench = Bench::charged();
    assert!(matches!(bench.want(), Want::Dispense { .. }));
    bench.dispenser(VendNews::Delivered);
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
    assert!(!bench.facts.iter().any(|fact| matches!(fact, Fact::KeySpent { .. })));
}

#[test]
fn charged_at_the_tap_is_vended_although_cancel_was_pressed() {
    let mut bench = Bench::with(|opened| opened.policy.capture = CaptureMode::Automatic);
    bench.created();
    bench.prompt_taken();
    bench.give(&Input::CancelPressed);
    bench.look(Some(ActionStatus::Succeeded), captured());
    assert!(matches!(bench.want(), Want::Dispense { .. }));
}

#[test]
fn a_charge_found_by_a_fence_of_unknown_fate_is_vended() {
    let mut bench = Bench::with(|opened| opened.policy.capture = CaptureMode::Automatic);
    bench.created();
    bench.prompt_taken();
    bench.wait(60);
    bench.look(None, unpaid());
    bench.answer(unanswered());
    bench.look(Some(ActionStatus::Succeeded), captured());
    assert!(matches!(bench.want(), Want::Dispense { .. }), "no cancel takes a charge away");
}

#[test]
fn a_charge_learned_of_too_late_is_refunded() {
    let mut bench = Bench::with(|opened| opened.policy.capture = CaptureMode::Automatic);
    bench.created();
    bench.prompt_taken();
    let old = IntentSeen { charge: Some(charge(31)), ..captured() };
    bench.look(Some(ActionStatus::Succeeded), old);
    assert_eq!(bench.want(), refund_want(250, 1));
}

#[test]
fn a_charge_of_less_than_the_price_is_refunded() {
    let mut bench = Bench::with(|opened| opened.policy.capture = CaptureMode::Automatic);
    bench.created();
    bench.prompt_taken();
    let partial = IntentSeen { amount_received: 100, ..captured() };
    bench.look(Some(ActionStatus::Succeeded), partial);
    assert_eq!(bench.vends(), 0);
    assert_eq!(bench.want(), refund_want(100, 1));
}

#[test]
fn an_unknown_vend_of_a_charged_sale_goes_as_the_policy_says() {
    for (policy, outcome) in [
        (UnknownVend::Release, None),
        (UnknownVend::Capture, Some(Outcome::Sold)),
        (UnknownVend::Hold, None),
    ] {
        let mut bench = Bench::charged_with(|opened| opened.policy.unknown_vend = policy);
        bench.dispenser(VendNews::Sent);
        bench.wait(20);
        bench.wait(10);
        assert_eq!(bench.outcome(), outcome, "{policy:?}");
        if policy == UnknownVend::Release {
            assert_eq!(bench.want(), refund_want(250, 1));
        }
    }
}

/// A sale that was charged at the tap and whose price is to be kept, after a power cut.
fn to_be_kept_after_a_power_cut() -> Bench {
    let mut bench = Bench::charged_with(|opened| opened.policy.unknown_vend = UnknownVend::Capture);
    bench.dispenser(VendNews::Sent);
    bench.restart("boot-2");
    bench.wait(10);
    bench
}

#[test]
fn after_a_power_cut_the_refunds_are_read_before_a_charge_counts_as_kept() {
    let mut bench = to_be_kept_after_a_power_cut();
    assert_eq!(bench.outcome(), None);
    bench.restart("boot-3");
    bench.listed(Vec::new(), captured());
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
}

#[test]
fn a_refund_whose_record_was_lost_with_the_power_is_found() {
    for (amount, outcome) in [(250, Outcome::Refunded), (100, Outcome::PartlySold)] {
        let mut bench = to_be_kept_after_a_power_cut();
        let pending = refund(1, amount, RefundStatus::Pending);
        assert_eq!(bench.listed(vec![pending], captured()), [], "it may still fail");
        let found = Found::Refunded { amount: Money::new(amount, "usd".parse().unwrap()) };
        let facts = bench.listed(vec![refund(1, amount, RefundStatus::Succeeded)], captured());
        assert_eq!(facts, [Fact::SettledElsewhere { found }, Fact::Closed { outcome }]);
    }
}

#[test]
fn a_power_cut_before_the_vend_was_recorded_is_refunded_unless_the_board_knows_better() {
    let found = || {
        let mut bench = Bench::with(|opened| opened.policy.capture = CaptureMode::Automatic);
        bench.created();
        bench.prompt_taken();
        bench.restart("boot-2");
        bench.look(Some(ActionStatus::Succeeded), captured());
        bench
    };
    let mut unknown = found();
    unknown.dispenser(VendNews::NotKnown);
    assert_eq!(unknown.want(), refund_want(250, 1));
    let mut done = found();
    done.dispenser(VendNews::Delivered);
    done.listed(Vec::new(), captured());
    assert_eq!(done.outcome(), Some(Outcome::Sold));
}

#[test]
fn a_refund_that_succeeds_ends_the_sale() {
    let mut bench = refunding();
    let facts = bench.answer(Ok(refund_made(RefundStatus::Succeeded)));
    assert!(matches!(&facts[0], Fact::RefundConfirmed { n: 1, .. }));
    assert_eq!(bench.outcome(), Some(Outcome::Refunded));
}

/// Every way in which a refund may be answered, and what it leads to.
#[test]
fn a_refund_is_repeated_only_after_stripe_answered_and_the_list_has_none() {
    let not_yet = |why| Err(Trouble::NotYet { why });
    for untouched in [
        Err(Trouble::NotSent { obstacle: Obstacle::Connection, why: "refused".into() }),
        not_yet(Hindrance::KeyRejected),
        not_yet(Hindrance::TooMany),
        not_yet(Hindrance::KeyInUse),
    ] {
        let mut bench = refunding();
        assert!(bench.answer(untouched).is_empty());
        assert_eq!(bench.want(), refund_want(250, 1));
    }
    for (answer, n) in [
        (unanswered(), 1),
        (refused(Refusal::StripeFailed), 2),
        (refused(Refusal::Forbidden), 2),
        (refused(Refusal::WrongState), 2),
        (refused(Refusal::Other { code: "charge_already_refunded".into() }), 2),
    ] {
        let mut bench = refunding();
        bench.answer(answer.clone());
        let facts = bench.listed(Vec::new(), captured());
        assert_eq!(facts[0].is_durable(), n > 1, "a later key is on disk before it is used");
        assert_eq!(bench.want(), refund_want(250, n), "{answer:?}");

        let mut found = refunding();
        found.answer(answer);
        found.listed(vec![refund(1, 250, RefundStatus::Succeeded)], captured());
        assert_eq!(found.outcome(), Some(Outcome::Refunded), "adopted, never repeated");
    }
}

#[test]
fn a_refund_carried_out_although_stripe_failed_is_adopted_even_after_its_key_was_spent() {
    let mut bench = refunding();
    bench.answer(refused(Refusal::StripeFailed));
    bench.listed(Vec::new(), captured());
    bench.answer(unanswered());
    bench.listed(vec![refund(1, 250, RefundStatus::Succeeded)], captured());
    assert_eq!(bench.outcome(), Some(Outcome::Refunded));
}

#[test]
fn a_pending_refund_is_looked_at_again_and_told_once() {
    let mut bench = refunding();
    bench.answer(Ok(refund_made(RefundStatus::Pending)));
    assert!(bench.listed(vec![refund(1, 250, RefundStatus::Pending)], captured()).is_empty());
    bench.restart("boot-2");
    bench.listed(vec![refund(1, 250, RefundStatus::Pending)], captured());
    bench.listed(vec![refund(1, 250, RefundStatus::Succeeded)], captured());
    assert_eq!(bench.outcome(), Some(Outcome::Refunded));
}

#[test]
fn a_refund_that_does_not_succeed_needs_a_person() {
    for (status, word) in [
        (RefundStatus::Failed, "failed"),
        (RefundStatus::RequiresAction, "requires_action"),
        (RefundStatus::Canceled, "canceled"),
    ] {
        let mut bench = refunding();
        bench.answer(Ok(refund_made(status)));
        let why = Attention::RefundFailed { status: word.into() };
        assert_eq!(bench.sale.phase, Phase::NeedsAttention { why });
        assert_eq!(bench.sale.keys.refund, 2, "another refund takes another key");
    }
}

#[test]
fn a_refund_made_in_the_dashboard_is_recorded_and_not_made_again() {
    let mut bench = refunding();
    bench.answer(refused(Refusal::Other { code: "charge_already_refunded".into() }));
    let facts = bench.listed(vec![elsewhere(250)], captured());
    let amount = Money::new(250, "usd".parse().unwrap());
    assert_eq!(facts[0], Fact::SettledElsewhere { found: Found::Refunded { amount } });
    assert_eq!(bench.outcome(), Some(Outcome::Refunded));
}

#[test]
fn what_was_refunded_in_the_dashboard_is_taken_off() {
    let mut bench = refunding();
    bench.answer(refused(Refusal::Other { code: "amount_too_large".into() }));
    let facts = bench.listed(vec![elsewhere(100)], captured());
    let because = Because::FoundPartlyRefunded;
    let amount = Money::new(150, "usd".parse().unwrap());
    let settlement = Settlement::Refund { amount };
    assert_eq!(facts[1], Fact::SettlementDecided { settlement, because });
    assert_eq!(bench.want(), refund_want(150, 2));
}

/// Also one of our own that the journal has forgotten.
#[test]
fn a_refund_of_somebody_else_counts_when_it_has_come_to_its_end() {
    let pending = |amount| RefundSeen { status: RefundStatus::Pending, ..elsewhere(amount) };
    for amount in [250, 100] {
        let mut bench = refunding();
        bench.answer(refused(Refusal::Other { code: "charge_already_refunded".into() }));
        assert_eq!(bench.listed(vec![pending(amount)], captured()), [], "{amount} may still fail");
        assert_eq!(bench.outcome(), None);
        let failed = RefundSeen { status: RefundStatus::Failed, ..elsewhere(amount) };
        bench.listed(vec![failed], captured());
        assert_eq!(bench.want(), refund_want(250, 2));
    }
}

#[test]
fn a_refund_of_what_was_never_captured_is_a_release() {
    let mut bench = refunding();
    bench.answer(refused(Refusal::WrongState));
    bench.listed(Vec::new(), paid(5));
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
}

#[test]
fn a_refund_under_way_is_looked_for_after_a_restart() {
    for boot in ["boot-1", "boot-2"] {
        let mut bench = refunding();
        bench.restart(boot);
        bench.listed(Vec::new(), captured());
        assert_eq!(bench.want(), refund_want(250, 1), "the same key: Stripe never answered");
    }
}

#[test]
fn a_captured_payment_intent_of_a_sale_with_capture_after_the_vend_needs_a_person() {
    let mut bench = Bench::presenting();
    bench.look(Some(ActionStatus::Succeeded), captured());
    let why = Attention::CapturedElsewhere;
    assert_eq!(bench.sale.phase, Phase::NeedsAttention { why });
    assert_eq!(bench.vends(), 0);
}

#[test]
fn a_release_that_finds_an_automatic_sale_captured_becomes_a_refund() {
    let mut bench = Bench::with(|opened| opened.policy.capture = CaptureMode::Automatic);
    bench.created();
    bench.prompt_taken();
    bench.give(&Input::CancelPressed);
    bench.look(Some(ActionStatus::Succeeded), paid(1));
    bench.answer(refused(Refusal::WrongState));
    bench.inspect(captured());
    assert_eq!(bench.want(), refund_want(250, 1));
    assert_eq!(bench.sale.given_up, Some(Retraction::CancelledOnKiosk));
}

#[test]
fn an_earlier_refund_that_failed_is_not_the_one_that_is_made_now() {
    let mut bench = Bench::charged();
    bench.dispenser(VendNews::Failed { reason: "jam".into() });
    bench.answer(refused(Refusal::StripeFailed));
    bench.listed(Vec::new(), captured());
    assert_eq!(bench.want(), refund_want(250, 2));
    bench.answer(unanswered());
    bench.listed(vec![refund(1, 250, RefundStatus::Failed)], captured());
    assert_eq!(bench.want(), refund_want(250, 2), "the second is still to come");
    bench.answer(unanswered());
    bench.listed(vec![refund(2, 250, RefundStatus::Failed)], captured());
    assert!(matches!(bench.sale.phase, Phase::NeedsAttention { .. }));
}

#[test]
fn a_release_that_finds_the_hold_captured_by_hand_is_left_to_a_person() {
    let mut bench = Bench::vending();
    bench.dispenser(VendNews::Failed { reason: "jam".into() });
    bench.answer(unanswered());
    bench.inspect(captured());
    let why = Attention::CapturedElsewhere;
    assert_eq!(bench.sale.phase, Phase::NeedsAttention { why });
}
