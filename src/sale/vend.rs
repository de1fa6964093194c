//! Goods: what the dispenser's news mean. A vend that may have happened is never repeated.

use crate::sale::duty::{grace_ends, vend_answer_due};
use crate::sale::fact::{Attention, Because, Fact, Settlement, UnknownVend, VendDoubt};
use crate::sale::input::VendNews;
use crate::sale::phase::{Phase, Sale};
use crate::sale::refund;
use crate::time::Moment;

pub(super) fn decide(sale: &Sale, news: &VendNews, now: Moment) -> Vec<Fact> {
    match &sale.phase {
        Phase::Vending { .. } => vending(sale, news, now),
        Phase::Doubtful { why, busy, .. } => doubtful(sale, why, *busy, news, now),
        Phase::Settling { .. } | Phase::Refunding(_) | Phase::NeedsAttention { .. } => {
            answered_late(sale, news)
        }
        Phase::Opening { .. }
        | Phase::Prompting { .. }
        | Phase::Presenting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { .. }
        | Phase::Retracting { .. }
        | Phase::Closed { .. } => Vec::new(),
    }
}

fn vending(sale: &Sale, news: &VendNews, now: Moment) -> Vec<Fact> {
    match news {
        VendNews::Sent => vec![Fact::VendSent { at: now }],
        VendNews::Delivered => delivered(sale),
        // Not one byte left for the board, or the board says so itself: nothing came out.
        VendNews::NeverSent { why: reason } | VendNews::Failed { reason } => {
            failed(sale, reason, now)
        }
        VendNews::Unclear { why } => {
            let why = VendDoubt::Unclear { why: why.clone() };
            vec![Fact::VendDoubted { why, at: now }]
        }
        VendNews::Busy | VendNews::NotKnown => Vec::new(),
    }
}

fn doubtful(sale: &Sale, why: &VendDoubt, busy: bool, news: &VendNews, now: Moment) -> Vec<Fact> {
    match news {
        VendNews::Delivered => delivered(sale),
        VendNews::Failed { reason } => failed(sale, reason, now),
        VendNews::Busy if !busy => vec![Fact::VendBusy],
        VendNews::NotKnown => never_heard_of(sale, why, now),
        VendNews::Busy | VendNews::Sent | VendNews::NeverSent { .. } | VendNews::Unclear { .. } => {
            Vec::new()
        }
    }
}

/// The board does not know the sale. Only within one boot, only after a restart, and only if no
/// order is known to have been written does that prove that it was never fired: a board that was
/// told and then forgot is no witness, and after a power cut the board may have lost its memory
/// with ours.
fn never_heard_of(sale: &Sale, why: &VendDoubt, now: Moment) -> Vec<Fact> {
    let fresh =
        sale.authorization_age(now).is_some_and(|age| age <= sale.opened.policy.resume_window);
    let release = |because| give_back(sale, because, now);
    match why {
        VendDoubt::Restarted if sale.vend_sent => Vec::new(),
        // What is taken already, no cancel takes away.
        VendDoubt::NoRecord if sale.cancel_unclear && sale.captured.is_none() => {
            release(Because::CancelUnderWay)
        }
        VendDoubt::Restarted | VendDoubt::NoRecord if fresh => {
            vec![Fact::VendIntended { boot: sale.boot.clone(), at: now }]
        }
        VendDoubt::NoRecord if sale.power_cut => release(Because::PowerCut),
        VendDoubt::Restarted | VendDoubt::NoRecord => release(Because::TooOld),
        VendDoubt::Silent
        | VendDoubt::Unclear { .. }
        | VendDoubt::PowerCut
        | VendDoubt::FoundAtStripe => Vec::new(),
    }
}

/// Time has passed and the dispenser has not answered.
pub(super) fn answer_missing(
    sale: &Sale,
    since: Moment,
    sent: Option<Moment>,
    now: Moment,
) -> Vec<Fact> {
    if now < vend_answer_due(sale, since, sent) {
        return Vec::new();
    }
    vec![Fact::VendDoubted { why: VendDoubt::Silent, at: now }]
}

/// The grace is over: what cannot be known is decided by the written policy, once.
pub(super) fn grace_over(sale: &Sale, why: &VendDoubt, since: Moment, now: Moment) -> Vec<Fact> {
    if now < grace_ends(sale, since) {
        return Vec::new();
    }
    // No intent to vend is on disk. Within one boot that proves that nothing was fired, unless the
    // board itself has said that it is at it.
    let turning = matches!(sale.phase, Phase::Doubtful { busy: true, .. });
    if *why == VendDoubt::NoRecord && !turning {
        let because = if sale.power_cut { Because::PowerCut } else { Because::BoardSilent };
        return give_back(sale, because, now);
    }
    let mut facts = vec![Fact::VendUnknown];
    match sale.opened.policy.unknown_vend {
        UnknownVend::Release => facts.extend(give_back(sale, Because::VendUnknown, now)),
        UnknownVend::Capture => facts.extend(keep(sale, Because::VendUnknown)),
        UnknownVend::Hold => facts.push(Fact::AttentionNeeded { why: Attention::VendUnknown }),
    }
    facts
}

fn delivered(sale: &Sale) -> Vec<Fact> {
    let mut facts = vec![Fact::Delivered];
    facts.extend(keep(sale, Because::Delivered));
    facts
}

fn failed(sale: &Sale, reason: &str, now: Moment) -> Vec<Fact> {
    let mut facts = vec![Fact::VendFailed { reason: reason.into() }];
    facts.extend(give_back(sale, Because::VendFailed, now));
    facts
}

/// The price is kept: captured, unless it was charged at the tap.
fn keep(sale: &Sale, because: Because) -> Vec<Fact> {
    let settlement = Settlement::Capture { amount: sale.opened.product.price };
    let mut facts = vec![Fact::SettlementDecided { settlement, because }];
    if let Some(captured) = sale.captured {
        facts.push(Fact::Closed { outcome: sale.outcome_keeping(captured.amount) });
    }
    facts
}

/// The customer gets the money back: released, or refunded if it was charged at the tap.
fn give_back(sale: &Sale, because: Because, now: Moment) -> Vec<Fact> {
    refund::give_back(sale, (sale.way_back(), sale.is_interac()), because, now)
}

/// What the dispenser says after the decision is noted where it contradicts it.
fn answered_late(sale: &Sale, news: &VendNews) -> Vec<Fact> {
    let answer = match news {
        VendNews::Delivered if !sale.delivered => "delivered",
        VendNews::Failed { .. } if sale.delivered => "failed",
        VendNews::Delivered
        | VendNews::Failed { .. }
        | VendNews::NeverSent { .. }
        | VendNews::Unclear { .. }
        | VendNews::Sent
        | VendNews::Busy
        | VendNews::NotKnown => return Vec::new(),
    };
    vec![Fact::AnsweredLate { answer: answer.into() }]
}
