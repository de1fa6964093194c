//! Money back at the reader: an Interac refund needs the customer and the card. It is asked for
//! while they are there; if they leave, a person has to give the money back another way.
//!
//! As with a payment, the refunds that Stripe has decide, never the reader alone: nothing is asked
//! for again before they are read.

use std::time::Duration;

use crate::money::Money;
use crate::sale::fact::{Attention, Because, CardAway, Doubt, Fact};
use crate::sale::input::{
    ActionSeen, ActionStatus, Call, IntentSeen, RefundSeen, Refusal, Reply, Seen, Trouble,
};
use crate::sale::key::Operation;
use crate::sale::phase::{Refunding, RefundingStep, Sale};
use crate::sale::{reader_command, refund, retract};
use crate::time::Moment;

/// How often the reader is asked for one refund, so that one that drops every prompt cannot keep
/// a customer for ever.
const MOST_PROMPTS: u32 = 6;

/// A reader that is said not to have answered may ask all the same, some seconds later. Asked again
/// meanwhile it would give the money back twice: each prompt has a refund of its own.
const LATE_PROMPT: Duration = Duration::from_secs(25);

/// How a refund of an Interac payment begins. Only somebody who just stood there is asked for the
/// card.
pub(super) fn begin(sale: &Sale, amount: Money, because: Because, now: Moment) -> Fact {
    let there = matches!(
        because,
        Because::VendFailed
            | Because::VendUnknown
            | Because::PartlyDelivered
            | Because::PartialApproval
    );
    if there && !sale.restarted {
        Fact::RefundPromptIntended { amount, n: sale.keys.refund, at: now }
    } else {
        Fact::AttentionNeeded { why: Attention::RefundNeedsCard { why: CardAway::Gone } }
    }
}

