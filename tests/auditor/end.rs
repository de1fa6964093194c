//! What must hold when the faults are over and everything has come to rest.

use std::collections::BTreeMap;

use kioskd::simulator::{IntentBook, IntentStatus};

use super::promises::promises_are_kept;
use super::{Evidence, Finding, Record, item, sale_of};

/// An invariant: what it finds, a sentence each.
type Invariant = fn(&Evidence, &mut Vec<String>);

/// Each with its name.
const INVARIANTS: [(&str, Invariant); 14] = [
    ("charged_once", charged_once),
    ("no_money_for_nothing", no_money_for_nothing),
    ("no_goods_for_nothing", no_goods_for_nothing),
    ("delivered_once", delivered_once),
    ("holds_end", holds_end),
    ("refunds_are_bounded", refunds_are_bounded),
    ("sales_end", sales_end),
    ("attention_only_where_nobody_could_know", attention_only_where_nobody_could_know),
    ("ledger_agrees_with_books", ledger_agrees_with_books),
    ("stripe_knows_nothing_more", stripe_knows_nothing_more),
    ("history_is_bounded", history_is_bounded),
    ("stock_is_what_is_left", stock_is_what_is_left),
    ("no_more_goods_than_there_were", no_more_goods_than_there_were),
    ("promises_are_kept", promises_are_kept),
];

/// More facts than any sale needs, whatever happens to it.
const MOST_FACTS: usize = 400;

/// More facts than any sale gets in all, those included that come with each start of the daemon and
/// with each answer to a key that may not cancel.
const MOST_IN_ALL: usize = 5_000;

/// Judges the end.
pub fn audit(evidence: &Evidence) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (invariant, judge) in INVARIANTS {
        let mut found = Vec::new();
        judge(evidence, &mut found);
        findings.extend(found.into_iter().map(|what| Finding { invariant, what }));
    }
    findings
}

impl Evidence {
    /// A sale's PaymentIntents.
    fn intents(&self, sale: &str) -> Vec<&IntentBook> {
        let named = |intent: &&IntentBook| intent.metadata.get("sale").is_some_and(|s| s == sale);
        self.books.payment_intents.iter().filter(named).collect()
    }

    /// The sales that are judged by their record: of a damaged one nothing can be said.
    fn sound(&self) -> impl Iterator<Item = (&String, &Record)> {
        self.sales.iter().filter(|(sale, _)| !self.excuses.damaged.contains(sale))
    }

    /// What Stripe has kept of a sale's money.
    pub(super) fn kept(&self, sale: &str) -> u64 {
        let intents = self.intents(sale);
        intents.iter().map(|intent| intent.amount_received.saturating_sub(intent.refunded)).sum()
    }

    /// What the goods of a sale that left the machine are worth.
    fn value(&self, sale: &str, record: &Record) -> u64 {
        let given = self.goods.iter().map(|goods| goods.order.as_str());
        record.price_of(given.filter(|order| sale_of(order) == sale))
    }

    /// Whether a person has acted at Stripe, or decided at the kiosk.
    pub(super) fn is_by_people(&self, sale: &str) -> bool {
        let decided = |record: &Record| record.has("resolved") || record.has("refund_asked");
        self.excuses.by_people.iter().any(|by| by == sale)
            || self.sales.get(sale).is_some_and(decided)
    }

    pub(super) fn is_forgotten(&self, sale: &str) -> bool {
        self.excuses.forgotten.iter().any(|by| by == sale)
    }
}

/// A customer who pays twice for one thing was robbed, and a second hold on the card is as good as
/// a second charge to somebody whose limit it takes.
fn charged_once(evidence: &Evidence, found: &mut Vec<String>) {
    for (sale, record) in &evidence.sales {
        let intents = evidence.intents(sale);
        let authorized: u64 = intents.iter().map(|intent| intent.authorized_charges).sum();
        let received: u64 = intents.iter().map(|intent| intent.amount_received).sum();
        if authorized > 1 {
            found.push(format!("{sale}: cards were authorized {authorized} times"));
        }
        let sound = !evidence.excuses.damaged.contains(sale);
        if sound && received > record.price() {
            found.push(format!("{sale}: {received} taken, the price is {}", record.price()));
        }
    }
}

/// Money that is kept belongs to goods that came out. Two exceptions: the operator's written policy
/// says to keep what nobody knows of, and what a person has decided.
fn no_money_for_nothing(evidence: &Evidence, found: &mut Vec<String>) {
    for (sale, record) in evidence.sound() {
        let (kept, value) = (evidence.kept(sale), evidence.value(sale, record));
        let by_policy = record.policy("unknown_vend") == "capture" && record.has("vend_unknown");
        let waits = record.attention().is_some();
        if kept > value && !by_policy && !waits && !evidence.is_by_people(sale) {
            found.push(format!("{sale}: {kept} kept for goods worth {value}"));
        }
    }
}

