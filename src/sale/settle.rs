//! Money: capture or release (a refund: see `refund`), until Stripe says that it is done.

use crate::money::Money;
use crate::sale::fact::{Attention, Because, CardAway, Doubt, Fact, Outcome, Settlement};
use crate::sale::input::{Call, IntentSeen, IntentStatus, Refusal, Reply, Seen, Trouble};
use crate::sale::key::{Operation, may_be_too_old};
use crate::sale::phase::Sale;
use crate::sale::{present, refund};

pub(super) fn decide(
    sale: &Sale,
    settlement: Settlement,
    doubt: Option<&Doubt>,
    reply: &Reply,
) -> Vec<Fact> {
    let (operation, wanted) = match settlement {
        Settlement::Capture { .. } => (Operation::Capture, sale.keys.capture),
        Settlement::Release => (Operation::Cancel, sale.keys.cancel),
        Settlement::Refund { amount } => return refund::decide(sale, amount, doubt, reply),
    };
    match (&reply.call, &reply.result) {
        (Call::Capture { n }, result) if operation == Operation::Capture && *n == wanted => {
            answered(sale, settlement, *n, result)
        }
        (Call::Cancel { n }, result) if operation == Operation::Cancel && *n == wanted => {
            answered(sale, settlement, *n, result)
        }
        (Call::ListRefunds, Ok(Seen { refunds: Some(refunds), .. })) => sale
            .captured
            .filter(|_| operation == Operation::Capture)
            .map_or_else(Vec::new, |captured| refund::kept(sale, captured, refunds)),
        (Call::Inspect, Ok(seen)) => match doubt {
            Some(doubt) => inspected(sale, settlement, (operation, wanted), doubt, seen),
            None => Vec::new(),
        },
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

fn answered(
    sale: &Sale,
    settlement: Settlement,
    n: u32,
    result: &Result<Seen, Trouble>,
) -> Vec<Fact> {
    match result {
        Ok(Seen { intent: Some(intent), .. }) => {
            done(sale, settlement, intent).unwrap_or_else(|| {
                vec![Fact::SettlementDoubted { n, why: Doubt::Refused(Refusal::WrongState) }]
            })
        }
        Ok(Seen { intent: None, .. }) | Err(Trouble::Unknown { .. }) => {
            vec![Fact::SettlementDoubted { n, why: Doubt::Unanswered }]
        }
        Err(Trouble::NotSent { .. } | Trouble::NotYet { .. }) => Vec::new(),
        Err(Trouble::Refused(refusal)) => {
            vec![Fact::SettlementDoubted { n, why: Doubt::Refused(refusal.clone()) }]
        }
    }
}

/// A look after a doubt: done, or to be asked for again, with the same key if Stripe never
/// answered, and with the next one if it did or may have forgotten the key meanwhile.
fn inspected(
    sale: &Sale,
    settlement: Settlement,
    (operation, n): (Operation, u32),
    doubt: &Doubt,
    seen: &Seen,
) -> Vec<Fact> {
    let Some(intent) = &seen.intent else { return Vec::new() };
    if let Some(facts) = done(sale, settlement, intent) {
        return facts;
    }
    match (&intent.status, settlement) {
        // The latter: a person decided about a sale that nobody has paid for.
        (IntentStatus::RequiresCapture, _)
        | (
            IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation,
            Settlement::Release,
        ) => {}
        (
            IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation,
            Settlement::Capture { .. },
        ) => {
            return vec![Fact::AttentionNeeded { why: Attention::NothingToCapture }];
        }
        (
            IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::Pending
            | IntentStatus::Succeeded
            | IntentStatus::Canceled
            | IntentStatus::Other(_),
            _,
        ) => return Vec::new(),
    }
    match doubt {
        Doubt::Unanswered | Doubt::Restarted | Doubt::Decided
            if may_be_too_old(intent, seen.date) =>
        {
            vec![Fact::KeyTooOld { operation, n }]
        }
        Doubt::Unanswered | Doubt::Restarted | Doubt::Pending | Doubt::Decided => {
            vec![Fact::SettlementMissing]
        }
        Doubt::Refused(_) | Doubt::Ended { .. } => vec![Fact::KeySpent { operation, n }],
    }
}

/// What a PaymentIntent in a final status means. `None` while it can still be settled.
fn done(sale: &Sale, settlement: Settlement, intent: &IntentSeen) -> Option<Vec<Fact>> {
    match (&intent.status, settlement) {
        (IntentStatus::Succeeded, Settlement::Capture { .. }) => {
            let outcome = sale.outcome_keeping(intent.amount_received);
            Some(vec![captured(intent), Fact::Closed { outcome }])
        }
        (IntentStatus::Canceled, Settlement::Release) => {
            Some(vec![Fact::Released, Fact::Closed { outcome: Outcome::Released }])
        }
        // The hold expired, or a person cancelled it.
        (IntentStatus::Canceled, Settlement::Capture { .. }) => {
            // Who wants the money kept knows that the product came out.
            let kept = sale.has_delivered() || sale.resolved.is_some();
            let outcome = if kept { Outcome::Lost } else { Outcome::Released };
            Some(vec![Fact::Closed { outcome }])
        }
        (IntentStatus::Succeeded, Settlement::Release) if present::charges_at_tap(sale, intent) => {
            let amount = Money::new(intent.amount_received, intent.currency);
            let settlement = Settlement::Refund { amount };
            let because = Because::FoundCaptured;
            let mut facts = vec![captured(intent), Fact::SettlementDecided { settlement, because }];
            if sale.is_interac() {
                let why = Attention::RefundNeedsCard { why: CardAway::Gone };
                facts.push(Fact::AttentionNeeded { why });
            }
            Some(facts)
        }
        (IntentStatus::Succeeded, Settlement::Release) => {
            let why = Attention::CapturedElsewhere;
            Some(vec![captured(intent), Fact::AttentionNeeded { why }])
        }
        (
            IntentStatus::RequiresCapture
            | IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::Pending
            | IntentStatus::Other(_),
            Settlement::Capture { .. } | Settlement::Release,
        )
        | (_, Settlement::Refund { .. }) => None,
    }
}

/// The money is taken, as a look or a reply shows it.
pub(super) fn captured(intent: &IntentSeen) -> Fact {
    Fact::Captured {
        amount: Money::new(intent.amount_received, intent.currency),
        receipt_url: intent.charge.as_ref().and_then(|charge| charge.receipt_url.clone()),
    }
}
