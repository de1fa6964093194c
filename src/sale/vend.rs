//! Goods: what the dispenser's news mean. A vend that may have happened is never repeated.
//!
//! The items of a sale are given one after the other. What becomes of one does not stop the next;
//! when the last one is through, the money goes the way of what came out.

use crate::ids::{DispenserName, ItemNumber};
use crate::money::Money;
use crate::sale::duty::{grace_ends, vend_answer_due};
use crate::sale::fact::{Attention, Because, Fact, Settlement, VendDoubt};
use crate::sale::goods::{LATE_DELIVERED, VendEnd};
use crate::sale::input::VendNews;
use crate::sale::phase::{Phase, Sale};
use crate::sale::refund;
use crate::time::Moment;

pub(super) fn decide(sale: &Sale, item: ItemNumber, news: &VendNews, now: Moment) -> Vec<Fact> {
    match &sale.phase {
        Phase::Vending { item: under_way, .. } if *under_way == item => {
            vending(sale, item, news, now)
        }
        Phase::Doubtful { item: under_way, why, busy, .. } if *under_way == item => {
            doubtful(sale, (item, why, *busy), news, now)
        }
        Phase::Vending { item: under_way, .. } | Phase::Doubtful { item: under_way, .. }
            if item > *under_way =>
        {
            Vec::new()
        }
        Phase::Vending { .. }
        | Phase::Doubtful { .. }
        | Phase::Settling { .. }
        | Phase::Refunding(_)
        | Phase::NeedsAttention { .. } => answered_late(sale, item, news),
        Phase::Opening { .. }
        | Phase::Prompting { .. }
        | Phase::Presenting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { .. }
        | Phase::Retracting { .. }
        | Phase::Closed { .. } => Vec::new(),
    }
}

fn vending(sale: &Sale, item: ItemNumber, news: &VendNews, now: Moment) -> Vec<Fact> {
    match news {
        VendNews::Sent => vec![Fact::VendSent { item, at: now }],
        VendNews::Delivered => through(sale, Fact::Delivered { item }, Because::Delivered, now),
        // Not one byte left for the board, or the board says so itself: nothing came out.
        VendNews::NeverSent { why: reason } | VendNews::Failed { reason } => {
            failed(sale, item, reason, now)
        }
        VendNews::Unclear { why } => {
            let why = VendDoubt::Unclear { why: why.clone() };
            vec![Fact::VendDoubted { item, why, at: now }]
        }
        VendNews::Busy | VendNews::NotKnown => Vec::new(),
    }
}

fn doubtful(
    sale: &Sale,
    (item, why, busy): (ItemNumber, &VendDoubt, bool),
    news: &VendNews,
    now: Moment,
) -> Vec<Fact> {
    match news {
        VendNews::Delivered => through(sale, Fact::Delivered { item }, Because::Delivered, now),
        VendNews::Failed { reason } => failed(sale, item, reason, now),
        VendNews::Busy if !busy => vec![Fact::VendBusy { item }],
        VendNews::NotKnown => never_heard_of(sale, item, why, now),
        VendNews::Busy | VendNews::Sent | VendNews::NeverSent { .. } | VendNews::Unclear { .. } => {
            Vec::new()
        }
    }
}

fn is_fresh(sale: &Sale, now: Moment) -> bool {
    sale.authorization_age(now).is_some_and(|age| age <= sale.opened.policy.resume_window)
}

/// The board does not know the order. Only within one boot, only after a restart, and only if no
/// order is known to have been written does that prove that it was never fired: a board that was
/// told and then forgot is no witness, and after a power cut the board may have lost its memory
/// with ours.
fn never_heard_of(sale: &Sale, item: ItemNumber, why: &VendDoubt, now: Moment) -> Vec<Fact> {
    let skip = |because| skipped(sale, item, because, None, now);
    match why {
        VendDoubt::Restarted if sale.vend(item).sent => Vec::new(),
        // What is taken already, no cancel takes away.
        VendDoubt::NoRecord if sale.cancel_unclear.is_some() && sale.captured.is_none() => {
            skip(Because::CancelUnderWay)
        }
        VendDoubt::NoRecord if sale.let_go => skip(Because::CustomerLetGo),
        VendDoubt::Restarted | VendDoubt::NoRecord if is_fresh(sale, now) => {
            vec![Fact::VendIntended { item, boot: sale.boot.clone(), at: now }]
        }
        VendDoubt::NoRecord if sale.power_cut => skip(Because::PowerCut),
        VendDoubt::Restarted | VendDoubt::NoRecord => skip(Because::TooOld),
        VendDoubt::Silent
        | VendDoubt::Unclear { .. }
        | VendDoubt::PowerCut
        | VendDoubt::FoundAtStripe => Vec::new(),
    }
}

