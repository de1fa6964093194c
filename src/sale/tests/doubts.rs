//! Calls whose fate is unknown, refusals, and late replies.

use super::*;
use crate::sale::fact::{Doubt, Retraction};
use crate::sale::input::{Hindrance, Obstacle};

#[test]
fn an_unanswered_prompt_is_looked_for_and_sent_again_with_the_same_key() {
    let mut bench = Bench::prompting();
    bench.answer(unanswered());
    bench.look(None, unpaid());
    assert_eq!(bench.want(), Want::PromptReader { intent: intent_id(), n: 1 });
}

#[test]
fn an_unanswered_prompt_that_stands_is_adopted() {
    let mut bench = Bench::prompting();
    bench.answer(unanswered());
    bench.look(Some(ActionStatus::InProgress), unpaid());
    assert!(matches!(bench.sale.phase, Phase::Presenting { .. }));
}

#[test]
fn a_reader_timeout_that_was_a_false_negative_is_no_second_prompt() {
    let mut bench = Bench::prompting();
    bench.answer(refused(Refusal::ReaderTimeout));
    bench.look(Some(ActionStatus::InProgress), unpaid());
    assert!(matches!(bench.sale.phase, Phase::Presenting { .. }));
    assert_eq!(
        bench.facts.iter().filter(|fact| matches!(fact, Fact::PromptIntended { .. })).count(),
        1
    );
}

#[test]
fn an_answered_refusal_spends_the_key() {
    let mut bench = Bench::prompting();
    bench.answer(refused(Refusal::StripeFailed));
    let facts = bench.look(None, unpaid());
    assert!(matches!(&facts[..], [Fact::PromptIntended { n: 2, attempt: 1, .. }]));
    assert!(facts[0].is_durable(), "a later key is on disk before it is used");
}

#[test]
fn a_reader_that_did_not_acknowledge_may_prompt_late_and_is_not_asked_twice_meanwhile() {
    let mut bench = Bench::prompting();
    bench.answer(refused(Refusal::ReaderTimeout));
    bench.wait(3);
    assert!(bench.look(None, unpaid()).is_empty());
    let facts = bench.look(Some(ActionStatus::InProgress), unpaid());
    assert!(matches!(&facts[..], [Fact::Prompted { .. }]), "it prompts after all");
}

#[test]
fn a_reader_that_did_not_get_the_prompt_is_asked_with_a_new_key() {
    let mut bench = Bench::prompting();
    bench.answer(refused(Refusal::ReaderTimeout));
    bench.wait(4);
    let facts = bench.look(None, unpaid());
    assert!(matches!(&facts[..], [Fact::PromptIntended { n: 2, attempt: 1, .. }]));
}

#[test]
fn a_reader_that_drops_every_prompt_does_not_keep_the_customer_for_ever() {
    let mut bench = Bench::presenting();
    for _ in 0..20 {
        bench.wait(3);
        if matches!(bench.sale.phase, Phase::Retracting { .. }) {
            break;
        }
        bench.look(None, unpaid());
        bench.look(None, unpaid());
        if matches!(bench.want(), Want::PromptReader { .. }) {
            bench.prompt_taken();
        }
    }
    assert!(matches!(bench.sale.phase, Phase::Retracting { why: Retraction::TimedOut, .. }));
}

#[test]
fn a_customer_who_taps_while_the_reader_still_owes_its_answer_is_served() {
    let look = |intent| Ok(seen(Some(ActionStatus::InProgress), intent));
    let mut bench = Bench::prompting();
    let facts = bench.reply(Call::Look, look(unpaid()));
    assert!(matches!(&facts[..], [Fact::Prompted { .. }]));
    let mut bench = Bench::prompting();
    let facts = bench.reply(Call::Look, look(paid(1)));
    assert!(matches!(&facts[..], [Fact::Authorized(_), Fact::VendIntended { .. }]));
    // The answer that was owed is stale by now.
    assert!(bench.reply(Call::Prompt { n: 1 }, refused(Refusal::ReaderTimeout)).is_empty());
}

#[test]
fn a_stripe_that_fails_is_asked_again_for_the_payment_intent_with_new_keys_but_not_for_ever() {
    let mut bench = Bench::opened();
    for n in 1..3 {
        let facts = bench.answer(refused(Refusal::StripeFailed));
        assert!(matches!(&facts[..], [Fact::KeySpent { .. }]) && facts[0].is_durable());
        assert_eq!(bench.want(), Want::CreateIntent { n: n + 1 });
    }
    bench.answer(refused(Refusal::StripeFailed));
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn what_stripe_did_not_look_at_keeps_its_key() {
    for trouble in [
        Trouble::NotSent { obstacle: Obstacle::Connection, why: "refused".into() },
        Trouble::NotYet { why: Hindrance::KeyInUse },
        Trouble::NotYet { why: Hindrance::TooMany },
    ] {
        let mut bench = Bench::prompting();
        assert!(bench.answer(Err(trouble)).is_empty());
        assert_eq!(bench.want(), Want::PromptReader { intent: intent_id(), n: 1 });
    }
}

#[test]
fn an_offline_reader_ends_the_sale_by_the_fence_alone() {
    let mut bench = Bench::prompting();
    bench.answer(refused(Refusal::ReaderOffline));
    assert!(matches!(bench.sale.phase, Phase::Retracting { .. }));
    bench.look(Some(ActionStatus::InProgress), unpaid());
    bench.answer(refused(Refusal::ReaderOffline));
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 1 });
}