/// Goods are paid for. Exceptions: nobody could know whether they came out and the policy releases
/// the hold; the hold had lapsed, which is called lost, because Stripe was out of reach or a person
/// was to decide about something else than the goods and did not; a person has decided; a card that
/// lied about a flush took the record with it. Where the board had said that they came out, there is
/// nothing that nobody could know, and nothing to decide.
fn no_goods_for_nothing(evidence: &Evidence, found: &mut Vec<String>) {
    for (sale, record) in evidence.sound() {
        let (kept, value) = (evidence.kept(sale), evidence.value(sale, record));
        if kept >= value || evidence.is_by_people(sale) || record.attention().is_some() {
            continue;
        }
        let lost = record.outcome() == Some("lost");
        let waited = record.has("attention_needed") && !record.asked_about("vend_unknown");
        if lost && (evidence.excuses.cut_off || waited) || evidence.is_forgotten(sale) {
            continue;
        }
        let told = evidence.told_delivered.iter().map(String::as_str);
        let told = record.price_of(told.filter(|order| sale_of(order) == sale));
        if kept < told || !record.was_unknown() {
            let what = format!("{sale}: goods worth {value} given for {kept}, {told} were told of");
            found.push(what);
        }
    }
}

/// One order, one product, over all restarts.
fn delivered_once(evidence: &Evidence, found: &mut Vec<String>) {
    let mut given: BTreeMap<&str, usize> = BTreeMap::new();
    for goods in &evidence.goods {
        *given.entry(&goods.order).or_default() += 1;
    }
    // Of how many products a sale was, its record tells, unless that is damaged.
    let sound = evidence.sound().map(|(sale, record)| (sale.as_str(), record));
    let sound: BTreeMap<_, _> = sound.collect();
    for (order, count) in given {
        let items = sound.get(sale_of(order)).map(|record| record.prices().len());
        if count > 1 || items.is_some_and(|items| item(order) > items) {
            found.push(format!("{order}: {count} products, of {items:?} items"));
        }
    }
}

/// A hold takes from what a customer can spend: it ends as soon as the sale has ended.
fn holds_end(evidence: &Evidence, found: &mut Vec<String>) {
    for (sale, record) in evidence.sound() {
        let held: u64 = evidence.intents(sale).iter().map(|intent| intent.amount_capturable).sum();
        // A person who dismisses a sale says that it was settled another way.
        let dismissed = record.outcome() == Some("dismissed");
        if held > 0 && record.attention().is_none() && !dismissed {
            found.push(format!("{sale}: {held} are still on hold"));
        }
        let lapsed = evidence.intents(sale).iter().any(|intent| intent.expired);
        // Where a person was to decide and did not, it is theirs.
        let waited = record.has("attention_needed") || evidence.is_by_people(sale);
        if lapsed && !evidence.excuses.cut_off && !waited {
            found.push(format!("{sale}: its hold lapsed although Stripe could be reached"));
        }
    }
}

/// Nobody gets back more than was taken, and what stands for goods is not given back but by people.
fn refunds_are_bounded(evidence: &Evidence, found: &mut Vec<String>) {
    for (sale, record) in evidence.sound() {
        let intents = evidence.intents(sale);
        let received: u64 = intents.iter().map(|intent| intent.amount_received).sum();
        let refunded: u64 = intents.iter().map(|intent| intent.refunded).sum();
        if refunded > received {
            found.push(format!("{sale}: {refunded} refunded of {received}"));
        }
        let decided = record.has("refund_asked") || record.has("resolved");
        let refunds: u64 = intents.iter().map(|intent| intent.refunds).sum();
        if refunds > 1 && !decided && !evidence.is_by_people(sale) {
            found.push(format!("{sale}: {refunds} refunds"));
        }
    }
}

/// Every sale that was opened ends: over, or with a person who has to decide.
fn sales_end(evidence: &Evidence, found: &mut Vec<String>) {
    for (sale, record) in evidence.sound() {
        if record.outcome().is_none() && record.attention().is_none() {
            let last = record.facts.last().map(|fact| fact["fact"].to_string());
            found.push(format!("{sale}: not over, last {}", last.unwrap_or_default()));
        }
    }
}

/// People are asked only what no rule can answer.
fn attention_only_where_nobody_could_know(evidence: &Evidence, found: &mut Vec<String>) {
    for (sale, record) in evidence.sound() {
        let Some(why) = record.attention() else { continue };
        let excuses = &evidence.excuses;
        let excused = match why.as_str() {
            "vend_unknown" => record.policy("unknown_vend") == "hold",
            // That it was captured here is among what the card has forgotten.
            "captured_elsewhere" => evidence.is_by_people(sale) || evidence.is_forgotten(sale),
            "not_recorded" => evidence.is_forgotten(sale) || record.has("adopted"),
            // The daemon died before it heard of the PaymentIntent, and Stripe failed since.
            "intent_unknown" => record.has("restarted"),
            other => {
                other.contains("refund_needs_card")
                    || (other.contains("refund_failed") && excuses.refunds_fail)
            }
        };
        if !excused {
            found.push(format!("{sale}: waits for a person: {why}"));
        }
    }
}

