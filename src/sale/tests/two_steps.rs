//! The two-step flow: read, looked at, confirmed or cleared.

use super::*;
use crate::sale::cards::{CardKinds, CardSeen, NotTaken};
use crate::sale::fact::{Because, Retraction, Settlement};

pub(super) fn card(brand: &str, funding: &str) -> CardSeen {
    let some = |text: &str| Some(text.to_owned());
    CardSeen {
        brand: some(brand),
        funding: some(funding),
        country: some("US"),
        last4: some("4242"),
    }
}

/// What a look shows of one of the two steps.
pub(super) fn step(kind: &str, status: ActionStatus, intent: IntentSeen) -> Seen {
    let mut seen = seen(Some(status), intent);
    if let Some(action) = seen.reader.as_mut().and_then(|reader| reader.action.as_mut()) {
        action.kind = kind.into();
    }
    seen
}

/// The reader has read a card.
pub(super) fn read(card: CardSeen, status: ActionStatus) -> Seen {
    let intent = with_status(IntentStatus::RequiresConfirmation);
    let mut seen = step("collect_payment_method", status, intent);
    if let Some(action) = seen.reader.as_mut().and_then(|reader| reader.action.as_mut()) {
        action.card = Some(Box::new(card));
    }
    seen
}

fn confirm(status: ActionStatus, intent: IntentSeen) -> Seen {
    step("confirm_payment_intent", status, intent)
}

pub(super) fn no_prepaid(opened: &mut Opened) {
    opened.policy.flow = Flow::CollectConfirm;
    let funding = ["prepaid".to_owned()].into();
    opened.policy.cards.reject = CardKinds { funding, ..CardKinds::default() };
}

pub(super) fn presenting() -> Bench {
    let mut bench = Bench::with(no_prepaid);
    bench.created();
    bench.prompt_taken();
    bench
}

impl Bench {
    pub(super) fn sees(&mut self, seen: Seen) -> Vec<Fact> {
        assert!(matches!(self.want(), Want::Look { .. }), "{:?}", self.want());
        self.reply(Call::Look, Ok(seen))
    }

    fn wants_confirm(&self, n: u32) -> bool {
        self.want() == Want::ConfirmIntent { intent: intent_id(), n }
    }

    fn is_retracting(&self) -> bool {
        matches!(self.sale.phase, Phase::Retracting { .. })
    }
}

pub(super) fn confirming() -> Bench {
    let mut bench = presenting();
    bench.sees(read(card("visa", "credit"), ActionStatus::Succeeded));
    bench
}

pub(super) fn authorizing() -> Bench {
    let mut bench = confirming();
    let waits = with_status(IntentStatus::RequiresConfirmation);
    bench.answer(Ok(confirm(ActionStatus::InProgress, waits)));
    bench
}

#[test]
fn a_card_that_is_taken_is_confirmed_and_vended_for() {
    for status in [ActionStatus::Succeeded, ActionStatus::InProgress] {
        let mut bench = presenting();
        let facts = bench.sees(read(card("visa", "credit"), status));
        assert!(matches!(&facts[..], [Fact::Collected { .. }, Fact::ConfirmIntended { n: 1, .. }]));
        assert!(facts[1].is_durable(), "the card may be authorized from here on");
        assert!(bench.wants_confirm(1) && bench.want().waits_for_disk());
        let key = bench.want().call().and_then(|call| call.key(&bench.sale));
        assert_eq!(key.unwrap().as_str(), "SALE1:confirm:1");
        let waits = with_status(IntentStatus::RequiresConfirmation);
        bench.answer(Ok(confirm(ActionStatus::InProgress, waits.clone())));
        assert!(bench.sees(confirm(ActionStatus::InProgress, waits)).is_empty());
        bench.sees(confirm(ActionStatus::Succeeded, paid(1)));
        assert!(matches!(bench.want(), Want::Dispense { .. }));
    }
}

#[test]
fn the_prompt_of_the_two_steps_has_a_key_of_its_own() {
    let mut bench = Bench::with(no_prepaid);
    bench.created();
    let key = bench.want().call().and_then(|call| call.key(&bench.sale));
    assert_eq!(key.unwrap().as_str(), "SALE1:collect:1");
}