pub(super) fn decide(sale: &Sale, refunding: &Refunding, reply: &Reply, now: Moment) -> Vec<Fact> {
    let Refunding { n, step, given_up, .. } = refunding;
    match (&reply.call, &reply.result) {
        (Call::RefundInPerson { n: asked }, Ok(_)) if asked == n => match (step, given_up) {
            (RefundingStep::Ask, None) => vec![Fact::RefundPrompted { at: now }],
            // It stands now after all, and nobody shall pay attention to it any more.
            (_, Some(_)) => vec![Fact::PromptFound],
            (_, None) => Vec::new(),
        },
        (Call::RefundInPerson { n: asked }, Err(trouble))
            if asked == n && *step == RefundingStep::Ask =>
        {
            not_asked(*n, trouble, now)
        }
        (Call::Look, result) => looked(sale, refunding, reply.asked, result, now),
        (Call::ClearReader { n }, result)
            if *step == RefundingStep::Clear && *n == sale.keys.clear =>
        {
            retract::clear_answered(*n, result, Fact::RefundPromptGone)
        }
        (Call::ListRefunds, Ok(Seen { refunds: Some(refunds), intent: Some(intent), .. }))
            if *step == RefundingStep::List =>
        {
            listed(sale, refunding, refunds, intent, now)
        }
        (
            Call::Create { .. }
            | Call::Prompt { .. }
            | Call::Confirm { .. }
            | Call::ShowCart
            | Call::ShowMenu
            | Call::ClearReader { .. }
            | Call::Cancel { .. }
            | Call::Capture { .. }
            | Call::Refund { .. }
            | Call::RefundInPerson { .. }
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

/// The customer has had the time for it, or wants to leave.
pub(super) fn give_up(refunding: &Refunding, why: CardAway, now: Moment) -> Vec<Fact> {
    if refunding.given_up.is_some() {
        return Vec::new();
    }
    vec![Fact::RefundGivenUp { why, at: now }]
}

fn not_asked(n: u32, trouble: &Trouble, now: Moment) -> Vec<Fact> {
    let given_up = |why| {
        let why = CardAway::ReaderUnavailable { why };
        Fact::RefundGivenUp { why, at: now }
    };
    reader_command::failed(trouble, |why| Fact::SettlementDoubted { n, why }, given_up)
}

fn looked(
    sale: &Sale,
    refunding: &Refunding,
    asked: Moment,
    result: &Result<Seen, Trouble>,
    now: Moment,
) -> Vec<Fact> {
    let reader = match result {
        Ok(Seen { reader: Some(reader), .. }) => reader,
        // A reader that cannot be read tells nothing; what was refunded, Stripe tells.
        Err(Trouble::Refused(_)) if refunding.step == RefundingStep::Look => {
            return vec![Fact::RefundPromptGone];
        }
        Ok(Seen { reader: None, .. }) | Err(_) => return Vec::new(),
    };
    let ours = |action: &&ActionSeen| action.is_refund() && action.intent == sale.intent;
    let status = reader.action.as_ref().filter(ours).map(|action| &action.status);
    match (refunding.step, status) {
        // A look from before the prompt was confirmed may show the time before it.
        (RefundingStep::Watch { prompted }, _) if asked < prompted => Vec::new(),
        (RefundingStep::Watch { .. }, Some(status)) => watched(refunding.n, status, now),
        (RefundingStep::Watch { .. }, None) => {
            let why = Doubt::Ended { how: "another action, or none, is on the reader".into() };
            vec![Fact::SettlementDoubted { n: refunding.n, why }]
        }
        (RefundingStep::Look, Some(ActionStatus::InProgress)) => {
            if refunding.given_up.is_some() {
                vec![Fact::PromptFound]
            } else {
                vec![Fact::RefundPrompted { at: now }]
            }
        }
        (RefundingStep::Look, _) => vec![Fact::RefundPromptGone],
        (RefundingStep::Ask | RefundingStep::Clear | RefundingStep::List, _) => Vec::new(),
    }
}

/// How far the prompt is that stood on the reader.
fn watched(n: u32, status: &ActionStatus, now: Moment) -> Vec<Fact> {
    match status {
        ActionStatus::InProgress => Vec::new(),
        ActionStatus::Succeeded | ActionStatus::Other(_) => vec![Fact::RefundPromptGone],
        ActionStatus::Failed { code, .. } if code == "customer_canceled" => {
            vec![Fact::RefundGivenUp { why: CardAway::Cancelled, at: now }]
        }
        ActionStatus::Failed { code, .. } => {
            let why = Doubt::Ended { how: code.clone() };
            vec![Fact::SettlementDoubted { n, why }]
        }
    }
}

/// What Stripe has, once the reader does not ask any more.
fn listed(
    sale: &Sale,
    refunding: &Refunding,
    refunds: &[RefundSeen],
    intent: &IntentSeen,
    now: Moment,
) -> Vec<Fact> {
    let Refunding { amount, n, since, doubt, given_up, .. } = refunding;
    let (amount, n) = (*amount, *n);
    if let Some(ours) = refund::ours(sale, refunds) {
        return refund::progress(sale, None, ours);
    }
    if refund::given_back(refunds) >= intent.amount_received {
        return refund::refunded_elsewhere(sale, refunds, amount);
    }
    let spent = Fact::KeySpent { operation: Operation::Refund, n };
    let prompts = n.saturating_sub(sale.refund_from).saturating_add(1);
    match (doubt, given_up) {
        (_, Some(why)) => {
            let why = Attention::RefundNeedsCard { why: why.clone() };
            vec![spent, Fact::AttentionNeeded { why }]
        }
        // The reader has said that it was done: the list lags behind.
        (None, None) => Vec::new(),
        (Some(Doubt::Unanswered | Doubt::Restarted | Doubt::Pending | Doubt::Decided), None) => {
            vec![Fact::SettlementMissing]
        }
        (Some(Doubt::Refused(Refusal::ReaderTimeout)), None)
            if now < *since + LATE_PROMPT * prompts =>
        {
            Vec::new()
        }
        (Some(Doubt::Refused(_) | Doubt::Ended { .. }), None) if prompts > MOST_PROMPTS => {
            let why = CardAway::ReaderUnavailable { why: "it asked too often".into() };
            vec![Fact::RefundGivenUp { why, at: now }]
        }
        (Some(Doubt::Refused(_) | Doubt::Ended { .. }), None) => {
            vec![Fact::RefundPromptIntended { amount, n: n.saturating_add(1), at: now }]
        }
    }
}
