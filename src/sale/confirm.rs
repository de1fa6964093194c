//! The two-step flow: a card was read and is looked at; one that is taken is confirmed, one that
//! is not makes room for another.
//!
//! Nothing is charged before the confirmation. From the moment that it may have left, the card may
//! be authorized, and only the PaymentIntent tells.

use crate::sale::cards::CardSeen;
use crate::sale::decide::our_action;
use crate::sale::fact::{Decline, Doubt, Fact, Retraction};
use crate::sale::input::{ActionStatus, Call, IntentStatus, ReaderSeen, Reply, Seen, Trouble};
use crate::sale::key::Operation;
use crate::sale::phase::{Phase, Prompt, Sale};
use crate::sale::{present, reader_command};
use crate::time::Moment;

/// The reader's action while a card is confirmed.
const CONFIRM: &str = "confirm_payment_intent";

/// A card was read: the rules decide at once.
pub(super) fn collected(sale: &Sale, prompt: Prompt, card: &CardSeen, now: Moment) -> Vec<Fact> {
    let attempt = prompt.attempt;
    let mut facts = vec![Fact::Collected { attempt, card: card.clone(), at: now }];
    match sale.opened.policy.cards.refuse(card) {
        None => facts.push(Fact::ConfirmIntended { n: sale.keys.confirm, at: now }),
        Some(why) => {
            facts.push(Fact::CardRefused { attempt, why });
            if present::is_last(sale, prompt) {
                let why = Retraction::TooManyDeclines;
                facts.push(Fact::RetractionDecided { why, at: now });
            }
        }
    }
    facts
}

pub(super) fn decide(sale: &Sale, reply: &Reply, now: Moment) -> Vec<Fact> {
    match (&sale.phase, &reply.call, &reply.result) {
        (Phase::Collected { prompt, .. }, Call::ClearReader { n }, result)
            if *n == sale.keys.clear =>
        {
            cleared(*prompt, *n, result, now)
        }
        (Phase::Confirming { n, .. }, Call::Confirm { n: asked }, Ok(_)) if asked == n => {
            vec![Fact::ConfirmTaken { at: now }]
        }
        (
            Phase::Confirming { n, taken: None, doubt: None, .. },
            Call::Confirm { n: asked },
            Err(trouble),
        ) if asked == n => confirm_call_failed(*n, trouble, now),
        // It shows the time before the confirmation of which this is not known.
        (Phase::Confirming { doubt: Some(_), doubted, .. }, Call::Look, Ok(seen))
            if reply.asked < *doubted =>
        {
            present::paid_or_ended(sale, seen, now).unwrap_or_default()
        }
        (Phase::Confirming { taken, .. }, Call::Look, Ok(seen))
            if taken.is_none_or(|taken| reply.asked >= taken) =>
        {
            looked(sale, seen, now)
        }
        (
            _,
            Call::Create { .. }
            | Call::Prompt { .. }
            | Call::Confirm { .. }
            | Call::ClearReader { .. }
            | Call::Cancel { .. }
            | Call::Capture { .. }
            | Call::AssignReader
            | Call::List
            | Call::ReadLocation
            | Call::TryAccount
            | Call::ShowCart
            | Call::ShowMenu
            | Call::Refund { .. }
            | Call::RefundInPerson { .. }
            | Call::ListRefunds
            | Call::Look
            | Call::Inspect,
            _,
        ) => Vec::new(),
    }
}

/// The reader was to forget a card that is not taken. If it does not, the sale ends: what it would
/// do with another card is not known.
fn cleared(prompt: Prompt, n: u32, result: &Result<Seen, Trouble>, now: Moment) -> Vec<Fact> {
    let spent = Fact::KeySpent { operation: Operation::ClearReader, n };
    let give_up = |why: String| {
        let why = Retraction::ReaderUnavailable { why };
        Fact::RetractionDecided { why, at: now }
    };
    match result {
        Ok(_) => {
            let Prompt { attempt, n, .. } = prompt;
            vec![spent, Fact::PromptIntended { attempt: attempt + 1, n: n + 1, at: now }]
        }
        Err(Trouble::NotSent { .. } | Trouble::NotYet { .. }) => Vec::new(),
        Err(Trouble::Unknown { .. }) => vec![give_up("whether it was cleared is not known".into())],
        Err(Trouble::Refused(refusal)) => vec![spent, give_up(refusal.to_string())],
    }
}

