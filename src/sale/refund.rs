//! Money back: a refund, until Stripe calls it succeeded. What Stripe has is read before anything
//! is repeated, so that one decision never becomes two refunds.

use crate::money::Money;
use crate::sale::fact::{Attention, Because, Doubt, Fact, Found, Outcome, Settlement};
use crate::sale::in_person;
use crate::sale::input::{
    Call, IntentSeen, IntentStatus, RefundSeen, RefundStatus, Reply, Seen, Trouble,
};
use crate::sale::key::Operation;
use crate::sale::phase::Sale;
use crate::time::Moment;

pub(super) fn decide(
    sale: &Sale,
    amount: Money,
    doubt: Option<&Doubt>,
    reply: &Reply,
) -> Vec<Fact> {
    match (&reply.call, &reply.result) {
        (Call::Refund { n }, result) if *n == sale.keys.refund => answered(sale, *n, result),
        (Call::ListRefunds, Ok(Seen { refunds: Some(refunds), intent: Some(intent), .. })) => {
            doubt.map_or_else(Vec::new, |doubt| looked(sale, amount, doubt, refunds, intent))
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

/// The decision that the customer gets the money back, and how that begins.
pub(super) fn give_back(
    sale: &Sale,
    (settlement, interac): (Settlement, bool),
    because: Because,
    now: Moment,
) -> Vec<Fact> {
    let mut facts = vec![Fact::SettlementDecided { settlement, because }];
    match settlement {
        Settlement::Refund { amount } if interac => {
            facts.push(in_person::begin(sale, amount, because, now));
        }
        Settlement::Refund { .. } | Settlement::Release | Settlement::Capture { .. } => {}
    }
    facts
}

fn answered(sale: &Sale, n: u32, result: &Result<Seen, Trouble>) -> Vec<Fact> {
    let doubted = |why| vec![Fact::SettlementDoubted { n, why }];
    match result {
        Ok(Seen { refunds: Some(refunds), .. }) => match refunds.first() {
            Some(refund) => progress(sale, None, refund),
            None => doubted(Doubt::Unanswered),
        },
        Ok(Seen { refunds: None, .. }) | Err(Trouble::Unknown { .. }) => doubted(Doubt::Unanswered),
        Err(Trouble::NotSent { .. } | Trouble::NotYet { .. }) => Vec::new(),
        Err(Trouble::Refused(refusal)) => doubted(Doubt::Refused(refusal.clone())),
    }
}

/// A look: the refund is there, or is to be asked for again, with the same key if Stripe never
/// answered and with the next one if it did.
fn looked(
    sale: &Sale,
    amount: Money,
    doubt: &Doubt,
    refunds: &[RefundSeen],
    intent: &IntentSeen,
) -> Vec<Fact> {
    if let Some(ours) = ours(sale, refunds) {
        return progress(sale, Some(doubt), ours);
    }
    match &intent.status {
        IntentStatus::Succeeded => {}
        IntentStatus::RequiresCapture
        | IntentStatus::RequiresPaymentMethod
        | IntentStatus::RequiresConfirmation => {
            let because = Because::FoundUncaptured;
            return vec![Fact::SettlementDecided { settlement: Settlement::Release, because }];
        }
        IntentStatus::Canceled => {
            let found = Found::Canceled;
            let closed = Fact::Closed { outcome: Outcome::Released };
            return vec![Fact::SettledElsewhere { found }, Fact::Released, closed];
        }
        IntentStatus::Pending | IntentStatus::Other(_) => return Vec::new(),
    }
    if are_under_way(refunds) {
        return Vec::new();
    }
    let n = sale.keys.refund;
    let left = intent.amount_received.saturating_sub(given_back(refunds));
    if left == 0 {
        return refunded_elsewhere(sale, refunds, amount);
    }
    if left < amount.amount {
        let settlement = Settlement::Refund { amount: Money::new(left, amount.currency) };
        let because = Because::FoundPartlyRefunded;
        return vec![
            Fact::KeySpent { operation: Operation::Refund, n },
            Fact::SettlementDecided { settlement, because },
        ];
    }
    match doubt {
        Doubt::Unanswered | Doubt::Restarted | Doubt::Pending | Doubt::Decided => {
            vec![Fact::SettlementMissing]
        }
        Doubt::Refused(_) | Doubt::Ended { .. } => {
            vec![Fact::KeySpent { operation: Operation::Refund, n }]
        }
    }
}

/// The refund that was decided last. An earlier key of the same decision counts: Stripe may have
/// carried it out although it answered with an error.
pub(super) fn ours<'a>(sale: &Sale, refunds: &'a [RefundSeen]) -> Option<&'a RefundSeen> {
    let of_decision = |refund: &&RefundSeen| {
        refund.sale.as_ref() == Some(sale.id())
            && refund.n.is_some_and(|n| (sale.refund_from..=sale.keys.refund).contains(&n))
    };
    let live = refunds.iter().filter(of_decision).find(|refund| refund.is_live());
    let current = |refund: &&RefundSeen| refund.n == Some(sale.keys.refund);
    live.or_else(|| refunds.iter().filter(of_decision).find(current))
}

/// How much goes back to the customer, in minor units, whoever asked for it.
pub(super) fn given_back(refunds: &[RefundSeen]) -> u64 {
    let live = refunds.iter().filter(|refund| refund.is_live());
    live.fold(0, |sum, refund| sum.saturating_add(refund.amount))
}

/// Whether one of them may still fail: what it comes to decides what is left to give back.
fn are_under_way(refunds: &[RefundSeen]) -> bool {
    let is_done = |refund: &RefundSeen| refund.status == RefundStatus::Succeeded;
    refunds.iter().any(|refund| refund.is_live() && !is_done(refund))
}

/// All of it is refunded, or all that was owed, and not by us: a person was quicker. Nothing yet,
/// while that may still fail.
pub(super) fn refunded_elsewhere(sale: &Sale, refunds: &[RefundSeen], amount: Money) -> Vec<Fact> {
    if are_under_way(refunds) {
        return Vec::new();
    }
    let given = given_back(refunds);
    let theirs = given.saturating_sub(sale.refunded);
    let found = Found::Refunded { amount: Money::new(theirs, amount.currency) };
    let captured = sale.captured.map_or(given, |captured| captured.amount);
    let outcome = sale.outcome_keeping(captured.saturating_sub(given));
    vec![Fact::SettledElsewhere { found }, Fact::Closed { outcome }]
}

/// What was taken at the tap is to be kept: it is, but for what has gone back to the customer.
pub(super) fn kept(sale: &Sale, captured: Money, refunds: &[RefundSeen]) -> Vec<Fact> {
    if given_back(refunds) > 0 {
        return refunded_elsewhere(sale, refunds, captured);
    }
    vec![Fact::Closed { outcome: sale.outcome_keeping(captured.amount) }]
}

/// How far our refund is.
pub(super) fn progress(sale: &Sale, doubt: Option<&Doubt>, refund: &RefundSeen) -> Vec<Fact> {
    let n = sale.keys.refund;
    let failed = |status: &str| {
        vec![
            Fact::KeySpent { operation: Operation::Refund, n },
            Fact::AttentionNeeded { why: Attention::RefundFailed { status: status.into() } },
        ]
    };
    match &refund.status {
        RefundStatus::Succeeded => {
            let amount = Money::new(refund.amount, refund.currency);
            let captured = sale.captured.map_or(refund.amount, |captured| captured.amount);
            let back = sale.refunded.saturating_add(refund.amount);
            let outcome = sale.outcome_keeping(captured.saturating_sub(back));
            vec![
                Fact::RefundConfirmed { n, amount, refund: refund.id.clone() },
                Fact::Closed { outcome },
            ]
        }
        // It is told once.
        RefundStatus::Pending | RefundStatus::Other(_) if doubt == Some(&Doubt::Pending) => {
            Vec::new()
        }
        RefundStatus::Pending | RefundStatus::Other(_) => {
            vec![Fact::SettlementDoubted { n, why: Doubt::Pending }]
        }
        RefundStatus::Failed => failed("failed"),
        RefundStatus::RequiresAction => failed("requires_action"),
        RefundStatus::Canceled => failed("canceled"),
    }
}