/// Time has passed and the dispenser has not answered.
pub(super) fn answer_missing(sale: &Sale, now: Moment) -> Vec<Fact> {
    match (sale.under_way(), vend_answer_due(sale)) {
        (Some(item), Some(due)) if now >= due => {
            vec![Fact::VendDoubted { item, why: VendDoubt::Silent, at: now }]
        }
        (Some(_) | None, _) => Vec::new(),
    }
}

/// The grace is over: what cannot be known is decided by the written policy, once.
pub(super) fn grace_over(sale: &Sale, why: &VendDoubt, now: Moment) -> Vec<Fact> {
    let Some(item) = sale.under_way().filter(|_| grace_ends(sale).is_some_and(|end| now >= end))
    else {
        return Vec::new();
    };
    // No intent to vend is on disk. Within one boot that proves that nothing was fired, unless the
    // board itself has said that it is at it.
    let turning = matches!(sale.phase, Phase::Doubtful { busy: true, .. });
    let silent = Some(sale.dispenser(item));
    if *why == VendDoubt::NoRecord && !turning {
        let because = if sale.power_cut { Because::PowerCut } else { Because::BoardSilent };
        return skipped(sale, item, because, silent, now);
    }
    let facts = vec![Fact::VendUnknown { item }];
    go_on(sale, facts, (Because::VendUnknown, silent), now)
}

fn failed(sale: &Sale, item: ItemNumber, reason: &str, now: Moment) -> Vec<Fact> {
    through(sale, Fact::VendFailed { item, reason: reason.into() }, Because::VendFailed, now)
}

/// An item is not given. Of a single one the settlement says so.
fn skipped(
    sale: &Sale,
    item: ItemNumber,
    because: Because,
    silent: Option<&DispenserName>,
    now: Moment,
) -> Vec<Fact> {
    let skipped = Fact::VendSkipped { item, because };
    let several = sale.opened.count() > 1;
    go_on(sale, Vec::from_iter(several.then_some(skipped)), (because, silent), now)
}

/// The dispenser has said what became of an item.
fn through(sale: &Sale, end: Fact, because: Because, now: Moment) -> Vec<Fact> {
    go_on(sale, vec![end], (because, None), now)
}

/// What follows when the item under way is through: the next one, or the settlement. A dispenser
/// that has been `silent` is not asked for each of the rest.
fn go_on(
    before: &Sale,
    mut facts: Vec<Fact>,
    (because, silent): (Because, Option<&DispenserName>),
    now: Moment,
) -> Vec<Fact> {
    let mut sale = before.clone();
    for fact in &facts {
        sale.evolve(fact);
    }
    let rest = before.opened.numbered().filter(|(item, _)| Some(*item) > before.under_way());
    for (item, next) in rest {
        let is_silent = Some(&next.dispenser) == silent;
        let end = match turn(before, now) {
            Turn::Order => {
                facts.push(Fact::VendIntended { item, boot: sale.boot.clone(), at: now });
                return facts;
            }
            Turn::Ask(why) if !is_silent => {
                facts.push(Fact::VendDoubted { item, why, at: now });
                return facts;
            }
            Turn::Ask(VendDoubt::FoundAtStripe) => Fact::VendUnknown { item },
            Turn::Ask(_) if before.power_cut => {
                Fact::VendSkipped { item, because: Because::PowerCut }
            }
            Turn::Ask(_) => Fact::VendSkipped { item, because: Because::BoardSilent },
            Turn::Skip(because) => Fact::VendSkipped { item, because },
        };
        sale.evolve(&end);
        facts.push(end);
    }
    facts.extend(settle(&sale, because, now));
    facts
}

