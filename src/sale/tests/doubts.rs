//! Calls whose fate is unknown, refusals, and late replies.

use super::two_steps::{card, confirming, no_prepaid, read, step};
use super::*;
use crate::sale::fact::{Attention, Doubt, Retraction};
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

/// The two steps, with a prompt of which nobody knows whether it stands.
fn reading_in_doubt(answer: Result<Seen, Trouble>) -> Bench {
    let mut bench = Bench::with(no_prepaid);
    bench.created();
    bench.answer(answer);
    bench
}

#[test]
fn a_card_that_was_read_in_doubt_counts_if_reader_and_payment_intent_agree_on_it() {
    let over = ActionStatus::Succeeded;
    let agreed = read(card("visa", "credit"), over.clone());
    let no_card =
        step("collect_payment_method", over, with_status(IntentStatus::RequiresConfirmation));
    let mut not_noted = agreed.clone();
    not_noted.intent = Some(unpaid());
    for (seen, stands) in [(agreed, true), (no_card, false), (not_noted, false)] {
        let mut bench = reading_in_doubt(unanswered());
        let facts = bench.reply(Call::Look, Ok(seen.clone()));
        assert_eq!(matches!(facts[..], [Fact::Prompted { .. }]), stands, "{seen:?}");
        assert_eq!(matches!(facts[..], [Fact::PromptMissing { .. }]), !stands, "{seen:?}");
    }
}

#[test]
fn a_payment_intent_in_another_state_is_prompted_for_again_unless_a_card_was_read_for_it() {
    let mut without = reading_in_doubt(refused(Refusal::WrongState));
    without.look(None, unpaid());
    assert!(matches!(without.want(), Want::PromptReader { n: 2, .. }));
    let mut with = reading_in_doubt(refused(Refusal::WrongState));
    with.look(None, with_status(IntentStatus::RequiresConfirmation));
    assert!(matches!(
        with.sale.phase,
        Phase::Retracting { why: Retraction::StripeRefused { .. }, .. }
    ));
}

#[test]
fn nothing_is_asked_again_before_a_late_prompt_could_have_come() {
    let mut bench = Bench::prompting();
    bench.answer(refused(Refusal::ReaderTimeout));
    bench.now = bench.now + Duration::from_millis(3_999);
    assert_eq!(bench.look(None, unpaid()), []);
    bench.now = bench.now + Duration::from_millis(1);
    bench.look(None, unpaid());
    assert!(matches!(bench.want(), Want::PromptReader { n: 2, .. }));
}

#[test]
fn a_prompt_that_stands_is_adopted_only_while_its_customer_still_has_time() {
    for (seconds, adopted) in [(19, true), (60, false)] {
        let mut bench = Bench::prompting();
        bench.answer(unanswered());
        bench.now = bench.now + Duration::from_secs(seconds);
        let facts = bench.look(Some(ActionStatus::InProgress), unpaid());
        assert_eq!(matches!(facts[..], [Fact::Prompted { .. }]), adopted, "{seconds}");
    }
}

#[test]
fn a_look_from_before_the_prompt_or_the_confirmation_says_nothing_of_it() {
    let mut bench = Bench::prompting();
    let before = bench.now;
    bench.now = bench.now + Duration::from_secs(1);
    bench.prompt_taken();
    let early = |seen| {
        Input::Replied(Box::new(Reply { call: Call::Look, asked: before, result: Ok(seen) }))
    };
    assert_eq!(bench.give(&early(seen(None, unpaid()))), []);
    assert_ne!(bench.look(None, unpaid()), [], "one from after it does");

    let mut bench = confirming();
    bench.now = bench.now + Duration::from_secs(1);
    let waits = || with_status(IntentStatus::RequiresConfirmation);
    bench.answer(Ok(step("confirm_payment_intent", ActionStatus::InProgress, waits())));
    assert_eq!(bench.give(&early(seen(None, waits()))), []);
    assert_ne!(bench.look(None, waits()), []);
}

