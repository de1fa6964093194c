//! The ways a sale can go.

use super::*;
use crate::sale::fact::{Attention, Because, Retraction, Settlement, VendDoubt};

#[test]
fn sold() {
    let mut bench = Bench::opened();
    assert_eq!(bench.want(), Want::CreateIntent { n: 1 });
    bench.created();
    assert_eq!(bench.want(), Want::PromptReader { intent: intent_id(), n: 1 });
    bench.prompt_taken();
    assert!(bench.look(Some(ActionStatus::InProgress), unpaid()).is_empty());
    let facts = bench.look(Some(ActionStatus::Succeeded), paid(1));
    assert!(
        matches!(&facts[..], [Fact::Authorized(_), Fact::VendIntended { .. }]),
        "one transaction: {facts:?}"
    );
    assert!(matches!(bench.want(), Want::Dispense { .. }));
    bench.dispenser(VendNews::Sent);
    bench.dispenser(VendNews::Delivered);
    let amount = bench.sale.opened.price();
    assert_eq!(bench.want(), Want::Capture { intent: intent_id(), amount, n: 1 });
    bench.answer(Ok(seen(None, captured())));
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
    assert_eq!(bench.want(), Want::Nothing);
}

#[test]
fn declined_then_another_card_on_the_same_payment_intent() {
    let mut bench = Bench::presenting();
    bench.look(Some(failed("card_declined")), unpaid());
    assert_eq!(bench.want(), Want::PromptReader { intent: intent_id(), n: 2 });
    bench.prompt_taken();
    bench.look(Some(ActionStatus::Succeeded), paid(1));
    bench.dispenser(VendNews::Delivered);
    bench.answer(Ok(seen(None, captured())));
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
    assert_eq!(bench.vends(), 1);
}

#[test]
fn a_reader_that_is_lost_before_the_prompt_ends_the_sale_and_after_it_changes_nothing() {
    let mut bench = Bench::opened();
    bench.created();
    bench.give(&Input::ReaderLost);
    assert!(matches!(bench.sale.phase, Phase::Retracting { .. }));
    let mut bench = Bench::presenting();
    assert!(bench.give(&Input::ReaderLost).is_empty());
    let facts = bench.look(Some(ActionStatus::Succeeded), paid(1));
    assert!(matches!(facts.last(), Some(Fact::VendIntended { .. })));
    assert!(bench.give(&Input::ReaderLost).is_empty());
}

#[test]
fn declined_as_often_as_allowed() {
    let mut bench = Bench::presenting();
    for attempt in 1..=3 {
        let facts = bench.look(Some(failed("card_declined")), unpaid());
        assert!(matches!(&facts[0], Fact::Declined { attempt: a, .. } if *a == attempt));
        if attempt < 3 {
            bench.prompt_taken();
        }
    }
    bench.fence();
    assert_eq!(bench.outcome(), Some(Outcome::Declined));
}

