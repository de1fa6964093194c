//! The auditor: sees Stripe's books, what left the machine, what was shown, and the journal, and
//! nothing of how kioskd came by them. It shares no code with the core: it reads facts as JSON.
//!
//! [`watch`] judges what must hold at every instant, [`end`] what must hold when all is over. Each
//! invariant is a function whose comment says why it must hold; its name stands in every finding.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};

use kioskd::simulator::Books;
use serde_json::Value;

pub mod end;
pub mod promises;
pub mod watch;

use promises::Promise;

/// Milliseconds since the run began.
pub type Millis = u64;

/// An invariant that was broken.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Finding {
    /// The function that found it.
    pub invariant: &'static str,
    /// What it found.
    pub what: String,
}

/// A sale as the journal tells it.
#[derive(Clone, Default, Debug)]
pub struct Record {
    /// Its facts in order.
    pub facts: Vec<Value>,
}

impl Record {
    /// The fact that opened it.
    fn opened(&self) -> &Value {
        self.facts.first().unwrap_or(&Value::Null)
    }

    /// What each of its items costs, in the order in which they are given.
    pub fn prices(&self) -> Vec<u64> {
        let opened = self.opened();
        let further = opened["further"].as_array().cloned().unwrap_or_default();
        let items = std::iter::once(opened["product"].clone()).chain(further);
        items.map(|item| item["price"]["amount"].as_u64().unwrap_or_default()).collect()
    }

    /// The machine and the slot of an item, from 1.
    pub fn place(&self, item: usize) -> (String, String) {
        let opened = self.opened();
        let item = item.checked_sub(2).map_or(&opened["product"], |n| &opened["further"][n]);
        let word = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        (word("dispenser"), word("slot"))
    }

    /// What the customer pressed for an item, from 1.
    pub fn code(&self, item: usize) -> &str {
        let opened = self.opened();
        let item = item.checked_sub(2).map_or(&opened["product"], |n| &opened["further"][n]);
        item["code"].as_str().unwrap_or_default()
    }

    /// The items that came out, or of which nobody knows whether they did.
    pub fn gone(&self) -> BTreeSet<usize> {
        let is_gone = |fact: &&Value| match fact["fact"].as_str() {
            Some("delivered" | "vend_unknown") => true,
            Some("answered_late") => fact["answer"] == "delivered",
            _ => false,
        };
        let item = |fact: &Value| fact["item"].as_u64().unwrap_or(1);
        let gone = self.facts.iter().filter(is_gone).map(item);
        gone.filter_map(|item| usize::try_from(item).ok()).collect()
    }

    /// What it costs.
    pub fn price(&self) -> u64 {
        self.prices().iter().sum()
    }

    /// What some of its items cost, named by their orders.
    pub fn price_of<'a>(&self, orders: impl Iterator<Item = &'a str>) -> u64 {
        let prices = self.prices();
        orders.map(|order| prices.get(item(order) - 1).copied().unwrap_or_default()).sum()
    }

    /// A word of the policy that it is sold by.
    pub fn policy(&self, word: &str) -> &Value {
        &self.opened()["policy"][word]
    }

    /// Its currency.
    pub fn currency(&self) -> &str {
        self.opened()["product"]["price"]["currency"].as_str().unwrap_or_default()
    }

    /// All facts of a kind.
    pub fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.facts.iter().filter(move |fact| fact["fact"] == kind)
    }

    /// Whether it has a fact of a kind.
    pub fn has(&self, kind: &str) -> bool {
        self.all(kind).next().is_some()
    }

    /// How it ended, if it has: the last word counts, since a refund opens a sale again.
    pub fn outcome(&self) -> Option<&str> {
        let last = self.facts.last()?;
        (last["fact"] == "closed").then(|| last["outcome"].as_str()).flatten()
    }

    /// What a person has to decide about, if that is where it stands.
    pub fn attention(&self) -> Option<String> {
        let last = self.facts.iter().rev().find(|fact| {
            let notes = ["answered_late", "restarted", "found_unpaid", "fenced", "fence_doubted"];
            !notes.iter().any(|note| fact["fact"] == *note)
        })?;
        let why = &last["why"];
        (last["fact"] == "attention_needed")
            .then(|| why.as_str().map_or_else(|| why.to_string(), str::to_owned))
    }

    /// Whether a person was ever asked about this.
    pub fn asked_about(&self, why: &str) -> bool {
        self.all("attention_needed").any(|fact| fact["why"] == why)
    }

    /// Whether the written policy decided about a vend of which nobody could know.
    pub fn was_unknown(&self) -> bool {
        let nobody_knew = |fact: &Value| {
            let because = fact["because"].as_str().unwrap_or_default();
            matches!(because, "power_cut" | "board_silent" | "cancel_under_way")
        };
        self.has("vend_unknown")
            || self.all("settlement_decided").any(nobody_knew)
            || self.all("vend_skipped").any(nobody_knew)
    }
}

/// The sale that an order to the dispenser belongs to: those of later items have a letter behind it.
pub fn sale_of(order: &str) -> &str {
    order.trim_end_matches(|c: char| c.is_ascii_lowercase())
}

/// Which item of its sale an order is for, from 1.
pub fn item(order: &str) -> usize {
    let letter = order.bytes().last().filter(u8::is_ascii_lowercase);
    letter.map_or(1, |letter| usize::from(letter - b'a') + 1)
}

/// A product that fell into the tray.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goods {
    /// When.
    pub at: Millis,
    /// By which order.
    pub order: String,
}

/// A product that the kiosk counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stock {
    /// What the customer presses.
    pub code: String,
    /// How many were put into the machine.
    pub put_in: u64,
    /// How many are left, by the journal's count.
    pub left: u64,
}

/// What the world knows to excuse.
#[derive(Clone, Default, Debug)]
pub struct Excuses {
    /// Sales that a person has touched at Stripe or decided about.
    pub by_people: Vec<String>,
    /// Sales of which facts were lost with a power cut, because the card lied about a flush.
    pub forgotten: Vec<String>,
    /// Sales of which a stored fact was damaged, or is a newer kioskd's: a person settles them.
    pub damaged: Vec<String>,
    /// PaymentIntents that kioskd has found, cannot judge, and told a technician of.
    pub left_alone: Vec<String>,
    /// Whether the world kept the kiosk from Stripe for so long that holds may have lapsed.
    pub cut_off: bool,
    /// Whether money could not be given back where only the card itself takes it (Interac), or
    /// Stripe let a refund fail.
    pub refunds_fail: bool,
}

/// All that there is to see when all is over.
#[derive(Clone, Default, Debug)]
pub struct Evidence {
    /// The journal.
    pub sales: BTreeMap<String, Record>,
    /// What left the machine.
    pub goods: Vec<Goods>,
    /// Orders of which the board had told a living kioskd, before it decided, that the goods are out.
    pub told_delivered: Vec<String>,
    /// What the display has said about money, each once.
    pub promises: BTreeSet<Promise>,
    /// Stripe's books.
    pub books: Books,
    /// What is counted, if anything is.
    pub stock: Option<Stock>,
    /// What to excuse.
    pub excuses: Excuses,
}