#[test]
fn a_card_that_is_not_taken_is_cleared_and_another_one_asked_for() {
    let mut bench = presenting();
    let facts = bench.sees(read(card("visa", "prepaid"), ActionStatus::Succeeded));
    let funding = "prepaid".to_owned();
    let why = NotTaken::Funding { funding };
    assert_eq!(facts[1], Fact::CardRefused { attempt: 1, why });
    assert_eq!(bench.want(), Want::ClearReader { n: 1 });
    bench.answer(Ok(seen(None, unpaid())));
    assert_eq!(bench.want(), Want::PromptReader { intent: intent_id(), n: 2 });
    bench.prompt_taken();
    // The PaymentIntent still has the first card; the reader asks for the second.
    let waits = with_status(IntentStatus::RequiresConfirmation);
    let asks = step("collect_payment_method", ActionStatus::InProgress, waits);
    assert!(bench.sees(asks).is_empty());
    bench.sees(read(card("visa", "debit"), ActionStatus::Succeeded));
    assert!(bench.wants_confirm(1), "the first card was never confirmed");
}

#[test]
fn cards_that_are_not_taken_count_as_attempts() {
    let mut bench = presenting();
    for attempt in 1..=3 {
        bench.sees(read(card("visa", "prepaid"), ActionStatus::Succeeded));
        if attempt < 3 {
            bench.answer(Ok(seen(None, unpaid())));
            bench.prompt_taken();
        }
    }
    assert!(bench.is_retracting());
    bench.sees(read(card("visa", "prepaid"), ActionStatus::Succeeded));
    assert!(matches!(bench.want(), Want::ClearReader { .. }), "the card is cleared first");
    bench.answer(Ok(seen(None, unpaid())));
    // Once is enough, whatever the reader shows then.
    bench.sees(read(card("visa", "prepaid"), ActionStatus::Succeeded));
    bench.answer(Ok(seen(None, with_status(IntentStatus::Canceled))));
    assert_eq!(bench.outcome(), Some(Outcome::Declined));
}

#[test]
fn a_reader_that_is_not_cleared_ends_the_sale_behind_its_fence() {
    for result in [unanswered(), refused(Refusal::ReaderBusy), refused(Refusal::ReaderOffline)] {
        let mut bench = presenting();
        bench.sees(read(card("visa", "prepaid"), ActionStatus::Succeeded));
        bench.answer(result);
        assert!(bench.is_retracting());
    }
    let mut bench = presenting();
    bench.sees(read(card("visa", "prepaid"), ActionStatus::Succeeded));
    bench.wait(20);
    assert!(bench.is_retracting(), "and not for ever");
}

