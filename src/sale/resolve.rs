//! What people decide: about a sale that waits for a person, and about one that was sold. A
//! decision is a fact with a name and a reason; after it the sale goes the way of any decision.

use crate::money::Money;
use crate::sale::fact::{Attention, Decision, Fact, Outcome};
use crate::sale::phase::{Phase, Sale};
use crate::time::Moment;

/// What a person asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// What.
    pub what: Asked,
    /// The user id of who asks.
    pub by: u32,
    /// Why, in their words.
    pub reason: Option<String>,
}

/// What can be asked for. Without an amount it is all of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// Of a sale that waits for a person: keep this much, and release the rest.
    Capture {
        /// How much, in minor units.
        amount: Option<u64>,
    },
    /// Of a sale that waits for a person: release the hold.
    Release,
    /// Of a sale that waits for a person: give back what was taken.
    Refund,
    /// Of a sale that waits for a person: nothing more is to be done.
    Dismiss,
    /// Of a sale that is over: give back this much.
    RefundSold {
        /// How much, in minor units.
        amount: Option<u64>,
    },
}

/// What becomes of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is decided by these facts.
    Decided(Vec<Fact>),
    /// The same was decided before: nothing is to be done.
    Already,
}

/// Judges an order. The error says why it cannot be.
pub fn judge(sale: &Sale, order: &Order, now: Moment) -> Result<Verdict, String> {
    match (order.what, &sale.phase) {
        (Asked::RefundSold { amount }, Phase::Closed { .. }) => {
            refund_sold(sale, amount, order, now).map(Verdict::Decided)
        }
        (Asked::RefundSold { .. }, Phase::NeedsAttention { .. }) => {
            Err(format!("sale {0} waits for a decision: kioskd resolve {0} …", sale.id()))
        }
        (Asked::RefundSold { .. }, phase) => {
            Err(format!("sale {} is not over yet: it is {}", sale.id(), phase.word()))
        }
        (asked, Phase::NeedsAttention { why }) => {
            let decision = decision(sale, why, asked)?;
            Ok(Verdict::Decided(resolved(sale, decision, order, now)))
        }
        (asked, phase) => decided_before(sale, asked, phase),
    }
}

/// A second decision sees the first.
fn decided_before(sale: &Sale, asked: Asked, phase: &Phase) -> Result<Verdict, String> {
    let id = sale.id();
    let Some((decision, by)) = &sale.resolved else {
        return Err(format!("sale {id} does not wait for a person: it is {}", phase.word()));
    };
    let same = match (asked, decision) {
        (Asked::Capture { amount: None }, Decision::Capture { .. })
        | (Asked::Release, Decision::Release)
        | (Asked::Refund, Decision::Refund { .. })
        | (Asked::Dismiss, Decision::Dismiss) => true,
        (Asked::Capture { amount: Some(asked) }, Decision::Capture { amount }) => {
            amount.amount == asked
        }
        (
            Asked::Capture { .. }
            | Asked::Release
            | Asked::Refund
            | Asked::Dismiss
            | Asked::RefundSold { .. },
            Decision::Capture { .. }
            | Decision::Release
            | Decision::Refund { .. }
            | Decision::Dismiss,
        ) => false,
    };
    if same {
        return Ok(Verdict::Already);
    }
    Err(format!("sale {id} was decided before, by uid {by}: {}", decision.word()))
}

fn decision(sale: &Sale, why: &Attention, asked: Asked) -> Result<Decision, String> {
    let id = sale.id();
    if matches!(asked, Asked::Dismiss) {
        return Ok(Decision::Dismiss);
    }
    let unreadable = matches!(why, Attention::Unreadable { .. });
    if unreadable || sale.intent.is_none() {
        return Err(format!(
            "what sale {id} has at Stripe is not known: settle it there, then kioskd resolve {id} \
             dismiss"
        ));
    }
    let taken = sale.captured;
    let held = sale.authorized.as_ref().map(|authorized| authorized.amount);
    match asked {
        Asked::Capture { amount } => {
            let Some(most) = taken.or(held) else {
                return Err(format!("no card was authorized for sale {id}: nothing to capture"));
            };
            let price = sale.opened.price();
            let whole = if taken.is_some() { most.amount } else { worth(sale) };
            let amount = amount.unwrap_or(most.amount.min(whole));
            if taken.is_some_and(|taken| taken.amount != amount) {
                return Err(format!("{most} of sale {id} are captured already: refund instead"));
            }
            if amount == 0 || amount > most.amount {
                return Err(format!("the amount has to be more than nothing, and {most} at most"));
            }
            Ok(Decision::Capture { amount: Money::new(amount, price.currency) })
        }
        Asked::Release if taken.is_some() => {
            Err(format!("the money of sale {id} is captured: refund it instead"))
        }
        Asked::Release => Ok(Decision::Release),
        Asked::Refund => match taken {
            Some(captured) => Ok(Decision::Refund { amount: owed(sale, why, captured)? }),
            None => Err(format!("nothing was captured of sale {id}: release it instead")),
        },
        Asked::Dismiss | Asked::RefundSold { .. } => Ok(Decision::Dismiss),
    }
}