#[test]
fn cancelled_on_the_reader() {
    let mut bench = Bench::presenting();
    let facts = bench.look(Some(failed("customer_canceled")), unpaid());
    assert!(matches!(
        &facts[..],
        [Fact::RetractionDecided { why: Retraction::CancelledOnReader, .. }]
    ));
    bench.fence();
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn cancelled_on_the_keypad_while_the_reader_prompts() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.look(Some(ActionStatus::InProgress), unpaid());
    assert_eq!(bench.want(), Want::ClearReader { n: 1 }, "the customer must not pay any more");
    bench.fence();
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn cancelled_before_the_payment_intent_is_known() {
    let mut bench = Bench::opened();
    bench.give(&Input::CancelPressed);
    assert_eq!(bench.want(), Want::CreateIntent { n: 1 }, "only its id lets it be cancelled");
    bench.created();
    bench.fence();
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
    assert!(!bench.facts.iter().any(|fact| matches!(fact, Fact::PromptIntended { .. })));
}

#[test]
fn nobody_pays_in_time() {
    let mut bench = Bench::presenting();
    assert!(bench.wait(59).is_empty());
    assert!(matches!(
        &bench.wait(1)[..],
        [Fact::RetractionDecided { why: Retraction::TimedOut, .. }]
    ));
    bench.look(Some(ActionStatus::InProgress), unpaid());
    bench.fence();
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn a_cancelled_customer_whose_card_was_authorized_gets_the_hold_released() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.look(Some(ActionStatus::Succeeded), paid(1));
    assert_eq!(bench.vends(), 0);
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
    bench.answer(Ok(seen(None, with_status(IntentStatus::Canceled))));
    assert_eq!(bench.outcome(), Some(Outcome::Released));
}

#[test]
fn a_customer_who_pays_as_the_time_runs_out_gets_the_product() {
    let mut bench = Bench::presenting();
    bench.wait(60);
    bench.look(Some(ActionStatus::InProgress), unpaid());
    // The reader is authorizing and will not be cleared.
    bench.answer(refused(Refusal::ReaderBusy));
    bench.look(Some(ActionStatus::Succeeded), paid(1));
    assert!(matches!(bench.want(), Want::Dispense { .. }));
    bench.dispenser(VendNews::Delivered);
    bench.answer(Ok(seen(None, captured())));
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
}

#[test]
fn a_card_authorized_between_the_last_look_and_the_fence_is_released_by_the_fence() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.look(None, unpaid());
    let fenced = IntentSeen { charge: Some(charge(1)), ..with_status(IntentStatus::Canceled) };
    bench.answer(Ok(seen(None, fenced)));
    assert_eq!(bench.outcome(), Some(Outcome::Released));
}

#[test]
fn a_card_declined_between_the_last_look_and_the_fence_was_never_held() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.look(None, unpaid());
    let declined = ChargeSeen { authorized: false, ..charge(1) };
    let fenced = IntentSeen { charge: Some(declined), ..with_status(IntentStatus::Canceled) };
    bench.answer(Ok(seen(None, fenced)));
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn a_failed_vend_is_released() {
    let mut bench = Bench::vending();
    let facts = bench.dispenser(VendNews::Failed { reason: "jam".into() });
    assert!(matches!(
        &facts[..],
        [
            Fact::VendFailed { .. },
            Fact::SettlementDecided {
                settlement: Settlement::Release,
                because: Because::VendFailed
            }
        ]
    ));
    bench.answer(Ok(seen(None, with_status(IntentStatus::Canceled))));
    assert_eq!(bench.outcome(), Some(Outcome::Released));
}

#[test]
fn an_order_that_never_left_is_a_failed_vend() {
    let mut bench = Bench::vending();
    bench.dispenser(VendNews::NeverSent { why: "the port is closed".into() });
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
}

fn silent(policy: UnknownVend) -> Bench {
    let mut bench = Bench::with(|opened| opened.policy.unknown_vend = policy);
    bench.created();
    bench.prompt_taken();
    bench.look(Some(ActionStatus::Succeeded), paid(1));
    bench.dispenser(VendNews::Sent);
    assert!(bench.wait(19).is_empty());
    assert!(matches!(&bench.wait(1)[..], [Fact::VendDoubted { why: VendDoubt::Silent, .. }]));
    assert!(matches!(bench.want(), Want::AskDispenser { .. }));
    bench
}

#[test]
fn an_unknown_vend_is_released_where_the_policy_says_so() {
    let mut bench = silent(UnknownVend::Release);
    bench.wait(10);
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
    assert_eq!(bench.vends(), 1, "never fired again");
}

#[test]
fn an_unknown_vend_is_captured_where_the_policy_says_so() {
    let mut bench = silent(UnknownVend::Capture);
    bench.wait(10);
    assert!(matches!(bench.want(), Want::Capture { n: 1, .. }));
}

#[test]
fn an_unknown_vend_is_held_for_a_person_where_the_policy_says_so() {
    let mut bench = silent(UnknownVend::Hold);
    bench.wait(10);
    assert_eq!(bench.sale.phase, Phase::NeedsAttention { why: Attention::VendUnknown });
    assert!(bench.sale.is_open());
}

#[test]
fn a_late_answer_within_the_grace_decides() {
    let mut bench = silent(UnknownVend::Release);
    bench.wait(9);
    bench.dispenser(VendNews::Delivered);
    assert!(matches!(bench.want(), Want::Capture { n: 1, .. }));
}