/// What the journal calls a sale is what Stripe's books show of it.
fn ledger_agrees_with_books(evidence: &Evidence, found: &mut Vec<String>) {
    for (sale, record) in evidence.sound() {
        let Some(outcome) = record.outcome() else { continue };
        let (kept, price) = (evidence.kept(sale), record.price());
        let agrees = match outcome {
            "sold" => kept == price,
            "partly_sold" => kept > 0 && kept < price,
            "declined" | "abandoned" | "released" | "refunded" | "lost" => kept == 0,
            "dismissed" => true,
            _ => false,
        };
        if !agrees && !evidence.is_by_people(sale) {
            found.push(format!("{sale}: {outcome}, and Stripe has kept {kept} of {price}"));
        }
        let is_live = |intent: &IntentBook| intent.status != IntentStatus::Canceled;
        let is_unpaid = |intent: &IntentBook| is_live(intent) && intent.amount_received == 0;
        // One that was made by a lost creation and never prompted can never be paid; the sweep
        // cancels it in its own time.
        let can_be_paid = |intent: &&IntentBook| is_unpaid(intent) && intent.declined_charges > 0;
        // What a person dismisses was settled another way.
        let dismissed = outcome == "dismissed";
        if !dismissed && evidence.intents(sale).into_iter().any(|intent| can_be_paid(&intent)) {
            found.push(format!("{sale}: {outcome}, and a PaymentIntent can still be paid"));
        }
    }
}

/// What Stripe was paid for in this kiosk's name stands in its journal, or a technician was told
/// that its record is lost and cannot be made anew.
fn stripe_knows_nothing_more(evidence: &Evidence, found: &mut Vec<String>) {
    for intent in &evidence.books.payment_intents {
        let Some(sale) = intent.metadata.get("sale") else { continue };
        let paid = intent.amount_received > 0 || intent.amount_capturable > 0;
        let told = evidence.excuses.left_alone.iter().any(|id| id == intent.id.as_str());
        if told && evidence.is_forgotten(sale) {
            continue;
        }
        if paid && !evidence.sales.contains_key(sale) {
            found.push(format!("Stripe was paid for {sale}, which the journal does not know"));
        }
    }
}

/// A sale that grows for ever fills the card.
fn history_is_bounded(evidence: &Evidence, found: &mut Vec<String>) {
    let repeated = [
        "restarted",
        "key_spent",
        "fence_doubted",
        "found_unpaid",
        "settlement_doubted",
        "settlement_missing",
    ];
    for (sale, record) in evidence.sound() {
        let is_repeated =
            |fact: &&serde_json::Value| repeated.iter().any(|kind| fact["fact"] == *kind);
        let all = record.facts.len();
        let others = all - record.facts.iter().filter(is_repeated).count();
        if others > MOST_FACTS || all > MOST_IN_ALL {
            found.push(format!("{sale}: {all} facts"));
        }
    }
}

/// What is counted is what was put in less what the journal says has gone, once for each item, over
/// all restarts and repeated writes: a count that runs away sells what is not there, or lets goods
/// rot that are. A record that is damaged does not say what has gone; what an earlier journal's sale
/// has taken was never put into this one's count.
fn stock_is_what_is_left(evidence: &Evidence, found: &mut Vec<String>) {
    let Some(stock) = &evidence.stock else { return };
    let adopted = evidence.sales.values().any(|record| record.has("adopted"));
    if adopted || !evidence.excuses.damaged.is_empty() {
        return;
    }
    let gone = evidence.sales.values().map(|record| {
        let gone = record.gone().into_iter();
        gone.filter(|item| record.code(*item) == stock.code).count()
    });
    let gone = u64::try_from(gone.sum::<usize>()).unwrap_or(u64::MAX);
    if stock.left.checked_add(gone) != Some(stock.put_in) {
        found.push(format!("{stock:?}, and {gone} have gone"));
    }
}

/// Nobody pays for what is not there: no more products come out than were put in, since what an
/// open sale may still give is not promised to another. A card that forgot its last write, or a
/// damaged record, has forgotten what went with it.
fn no_more_goods_than_there_were(evidence: &Evidence, found: &mut Vec<String>) {
    let Some(stock) = &evidence.stock else { return };
    let excuses = &evidence.excuses;
    if !excuses.forgotten.is_empty() || !excuses.damaged.is_empty() {
        return;
    }
    let is_one = |order: &&str| {
        let record = evidence.sales.get(sale_of(order));
        record.is_some_and(|record| record.code(item(order)) == stock.code)
    };
    let given = evidence.goods.iter().map(|goods| goods.order.as_str()).filter(is_one).count();
    if u64::try_from(given).unwrap_or(u64::MAX) > stock.put_in {
        found.push(format!("{stock:?}, and {given} have come out"));
    }
}