#[test]
fn a_busy_reader_of_another_system_is_waited_for_and_never_cleared() {
    let mut bench = Bench::prompting();
    bench.answer(refused(Refusal::ReaderBusy));
    let mut foreign = seen(Some(ActionStatus::InProgress), unpaid());
    if let Some(action) = foreign.reader.as_mut().and_then(|reader| reader.action.as_mut()) {
        action.intent = Some("pi_other".parse().unwrap());
        action.sale = None;
    }
    assert!(bench.reply(Call::Look, Ok(foreign)).is_empty());
    assert!(matches!(bench.want(), Want::Look { .. }));
    let facts = bench.wait(20);
    assert!(matches!(
        &facts[..],
        [Fact::RetractionDecided { why: Retraction::ReaderUnavailable { .. }, .. }]
    ));
    bench.look(None, unpaid());
    assert!(matches!(bench.want(), Want::CancelIntent { .. }));
}

#[test]
fn a_connection_error_is_not_a_decline() {
    let mut bench = Bench::presenting();
    let facts = bench.look(Some(failed("connection_error")), unpaid());
    assert!(matches!(&facts[..], [Fact::PromptDoubted { why: Doubt::Ended { .. }, .. }]));
    // It was authorized after all.
    bench.look(Some(failed("connection_error")), paid(2));
    assert!(matches!(bench.want(), Want::Dispense { .. }));
}

#[test]
fn a_connection_error_without_authorization_prompts_again() {
    let mut bench = Bench::presenting();
    bench.wait(40);
    bench.look(Some(failed("connection_error")), unpaid());
    bench.look(Some(failed("connection_error")), unpaid());
    assert_eq!(bench.want(), Want::PromptReader { intent: intent_id(), n: 2 });
    assert!(bench.give(&Input::Timer).is_empty(), "the reader gets its time anew");
}

#[test]
fn a_prompt_replaced_by_another_system_is_put_up_again() {
    let mut bench = Bench::presenting();
    bench.look(None, unpaid());
    bench.look(None, unpaid());
    assert_eq!(bench.want(), Want::PromptReader { intent: intent_id(), n: 2 });
}

#[test]
fn a_look_from_before_the_prompt_proves_nothing() {
    let mut bench = Bench::presenting();
    let asked = Moment::from_millis(bench.now.as_millis() - 1);
    let reply = Reply { call: Call::Look, asked, result: Ok(seen(None, unpaid())) };
    assert!(bench.give(&Input::Replied(Box::new(reply))).is_empty());
}

#[test]
fn a_prompt_that_arrives_after_the_customer_gave_up_is_cleared() {
    let mut bench = Bench::prompting();
    bench.give(&Input::CancelPressed);
    bench.look(None, unpaid());
    bench.reply(Call::Prompt { n: 1 }, Ok(seen(Some(ActionStatus::InProgress), unpaid())));
    assert_eq!(bench.want(), Want::ClearReader { n: 1 });
}

#[test]
fn an_unanswered_capture_is_looked_at_and_repeated_with_the_same_key() {
    let mut bench = Bench::vending();
    bench.dispenser(VendNews::Delivered);
    bench.answer(unanswered());
    bench.inspect(paid(5));
    assert!(matches!(bench.want(), Want::Capture { n: 1, .. }));
    bench.answer(unanswered());
    bench.inspect(captured());
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
}

#[test]
fn a_capture_answered_with_an_error_is_looked_at_and_repeated_with_the_next_key() {
    let mut bench = Bench::vending();
    bench.dispenser(VendNews::Delivered);
    bench.answer(refused(Refusal::StripeFailed));
    let facts = bench.inspect(paid(5));
    assert!(facts[0].is_durable());
    assert!(matches!(bench.want(), Want::Capture { n: 2, .. }));
}

#[test]
fn a_capture_that_may_not_be_seen_is_never_given_up() {
    let mut bench = Bench::vending();
    bench.dispenser(VendNews::Delivered);
    bench.answer(refused(Refusal::NotFound));
    assert!(bench.reply(Call::Inspect, refused(Refusal::NotFound)).is_empty());
    assert!(bench.sale.is_open());
}

#[test]
fn a_stale_reply_changes_nothing() {
    let mut bench = Bench::presenting();
    bench.look(Some(failed("card_declined")), unpaid());
    assert!(bench.reply(Call::Prompt { n: 1 }, Ok(seen(None, unpaid()))).is_empty());
    assert!(bench.reply(Call::Capture { n: 1 }, Ok(seen(None, captured()))).is_empty());
    assert!(bench.reply(Call::Cancel { n: 7 }, Ok(seen(None, unpaid()))).is_empty());
    assert_eq!(bench.want(), Want::PromptReader { intent: intent_id(), n: 2 });
}

#[test]
fn a_refused_fence_is_looked_at_and_tried_again() {
    let mut bench = Bench::presenting();
    bench.give(&Input::CancelPressed);
    bench.look(None, unpaid());
    bench.answer(refused(Refusal::WrongState));
    bench.look(None, unpaid());
    assert_eq!(bench.want(), Want::CancelIntent { intent: intent_id(), n: 2 });
}

#[test]
fn stripe_out_of_reach_ends_the_customers_wait_and_keeps_the_fence() {
    let mut bench = Bench::opened();
    bench.answer(unanswered());
    bench.wait(15);
    assert!(matches!(bench.sale.phase, Phase::Retracting { .. }));
    assert_eq!(bench.want(), Want::CreateIntent { n: 1 }, "to learn what has to be cancelled");
}