#[test]
fn an_answer_after_the_decision_is_noted_and_not_acted_upon() {
    let mut bench = silent(UnknownVend::Release);
    bench.wait(10);
    let want = bench.want();
    let facts = bench.dispenser(VendNews::Delivered);
    assert!(matches!(&facts[..], [Fact::AnsweredLate { .. }]));
    assert_eq!(bench.want(), want);
}

#[test]
fn a_board_that_is_still_turning_gets_more_time() {
    let mut bench = silent(UnknownVend::Release);
    bench.dispenser(VendNews::Busy);
    assert!(bench.wait(29).is_empty());
    assert!(!bench.wait(1).is_empty());
}

#[test]
fn a_silent_board_that_knows_nothing_is_no_witness() {
    let mut bench = silent(UnknownVend::Release);
    assert!(bench.dispenser(VendNews::NotKnown).is_empty());
    assert_eq!(bench.vends(), 1);
}

#[test]
fn a_card_authorized_for_less_than_the_price_is_released() {
    let mut bench = Bench::presenting();
    bench.look(Some(ActionStatus::Succeeded), IntentSeen { amount_capturable: 249, ..paid(1) });
    assert_eq!(bench.vends(), 0);
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
}

#[test]
fn an_authorization_learned_of_too_late_is_released() {
    let mut bench = Bench::presenting();
    bench.look(Some(ActionStatus::Succeeded), paid(31));
    assert_eq!(bench.vends(), 0, "nobody stands there any more");
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
}

#[test]
fn the_age_that_an_authorization_had_is_taken_off_the_time_to_fire() {
    let mut bench = Bench::presenting();
    bench.look(Some(ActionStatus::Succeeded), paid(20));
    let Want::Dispense { fire_by, .. } = bench.want() else { panic!("{:?}", bench.want()) };
    assert_eq!(fire_by, bench.now + Duration::from_secs(10));
}

#[test]
fn an_authorization_is_seen_although_the_action_is_still_in_progress() {
    let mut bench = Bench::presenting();
    bench.look(Some(ActionStatus::InProgress), paid(1));
    assert!(matches!(bench.want(), Want::Dispense { .. }));
}

#[test]
fn an_authorization_without_its_charge_is_looked_at_again() {
    let mut bench = Bench::presenting();
    let facts = bench.look(Some(ActionStatus::Succeeded), IntentSeen { charge: None, ..paid(1) });
    assert!(facts.is_empty(), "its age cannot be told: {facts:?}");
}

#[test]
fn a_captured_sale_whose_hold_had_gone_is_lost() {
    let mut bench = Bench::vending();
    bench.dispenser(VendNews::Delivered);
    bench.answer(refused(Refusal::Expired));
    bench.inspect(with_status(IntentStatus::Canceled));
    assert_eq!(bench.outcome(), Some(Outcome::Lost));
}

#[test]
fn somebody_elses_paid_payment_intent_is_never_vended_for() {
    let mut bench = Bench::opened();
    let other = IntentSeen { sale: Some(SaleId::new("OTHER").unwrap()), ..paid(1) };
    bench.answer(Ok(seen(None, other)));
    assert_eq!(bench.sale.phase, Phase::NeedsAttention { why: Attention::NotOurs });
}

#[test]
fn a_payment_intent_that_cannot_take_a_card_is_never_prompted() {
    let mut bench = Bench::opened();
    bench.answer(Ok(seen(None, IntentSeen { takes_card_present: false, ..unpaid() })));
    assert!(matches!(bench.sale.phase, Phase::Retracting { .. }));
}

#[test]
fn a_refused_payment_intent_ends_the_sale() {
    let mut bench = Bench::opened();
    bench.answer(refused(Refusal::Other { code: "amount_too_small".into() }));
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn a_payment_intent_cancelled_in_the_dashboard_ends_the_sale() {
    let mut bench = Bench::presenting();
    bench.look(Some(ActionStatus::InProgress), with_status(IntentStatus::Canceled));
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}