#[test]
fn stripe_takes_no_other_card_for_the_payment_intent() {
    let mut bench = presenting();
    bench.sees(read(card("visa", "prepaid"), ActionStatus::Succeeded));
    bench.answer(Ok(seen(None, unpaid())));
    bench.answer(refused(Refusal::WrongState));
    bench.sees(seen(None, with_status(IntentStatus::RequiresConfirmation)));
    assert!(bench.is_retracting());
    bench.fence();
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn a_confirmed_card_is_declined_and_another_follows_with_new_keys() {
    let mut bench = authorizing();
    bench.sees(confirm(failed("card_declined"), unpaid()));
    assert_eq!(bench.want(), Want::PromptReader { intent: intent_id(), n: 2 });
    bench.prompt_taken();
    bench.sees(read(card("visa", "debit"), ActionStatus::Succeeded));
    assert!(bench.wants_confirm(2));
}

#[test]
fn the_customer_cancels_in_either_step() {
    let mut first = presenting();
    first.sees(step("collect_payment_method", failed("customer_canceled"), unpaid()));
    let mut second = authorizing();
    second.sees(confirm(failed("customer_canceled"), unpaid()));
    let mut kiosk = confirming();
    kiosk.give(&Input::CancelPressed);
    for bench in [&first, &second, &kiosk] {
        assert!(bench.is_retracting());
        assert!(bench.sale.given_up.as_ref().is_some_and(Retraction::is_customers));
    }
    // The card was authorized all the same: it is released.
    kiosk.sees(confirm(ActionStatus::Succeeded, paid(1)));
    let Phase::Settling { settlement, .. } = kiosk.sale.phase else { panic!() };
    assert_eq!(settlement, Settlement::Release);
    assert!(kiosk.facts.iter().any(|fact| matches!(
        fact,
        Fact::SettlementDecided { because: Because::CustomerCancelled, .. }
    )));
}

#[test]
fn a_collect_without_an_answer_is_looked_at_and_a_card_that_was_read_is_taken() {
    let mut bench = Bench::with(no_prepaid);
    bench.created();
    bench.answer(unanswered());
    bench.sees(read(card("visa", "credit"), ActionStatus::Succeeded));
    bench.sees(read(card("visa", "credit"), ActionStatus::Succeeded));
    assert!(bench.wants_confirm(1));
}

#[test]
fn a_confirm_without_an_answer_is_looked_at_before_it_is_repeated() {
    let waits = || with_status(IntentStatus::RequiresConfirmation);
    let mut arrived = confirming();
    arrived.answer(unanswered());
    arrived.sees(confirm(ActionStatus::InProgress, waits()));
    arrived.sees(confirm(ActionStatus::Succeeded, paid(1)));
    assert!(matches!(arrived.want(), Want::Dispense { .. }));

    let mut lost = confirming();
    lost.answer(unanswered());
    lost.sees(read(card("visa", "credit"), ActionStatus::Succeeded));
    assert!(lost.wants_confirm(1), "the same key: Stripe never answered");

    let mut spent = confirming();
    spent.answer(refused(Refusal::ReaderTimeout));
    spent.sees(read(card("visa", "credit"), ActionStatus::Succeeded));
    assert!(spent.wants_confirm(2), "a new key: Stripe answered");

    let mut forgotten = confirming();
    forgotten.answer(refused(Refusal::WrongState));
    forgotten.sees(seen(None, unpaid()));
    assert_eq!(forgotten.want(), Want::PromptReader { intent: intent_id(), n: 2 });
}

#[test]
fn a_connection_error_is_no_decline() {
    let mut paid_after_all = authorizing();
    paid_after_all.sees(confirm(failed("connection_error"), paid(1)));
    assert!(matches!(paid_after_all.want(), Want::Dispense { .. }));

    let mut bench = authorizing();
    bench.sees(confirm(failed("connection_error"), unpaid()));
    assert!(matches!(bench.want(), Want::Look { .. }), "looked at once more");
    bench.sees(confirm(failed("connection_error"), unpaid()));
    assert_eq!(bench.want(), Want::PromptReader { intent: intent_id(), n: 2 });
    assert!(bench.sale.decline.is_none());
}

#[test]
fn a_confirmation_that_vanishes_or_hangs_ends() {
    let mut vanished = authorizing();
    vanished.sees(seen(None, unpaid()));
    vanished.sees(seen(None, unpaid()));
    assert_eq!(vanished.want(), Want::PromptReader { intent: intent_id(), n: 2 });

    let mut hangs = authorizing();
    hangs.wait(59);
    assert!(!hangs.is_retracting());
    hangs.wait(1);
    assert!(hangs.is_retracting());

    let mut unsent = confirming();
    unsent.wait(20);
    assert!(unsent.is_retracting(), "the reader keeps a card for half a minute");
}

#[test]
fn nothing_is_confirmed_after_a_restart() {
    let read_before = || {
        let mut bench = presenting();
        bench.restart("boot-1");
        bench.sees(read(card("visa", "credit"), ActionStatus::Succeeded));
        bench
    };
    for boot in ["boot-1", "boot-2"] {
        for mut bench in [read_before(), confirming(), authorizing()] {
            bench.restart(boot);
            assert!(bench.is_retracting());
            bench.sees(seen(None, with_status(IntentStatus::RequiresConfirmation)));
            assert!(matches!(bench.want(), Want::CancelIntent { .. }), "nothing is charged");
        }
    }
}

#[test]
fn what_was_authorized_before_a_restart_is_asked_of_the_board_first() {
    let mut bench = confirming();
    bench.restart("boot-1");
    bench.sees(confirm(ActionStatus::Succeeded, paid(1)));
    assert!(matches!(bench.want(), Want::AskDispenser { .. }));
    bench.dispenser(VendNews::NotKnown);
    assert!(matches!(bench.want(), Want::Dispense { .. }));
}

#[test]
fn a_policy_of_before_the_two_steps_is_read_as_one_step() {
    let mut body = serde_json::to_value(opened()).unwrap();
    let policy = body["policy"].as_object_mut().unwrap();
    assert!(policy.remove("flow").is_some() && policy.remove("cards").is_some());
    let read: Opened = serde_json::from_value(body).unwrap();
    assert_eq!(read, opened());
}

#[test]
fn a_confirmation_that_is_seen_at_work_is_taken_and_one_that_is_not_seen_is_waited_for() {
    let waits = || with_status(IntentStatus::RequiresConfirmation);
    let look = |bench: &mut Bench, seen| bench.reply(Call::Look, Ok(seen));
    let mut bench = confirming();
    assert_eq!(look(&mut bench, seen(None, waits())), [], "it may not have left yet");
    let facts = look(&mut bench, confirm(ActionStatus::InProgress, waits()));
    assert!(matches!(facts[..], [Fact::ConfirmTaken { .. }]));
    assert_eq!(look(&mut bench, confirm(ActionStatus::InProgress, waits())), [], "told once");
}

#[test]
fn a_connection_that_broke_while_confirming_is_no_decline() {
    let broken = || {
        let waits = with_status(IntentStatus::RequiresConfirmation);
        confirm(failed("connection_error"), waits)
    };
    let mut bench = authorizing();
    assert!(matches!(bench.sees(broken())[..], [Fact::ConfirmDoubted { .. }]));
    assert!(matches!(bench.sees(broken())[..], [Fact::PromptIntended { attempt: 1, n: 2, .. }]));
    let mut pending = authorizing();
    pending.sees(broken());
    let open = confirm(failed("connection_error"), with_status(IntentStatus::Pending));
    assert_eq!(pending.sees(open), [], "it may be authorized yet");
}

#[test]
fn a_failed_confirmation_is_a_decline_once_the_payment_intent_says_so() {
    let waits = || with_status(IntentStatus::RequiresConfirmation);
    let mut bench = authorizing();
    assert_eq!(bench.sees(confirm(failed("card_declined"), waits())), [], "its books lag");
    let facts = bench.sees(confirm(failed("card_declined"), unpaid()));
    assert!(matches!(facts[0], Fact::Declined { .. }));
    let mut cancelled = authorizing();
    let facts = cancelled.sees(confirm(failed("customer_canceled"), waits()));
    let why = Retraction::CancelledOnReader;
    assert_eq!(facts, [Fact::RetractionDecided { why, at: cancelled.now }]);
}

#[test]
fn a_confirmation_is_missed_only_while_nothing_can_come_of_it() {
    let mut bench = authorizing();
    assert_eq!(bench.sees(seen(None, with_status(IntentStatus::Pending))), []);
    let waits = with_status(IntentStatus::RequiresConfirmation);
    assert!(matches!(bench.sees(seen(None, waits))[..], [Fact::ConfirmDoubted { .. }]));
}

#[test]
fn a_card_that_is_gone_while_its_confirmation_is_in_doubt_is_asked_for_again() {
    for answer in [unanswered(), refused(Refusal::ReaderTimeout)] {
        let mut bench = confirming();
        bench.answer(answer);
        let facts = bench.sees(seen(None, unpaid()));
        assert!(matches!(facts[..], [Fact::PromptIntended { attempt: 1, n: 2, .. }]), "{facts:?}");
    }
}

#[test]
fn a_card_counts_as_read_once_the_payment_intent_has_it() {
    let mut bench = presenting();
    let mut early = read(card("visa", "credit"), ActionStatus::InProgress);
    early.intent = Some(unpaid());
    assert_eq!(bench.sees(early), [], "Stripe's books lag");
    let facts = bench.sees(read(card("visa", "credit"), ActionStatus::InProgress));
    assert!(matches!(facts[0], Fact::Collected { .. }));
}