/// What an item's turn brings.
enum Turn {
    Order,
    Ask(VendDoubt),
    Skip(Because),
}

/// Within one life of the daemon the customer has waited for the item before, and the next one
/// follows. After a restart the board is asked, and only what it does not know is ordered, for an
/// authorization that is still young; after a power cut nothing is, but the board may have given
/// what no record is left of.
fn turn(sale: &Sale, now: Moment) -> Turn {
    if sale.is_adopted {
        return Turn::Ask(VendDoubt::FoundAtStripe);
    }
    if sale.power_cut || (sale.interrupted && is_fresh(sale, now)) {
        return Turn::Ask(VendDoubt::NoRecord);
    }
    if sale.interrupted {
        return Turn::Skip(Because::TooOld);
    }
    match &sale.phase {
        Phase::Doubtful { since, .. } if now > *since + sale.opened.policy.resume_window => {
            Turn::Skip(Because::WaitedTooLong)
        }
        Phase::Opening { .. }
        | Phase::Prompting { .. }
        | Phase::Presenting { .. }
        | Phase::Collected { .. }
        | Phase::Confirming { .. }
        | Phase::Retracting { .. }
        | Phase::Vending { .. }
        | Phase::Doubtful { .. }
        | Phase::Settling { .. }
        | Phase::Refunding(_)
        | Phase::NeedsAttention { .. }
        | Phase::Closed { .. } => Turn::Order,
    }
}

/// All items are through: the price of what came out is kept, the rest goes back.
fn settle(sale: &Sale, because: Because, now: Moment) -> Vec<Fact> {
    let unknown = sale.ended(VendEnd::Unknown) > 0;
    if sale.is_held() {
        return vec![Fact::AttentionNeeded { why: Attention::VendUnknown }];
    }
    let price = sale.opened.price();
    let kept = Money::new(sale.kept_value(), price.currency);
    if kept.amount == 0 {
        let because = if sale.ended(VendEnd::Failed) > 0 {
            Because::VendFailed
        } else if unknown {
            Because::VendUnknown
        } else {
            because
        };
        return refund::give_back(sale, (sale.way_back(), sale.is_interac()), because, now);
    }
    if kept == price {
        return keep(sale, if unknown { Because::VendUnknown } else { Because::Delivered });
    }
    let because = Because::PartlyDelivered;
    let way = match sale.captured {
        Some(captured) => {
            let rest = captured.amount.saturating_sub(sale.refunded).saturating_sub(kept.amount);
            Settlement::Refund { amount: Money::new(rest, captured.currency) }
        }
        // One capture: with it the rest of the hold is released.
        None => Settlement::Capture { amount: kept },
    };
    refund::give_back(sale, (way, sale.is_interac()), because, now)
}

/// The price is kept: captured, unless it was charged at the tap. After a power cut the record of a
/// refund may be lost, and the refunds are read before such a sale counts as sold.
fn keep(sale: &Sale, because: Because) -> Vec<Fact> {
    let settlement = Settlement::Capture { amount: sale.opened.price() };
    let mut facts = vec![Fact::SettlementDecided { settlement, because }];
    let may_forget = sale.power_cut || sale.is_adopted;
    if let Some(captured) = sale.captured.filter(|_| !may_forget) {
        facts.push(Fact::Closed { outcome: sale.outcome_keeping(captured.amount) });
    }
    facts
}

/// What the dispenser says after the decision is noted where it contradicts it.
fn answered_late(sale: &Sale, item: ItemNumber, news: &VendNews) -> Vec<Fact> {
    let delivered = sale.vend(item).end == Some(VendEnd::Delivered);
    let answer = match news {
        VendNews::Delivered if !delivered => LATE_DELIVERED,
        VendNews::Failed { .. } if delivered => "failed",
        VendNews::Delivered
        | VendNews::Failed { .. }
        | VendNews::NeverSent { .. }
        | VendNews::Unclear { .. }
        | VendNews::Sent
        | VendNews::Busy
        | VendNews::NotKnown => return Vec::new(),
    };
    vec![Fact::AnsweredLate { item, answer: answer.into() }]
}
