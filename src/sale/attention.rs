//! A sale that waits for a person goes on watching Stripe: a person may act in the Dashboard, a
//! hold may expire, and what could still be paid at the reader is fenced.

use std::time::Duration;

use crate::money::Money;
use crate::sale::fact::{Attention, Because, Doubt, Fact, Found, Outcome, Settlement};
use crate::sale::input::{
    Call, IntentSeen, IntentStatus, RefundSeen, RefundStatus, Refusal, Reply, Seen, Trouble,
};
use crate::sale::key::Operation;
use crate::sale::phase::Sale;
use crate::sale::{refund, settle};
use crate::time::StripeTime;

/// So long before a hold lapses a person can still decide; then what is known is captured.
const DECIDED_BEFORE: Duration = Duration::from_hours(12);

pub(super) fn decide(sale: &Sale, why: &Attention, reply: &Reply) -> Vec<Fact> {
    match (&reply.call, &reply.result) {
        (Call::Inspect, Ok(Seen { intent: Some(intent), date, .. })) => {
            inspected(sale, why, intent, *date)
        }
        (Call::ListRefunds, Ok(Seen { refunds: Some(refunds), intent: Some(intent), .. })) => {
            listed(sale, why, refunds, intent)
        }
        (Call::Cancel { n }, result) if sale.payable && *n == sale.keys.cancel => {
            fenced(*n, result)
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

fn inspected(
    sale: &Sale,
    why: &Attention,
    intent: &IntentSeen,
    date: Option<StripeTime>,
) -> Vec<Fact> {
    match &intent.status {
        IntentStatus::RequiresCapture if *why == Attention::VendUnknown => {
            lapsing(sale, date).into_iter().collect()
        }
        IntentStatus::Canceled => cancelled(sale),
        IntentStatus::Succeeded => {
            let amount = Money::new(intent.amount_received, intent.currency);
            let elsewhere = Fact::SettledElsewhere { found: Found::Captured { amount } };
            let captured = settle::captured(intent);
            // Whoever captures what was held for a person has decided.
            let next = if sale.has_delivered() || *why == Attention::VendUnknown {
                Fact::Closed { outcome: sale.outcome_keeping(amount.amount) }
            } else {
                Fact::AttentionNeeded { why: Attention::CapturedElsewhere }
            };
            vec![elsewhere, captured, next]
        }
        // Nothing was paid, and a prompt may still stand on the reader.
        IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation
            if !sale.payable =>
        {
            vec![Fact::FoundUnpaid]
        }
        IntentStatus::RequiresPaymentMethod
        | IntentStatus::RequiresConfirmation
        | IntentStatus::RequiresCapture
        | IntentStatus::Pending
        | IntentStatus::Other(_) => Vec::new(),
    }
}

/// Nobody has decided about the items of which nobody knows, and the hold is about to lapse: what is
/// known to have come out is paid for, and the rest is let go.
fn lapsing(sale: &Sale, date: Option<StripeTime>) -> Option<Fact> {
    let date = date?;
    let known = sale.delivered_value();
    if known == 0 || date.after(DECIDED_BEFORE) < sale.deadline()? {
        return None;
    }
    let amount = Money::new(known, sale.opened.price().currency);
    let settlement = Settlement::Capture { amount };
    Some(Fact::SettlementDecided { settlement, because: Because::PartlyDelivered })
}

/// A person cancelled it, or the hold expired.
fn cancelled(sale: &Sale) -> Vec<Fact> {
    let elsewhere = Fact::SettledElsewhere { found: Found::Canceled };
    let (note, outcome) = if sale.has_delivered() {
        (Fact::Released, Outcome::Lost)
    } else if sale.authorized.is_some() {
        (Fact::Released, Outcome::Released)
    } else {
        (Fact::Fenced, Outcome::Abandoned)
    };
    vec![elsewhere, note, Fact::Closed { outcome }]
}

fn listed(sale: &Sale, why: &Attention, refunds: &[RefundSeen], intent: &IntentSeen) -> Vec<Fact> {
    let done = |refund: &&RefundSeen| refund.status == RefundStatus::Succeeded;
    if let Some(ours) = refund::ours(sale, refunds).filter(done) {
        return refund::progress(sale, None, ours);
    }
    let received = Money::new(intent.amount_received, intent.currency);
    // Of a sale that was delivered in part, only the rest is owed.
    let owed = match why {
        Attention::RefundNeedsCard { .. } | Attention::RefundFailed { .. } => sale.to_refund,
        Attention::VendUnknown
        | Attention::CapturedElsewhere
        | Attention::NotRecorded
        | Attention::NotOurs
        | Attention::KeyClash
        | Attention::IntentUnknown
        | Attention::NothingToCapture
        | Attention::Unreadable { .. } => None,
    };
    let wanted = owed.map_or(received.amount, |owed| owed.amount.saturating_add(sale.refunded));
    let given = refund::given_back(refunds);
    if intent.status != IntentStatus::Succeeded || given < wanted.min(received.amount) {
        return Vec::new();
    }
    refund::refunded_elsewhere(sale, refunds, received)
}

fn fenced(n: u32, result: &Result<Seen, Trouble>) -> Vec<Fact> {
    let spent = Fact::KeySpent { operation: Operation::Cancel, n };
    let doubted = |why| Fact::FenceDoubted { n, why };
    match result {
        Ok(Seen { intent: Some(intent), .. }) if intent.status == IntentStatus::Canceled => {
            vec![Fact::Fenced, Fact::Closed { outcome: Outcome::Abandoned }]
        }
        Ok(_) => vec![spent, doubted(Doubt::Refused(Refusal::WrongState))],
        Err(Trouble::NotSent { .. } | Trouble::NotYet { .. }) => Vec::new(),
        Err(Trouble::Unknown { .. }) => vec![doubted(Doubt::Unanswered)],
        Err(Trouble::Refused(refusal)) => vec![spent, doubted(Doubt::Refused(refusal.clone()))],
    }
}