/// What the items cost that came out, or of which nobody knows: of several, those are not paid for
/// that are known not to have come.
fn worth(sale: &Sale) -> u64 {
    match sale.possible_value() {
        0 => sale.opened.price().amount,
        worth => worth,
    }
}

/// What the customer is owed: what was to be given back already, or of several items what is not
/// known to have come out.
fn owed(sale: &Sale, why: &Attention, captured: Money) -> Result<Money, String> {
    let left = left(sale, captured)?;
    let owed = match why {
        Attention::RefundNeedsCard { .. } | Attention::RefundFailed { .. } => {
            sale.to_refund.map_or(left.amount, |wanted| wanted.amount)
        }
        Attention::VendUnknown => left.amount.saturating_sub(sale.delivered_value()),
        Attention::CapturedElsewhere
        | Attention::NotRecorded
        | Attention::NotOurs
        | Attention::KeyClash
        | Attention::IntentUnknown
        | Attention::NothingToCapture
        | Attention::Unreadable { .. } => left.amount,
    };
    Ok(Money::new(owed.min(left.amount), left.currency))
}

/// What may still be given back.
fn left(sale: &Sale, captured: Money) -> Result<Money, String> {
    let left = captured.amount.saturating_sub(sale.refunded);
    if left == 0 {
        return Err(format!("all of sale {} is refunded already: {captured}", sale.id()));
    }
    Ok(Money::new(left, captured.currency))
}

fn resolved(sale: &Sale, decision: Decision, order: &Order, now: Moment) -> Vec<Fact> {
    let mut facts = vec![Fact::Resolved { decision, by: order.by, reason: order.reason.clone() }];
    match decision {
        Decision::Dismiss => facts.push(Fact::Closed { outcome: Outcome::Dismissed }),
        Decision::Refund { amount } => facts.extend(card_wanted(sale, amount, now)),
        Decision::Capture { .. } | Decision::Release => {}
    }
    facts
}

/// An Interac refund needs the card: whoever asks has its owner at the reader.
fn card_wanted(sale: &Sale, amount: Money, now: Moment) -> Option<Fact> {
    let n = sale.keys.refund;
    sale.is_interac().then_some(Fact::RefundPromptIntended { amount, n, at: now })
}

fn refund_sold(
    sale: &Sale,
    amount: Option<u64>,
    order: &Order,
    now: Moment,
) -> Result<Vec<Fact>, String> {
    let id = sale.id();
    let Some(captured) = sale.captured else {
        return Err(format!("nothing was captured of sale {id}: there is nothing to refund"));
    };
    if matches!(sale.phase, Phase::Closed { outcome: Outcome::Refunded }) {
        return Err(format!("all of sale {id} is refunded already: {captured}"));
    }
    let left = left(sale, captured)?;
    let amount = Money::new(amount.unwrap_or(left.amount), captured.currency);
    if amount.amount == 0 || amount.amount > left.amount {
        return Err(format!("the amount has to be more than nothing, and {left} at most"));
    }
    let mut facts = vec![Fact::RefundAsked { amount, by: order.by, reason: order.reason.clone() }];
    facts.extend(card_wanted(sale, amount, now));
    Ok(facts)
}

impl Decision {
    /// The word for people, as `kioskd resolve` takes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Capture { .. } => "capture",
            Self::Release => "release",
            Self::Refund { .. } => "refund",
            Self::Dismiss => "dismiss",
        }
    }
}