/// Bug: a look that hung since before the prompt was taken for one that shows what became of it, and
/// the reader was asked again without anybody having looked. Seed 202611280001092 found it.
#[test]
fn a_look_from_before_a_refusal_does_not_end_the_doubt_about_it() {
    let early = |before, seen| {
        Input::Replied(Box::new(Reply { call: Call::Look, asked: before, result: Ok(seen) }))
    };
    let later = |bench: &mut Bench| {
        let before = bench.now;
        bench.now = bench.now + Duration::from_secs(1);
        bench.answer(refused(Refusal::ReaderBusy));
        before
    };
    let mut bench = Bench::prompting();
    let before = later(&mut bench);
    assert_eq!(bench.give(&early(before, seen(None, unpaid()))), []);
    assert!(matches!(bench.look(None, unpaid())[..], [Fact::PromptIntended { n: 2, .. }]));
    let before = later(&mut bench);
    bench.give(&early(before, seen(None, paid(1))));
    assert_eq!(bench.vends(), 1, "who has paid has paid");

    let waits = || with_status(IntentStatus::RequiresConfirmation);
    let mut bench = confirming();
    let before = later(&mut bench);
    assert_eq!(bench.give(&early(before, seen(None, waits()))), []);
    assert!(matches!(bench.look(None, waits())[..], [Fact::ConfirmIntended { n: 2, .. }]));
}

#[test]
fn another_systems_action_is_waited_for_while_a_prompt_or_a_confirmation_is_in_doubt() {
    let foreign = |intent: IntentSeen| {
        let theirs = IntentSeen { id: "pi_9".parse().unwrap(), ..unpaid() };
        Seen { intent: Some(intent), ..seen(Some(ActionStatus::InProgress), theirs) }
    };
    let mut bench = Bench::prompting();
    bench.answer(unanswered());
    assert_eq!(bench.reply(Call::Look, Ok(foreign(unpaid()))), []);
    let mut bench = confirming();
    bench.answer(unanswered());
    let waits = with_status(IntentStatus::RequiresConfirmation);
    assert_eq!(bench.reply(Call::Look, Ok(foreign(waits.clone()))), []);
    let facts = bench.look(None, waits);
    assert!(matches!(facts[..], [Fact::ConfirmMissing { n: 1 }]), "the same key goes again");
}

#[test]
fn an_authorization_has_to_cover_the_price_in_its_currency() {
    let with = |change: fn(&mut IntentSeen)| {
        let mut intent = paid(1);
        change(&mut intent);
        let mut bench = Bench::presenting();
        bench.look(Some(ActionStatus::Succeeded), intent);
        bench.vends()
    };
    assert_eq!(with(|_| {}), 1);
    assert_eq!(with(|intent| intent.amount_capturable = 251), 1);
    assert_eq!(with(|intent| intent.amount_capturable = 249), 0);
    assert_eq!(with(|intent| intent.currency = "eur".parse().unwrap()), 0);
}

#[test]
fn a_payment_intent_is_prompted_for_only_if_it_is_the_sales_own_and_open() {
    let made = |change: fn(&mut IntentSeen)| {
        let mut intent = unpaid();
        change(&mut intent);
        let mut bench = Bench::opened();
        bench.answer(Ok(seen(None, intent)));
        bench.sale.phase
    };
    let not_ours = Phase::NeedsAttention { why: Attention::NotOurs };
    assert!(matches!(made(|_| {}), Phase::Prompting { .. }));
    assert_eq!(made(|intent| intent.sale = Some("OTHER".parse().unwrap())), not_ours);
    assert_eq!(made(|intent| intent.journal = Some("journal-2".into())), not_ours);
    assert_eq!(made(|intent| intent.amount = 251), not_ours);
    assert_eq!(made(|intent| intent.currency = "eur".parse().unwrap()), not_ours);
    for refused in [
        made(|intent| intent.status = IntentStatus::Pending),
        made(|intent| intent.takes_card_present = false),
        made(|intent| intent.livemode = true),
    ] {
        let why = |why: &Retraction| matches!(why, Retraction::StripeRefused { .. });
        assert!(matches!(&refused, Phase::Retracting { why: found, .. } if why(found)));
    }
}

#[test]
fn a_creation_that_stripe_fails_at_is_made_anew_three_times_at_most() {
    let mut bench = Bench::opened();
    for n in 1..3 {
        assert_eq!(bench.want(), Want::CreateIntent { n });
        bench.answer(refused(Refusal::StripeFailed));
        assert_eq!(bench.outcome(), None);
    }
    bench.answer(refused(Refusal::StripeFailed));
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn a_look_that_lacks_the_reader_or_finds_the_payment_intent_half_way_is_repeated() {
    let mut bench = Bench::presenting();
    let no_reader = Seen { reader: None, ..seen(None, unpaid()) };
    assert_eq!(bench.reply(Call::Look, Ok(no_reader)), []);
    // In one step a card is never confirmed by us: Stripe is at it.
    assert_eq!(bench.look(None, with_status(IntentStatus::RequiresConfirmation)), []);
    assert_eq!(bench.look(None, with_status(IntentStatus::Pending)), []);
    assert_ne!(bench.look(None, unpaid()), []);
}
