//! Taking a sale back: clear the reader, then fence the PaymentIntent. Whichever of cancel and tap
//! won stands in the PaymentIntent.

use crate::sale::decide::our_action;
use crate::sale::fact::{Attention, Doubt, Fact, Outcome, Retraction};
use crate::sale::input::{
    ActionStatus, Call, IntentSeen, IntentStatus, Refusal, Reply, Seen, Trouble,
};
use crate::sale::key::{Operation, may_be_too_old};
use crate::sale::phase::{RetractStep, Sale};
use crate::sale::present;
use crate::time::Moment;

pub(super) fn decide(
    sale: &Sale,
    why: &Retraction,
    step: RetractStep,
    reply: &Reply,
    now: Moment,
) -> Vec<Fact> {
    match (&reply.call, &reply.result) {
        (Call::Look, Ok(seen)) if step != RetractStep::Fence => looked(sale, step, seen, now),
        (Call::ClearReader { n }, result)
            if step == RetractStep::Clear && *n == sale.keys.clear =>
        {
            clear_answered(*n, result, Fact::FoundUnpaid)
        }
        // The look that was sent beside it has led on.
        (Call::ClearReader { n }, Ok(_) | Err(Trouble::Refused(_))) if *n == sale.keys.clear => {
            vec![Fact::KeySpent { operation: Operation::ClearReader, n: *n }]
        }
        (Call::Cancel { n }, result) if *n == sale.keys.cancel => fence_answered(why, *n, result),
        // A prompt that went out before the sale was taken back stands now after all.
        (Call::Prompt { .. } | Call::Confirm { .. }, Ok(_)) => vec![Fact::PromptFound],
        (
            Call::Create { .. }
            | Call::Prompt { .. }
            | Call::Confirm { .. }
            | Call::ClearReader { .. }
            | Call::Cancel { .. }
            | Call::Capture { .. }
            | Call::ShowCart
            | Call::ShowMenu
            | Call::Refund { .. }
            | Call::RefundInPerson { .. }
            | Call::Look
            | Call::Inspect
            | Call::ListRefunds
            | Call::AssignReader
            | Call::List
            | Call::ReadLocation
            | Call::TryAccount,
            Ok(_) | Err(_),
        ) => Vec::new(),
    }
}

fn looked(sale: &Sale, step: RetractStep, seen: &Seen, now: Moment) -> Vec<Fact> {
    if let Some(facts) = present::paid_or_ended(sale, seen, now) {
        return facts;
    }
    let Some(intent) = &seen.intent else { return Vec::new() };
    // Nothing brings what was left behind half-way to an end by itself.
    let unpaid = matches!(
        intent.status,
        IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation
    ) || (sale.is_adopted && intent.status == IntentStatus::Pending);
    if !unpaid {
        return Vec::new();
    }
    match our_action(sale, seen) {
        Some(action) if action.status == ActionStatus::InProgress => stands(step),
        // A card that was read waits on the reader for its confirmation.
        Some(action) if action.card.is_some() && !sale.clear_tried => stands(step),
        Some(_) | None => found_unpaid(sale, seen, intent),
    }
}

/// Our prompt stands on the reader: that is news unless it is being cleared already.
fn stands(step: RetractStep) -> Vec<Fact> {
    match step {
        RetractStep::Look => vec![Fact::PromptFound],
        RetractStep::Clear | RetractStep::Fence => Vec::new(),
    }
}

fn found_unpaid(sale: &Sale, seen: &Seen, intent: &IntentSeen) -> Vec<Fact> {
    let (operation, n) = (Operation::Cancel, sale.keys.cancel);
    let too_old = sale.cancel_unclear == Some(n) && may_be_too_old(intent, seen.date);
    let renewed = too_old.then_some(Fact::KeyTooOld { operation, n });
    renewed.into_iter().chain([Fact::FoundUnpaid]).collect()
}

/// How clearing the reader ended. `unclearable` is what is done about a prompt that nobody can
/// take off it.
pub(super) fn clear_answered(
    n: u32,
    result: &Result<Seen, Trouble>,
    unclearable: Fact,
) -> Vec<Fact> {
    let spent = Fact::KeySpent { operation: Operation::ClearReader, n };
    match result {
        Ok(_) => vec![spent, Fact::PromptCleared],
        Err(Trouble::NotSent { .. } | Trouble::NotYet { .. }) => Vec::new(),
        Err(Trouble::Unknown { .. }) => vec![Fact::ClearDoubted { n, why: Doubt::Unanswered }],
        // The fence needs no reader: a PaymentIntent that is cancelled cannot be paid by a prompt
        // that still stands on a reader which nobody can reach, or which refuses to be cleared.
        Err(Trouble::Refused(
            Refusal::ReaderOffline
            | Refusal::ReaderTimeout
            | Refusal::NotFound
            | Refusal::Forbidden
            | Refusal::Other { .. },
        )) => vec![spent, unclearable],
        Err(Trouble::Refused(
            refusal @ (Refusal::ReaderBusy
            | Refusal::WrongState
            | Refusal::Expired
            | Refusal::KeyClash
            | Refusal::StripeFailed),
        )) => vec![spent, Fact::ClearDoubted { n, why: Doubt::Refused(refusal.clone()) }],
    }
}

fn fence_answered(why: &Retraction, n: u32, result: &Result<Seen, Trouble>) -> Vec<Fact> {
    let spent = Fact::KeySpent { operation: Operation::Cancel, n };
    match result {
        Ok(Seen { intent: Some(intent), .. }) if intent.status == IntentStatus::Canceled => {
            // An authorization that slipped in between look and cancel was released by it.
            let released = intent.charge.as_ref().is_some_and(|charge| charge.authorized);
            let outcome = match why {
                Retraction::TooManyDeclines => Outcome::Declined,
                _ if released => Outcome::Released,
                Retraction::CancelledOnKiosk
                | Retraction::CancelledOnReader
                | Retraction::TimedOut
                | Retraction::Restarted
                | Retraction::Stopping
                | Retraction::StripeUnreachable
                | Retraction::ReaderUnavailable { .. }
                | Retraction::StripeRefused { .. }
                | Retraction::CancelledAtStripe
                | Retraction::LeftBehind => Outcome::Abandoned,
            };
            vec![Fact::Fenced, Fact::Closed { outcome }]
        }
        Ok(_) => vec![spent, Fact::FenceDoubted { n, why: Doubt::Refused(Refusal::WrongState) }],
        Err(Trouble::NotSent { .. } | Trouble::NotYet { .. }) => Vec::new(),
        Err(Trouble::Unknown { .. }) => vec![Fact::FenceDoubted { n, why: Doubt::Unanswered }],
        Err(Trouble::Refused(Refusal::KeyClash)) => {
            vec![spent, Fact::AttentionNeeded { why: Attention::KeyClash }]
        }
        Err(Trouble::Refused(refusal)) => {
            vec![spent, Fact::FenceDoubted { n, why: Doubt::Refused(refusal.clone()) }]
        }
    }
}