fn confirm_call_failed(n: u32, trouble: &Trouble, now: Moment) -> Vec<Fact> {
    let given_up = |why| {
        let why = Retraction::ReaderUnavailable { why };
        Fact::RetractionDecided { why, at: now }
    };
    reader_command::failed(trouble, |why| Fact::ConfirmDoubted { n, why, at: now }, given_up)
}

/// A look while the card is confirmed, or while that is doubted.
fn looked(sale: &Sale, seen: &Seen, now: Moment) -> Vec<Fact> {
    let Phase::Confirming { prompt, taken, doubt, .. } = &sale.phase else { return Vec::new() };
    if let Some(facts) = present::paid_or_ended(sale, seen, now) {
        return facts;
    }
    let Some(intent) = &seen.intent else { return Vec::new() };
    let is_open = matches!(
        intent.status,
        IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation
    );
    let confirm = our_action(sale, seen).filter(|action| action.kind == CONFIRM);
    match confirm.map(|action| &action.status) {
        Some(ActionStatus::InProgress) if taken.is_none() => vec![Fact::ConfirmTaken { at: now }],
        // The reader has not answered yet: what is seen may be older than the confirmation.
        _ if taken.is_none() && doubt.is_none() => Vec::new(),
        Some(ActionStatus::Failed { code, .. }) if code == "connection_error" => match doubt {
            // Not a decline: the card may be authorized. Look once more, then ask for it again.
            Some(Doubt::Ended { .. }) if is_open => vec![ask_again(*prompt, now)],
            Some(Doubt::Ended { .. }) => Vec::new(),
            Some(
                Doubt::Unanswered
                | Doubt::Refused(_)
                | Doubt::Restarted
                | Doubt::Pending
                | Doubt::Decided,
            )
            | None => {
                vec![ended(sale, code, now)]
            }
        },
        Some(ActionStatus::Failed { code, .. })
            if code == "customer_canceled"
                || intent.status == IntentStatus::RequiresPaymentMethod =>
        {
            let decline = Decline::seen(our_action(sale, seen), intent, code);
            present::prompt_failed(sale, *prompt, decline, now)
        }
        None if is_open => confirm_missing(sale, seen, now),
        // Not over yet, or over and Stripe's books lag: look again.
        Some(
            ActionStatus::InProgress
            | ActionStatus::Succeeded
            | ActionStatus::Failed { .. }
            | ActionStatus::Other(_),
        )
        | None => Vec::new(),
    }
}

/// The reader is not at our confirmation, and nothing is authorized.
fn confirm_missing(sale: &Sale, seen: &Seen, now: Moment) -> Vec<Fact> {
    let Phase::Confirming { prompt, n, doubt, .. } = &sale.phase else { return Vec::new() };
    let Some(reader) = &seen.reader else { return Vec::new() };
    let has_card = seen
        .intent
        .as_ref()
        .is_some_and(|intent| intent.status == IntentStatus::RequiresConfirmation);
    match doubt {
        None => vec![ended(sale, "another action, or none, is on the reader", now)],
        Some(Doubt::Restarted) => {
            vec![Fact::RetractionDecided { why: Retraction::Restarted, at: now }]
        }
        // Another system is at it: its action is never cleared, and asking again is no use yet.
        Some(_) if ReaderSeen::is_busy(reader) && our_action(sale, seen).is_none() => Vec::new(),
        // Stripe never answered: the same key brings the same confirmation, whether it ran or not.
        Some(Doubt::Unanswered) if has_card => vec![Fact::ConfirmMissing { n: *n }],
        Some(Doubt::Refused(_)) if has_card => {
            vec![Fact::ConfirmIntended { n: n.saturating_add(1), at: now }]
        }
        Some(
            Doubt::Unanswered
            | Doubt::Refused(_)
            | Doubt::Ended { .. }
            | Doubt::Pending
            | Doubt::Decided,
        ) => {
            vec![ask_again(*prompt, now)]
        }
    }
}

fn ended(sale: &Sale, how: &str, now: Moment) -> Fact {
    let n = sale.keys.confirm.saturating_sub(1);
    Fact::ConfirmDoubted { n, why: Doubt::Ended { how: how.into() }, at: now }
}

/// The card that was read is gone without a verdict: it is asked for again, within the time that
/// its customer has.
fn ask_again(prompt: Prompt, now: Moment) -> Fact {
    let Prompt { attempt, n, .. } = prompt;
    Fact::PromptIntended { attempt, n: n.saturating_add(1), at: now }
}
