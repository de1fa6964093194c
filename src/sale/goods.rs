//! The items of a sale, what they cost, and what became of each.

use std::time::Duration;

use crate::ids::{DispenserName, ItemNumber, OrderId};
use crate::money::Money;
use crate::sale::fact::{Fact, Item, Opened, UnknownVend, VendDoubt};
use crate::sale::phase::{Phase, Sale};

/// What a dispenser says, after the decision, of a product that came out.
pub(super) const LATE_DELIVERED: &str = "delivered";

/// What is known of one item's vend.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Vend {
    /// Whether it was ever intended.
    pub intended: bool,
    /// Whether an order is known to have been written to the dispenser.
    pub sent: bool,
    /// How it ended, once it is through.
    pub end: Option<VendEnd>,
    /// Whether the dispenser has said after that, that the product came out.
    pub came_late: bool,
}

impl Vend {
    /// Whether the product has left the machine, as far as anybody can count on.
    pub fn is_gone(self) -> bool {
        self.came_late || matches!(self.end, Some(VendEnd::Delivered | VendEnd::Unknown))
    }
}

/// What a dispenser can promise to tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Promise {
    /// Whether it knows that goods came out, rather than only that it has done its part.
    pub knows_delivery: bool,
    /// Whether it can be asked after a restart what became of a vend before it.
    pub can_be_asked: bool,
}

impl Promise {
    /// It knows, and it remembers.
    pub const ALL: Self = Self { knows_delivery: true, can_be_asked: true };
}

/// How the vend of one item ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VendEnd {
    /// The product came out.
    Delivered,
    /// It did not.
    Failed,
    /// Nobody knows: the written policy decides.
    Unknown,
    /// It was not ordered, as far as anybody knows.
    Skipped,
}

impl Opened {
    /// All items, in the order in which they are given.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        std::iter::once(&self.product).chain(&self.further)
    }

    /// All items with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (ItemNumber, &Item)> {
        let numbers =
            std::iter::successors(Some(ItemNumber::FIRST), |number| Some(number.following()));
        numbers.zip(self.items())
    }

    /// One item.
    pub fn item(&self, number: ItemNumber) -> Option<&Item> {
        self.numbered().find(|(found, _)| *found == number).map(|(_, item)| item)
    }

    /// How many items there are.
    pub fn count(&self) -> usize {
        1 + self.further.len()
    }

    /// What all of it costs. Whoever opens a sale has checked that the sum is an amount.
    pub fn price(&self) -> Money {
        let sum = self.items().fold(0, |sum: u64, item| sum.saturating_add(item.price.amount));
        Money::new(sum, self.product.price.currency)
    }

    /// The codes of all items, for Stripe's metadata and for people: `A1,B1,A1`.
    pub fn codes(&self) -> String {
        let codes: Vec<&str> = self.items().map(|item| item.code.as_str()).collect();
        codes.join(",")
    }
}

impl Sale {
    /// What is known of one item's vend.
    pub fn vend(&self, item: ItemNumber) -> Vend {
        self.vends.get(&item).copied().unwrap_or_default()
    }

    /// The item that the dispenser is about to give, or of which it is not known whether it did.
    pub fn under_way(&self) -> Option<ItemNumber> {
        match self.phase {
            Phase::Vending { item, .. } | Phase::Doubtful { item, .. } => Some(item),
            Phase::Opening { .. }
            | Phase::Prompting { .. }
            | Phase::Presenting { .. }
            | Phase::Collected { .. }
            | Phase::Confirming { .. }
            | Phase::Retracting { .. }
            | Phase::Settling { .. }
            | Phase::Refunding(_)
            | Phase::NeedsAttention { .. }
            | Phase::Closed { .. } => None,
        }
    }

    /// The dispenser of one item; of one that the sale does not have, the first item's.
    pub fn dispenser(&self, item: ItemNumber) -> &DispenserName {
        &self.opened.item(item).unwrap_or(&self.opened.product).dispenser
    }

    /// How long the dispenser may take for one item.
    pub fn vend_timeout(&self, item: ItemNumber) -> Duration {
        let own = self.opened.item(item).and_then(|item| item.vend_timeout);
        own.unwrap_or(self.opened.policy.vend_timeout)
    }

    /// Which way the money of one item goes if nobody knows whether it came out.
    pub fn unknown_vend(&self, item: ItemNumber) -> UnknownVend {
        let own = self.opened.item(item).and_then(|item| item.unknown_vend);
        own.unwrap_or(self.opened.policy.unknown_vend)
    }

    /// Whether nobody can ever tell what became of the item under way: its dispenser forgets, and
    /// has said all that it can say, or was told in an earlier life of the daemon.
    pub fn is_beyond_asking(&self) -> bool {
        let Phase::Doubtful { item, why, .. } = &self.phase else { return false };
        let forgets = self.opened.item(*item).is_some_and(|item| item.forgotten);
        forgets && (self.interrupted || *why != VendDoubt::Silent)
    }

    /// The item of which this fact tells that it has left the machine, or may have, if that is news.
    pub fn takes(&self, fact: &Fact) -> Option<&Item> {
        let item = if let Fact::Delivered { item } | Fact::VendUnknown { item } = fact {
            *item
        } else if let Fact::AnsweredLate { item, answer } = fact
            && answer == LATE_DELIVERED
        {
            *item
        } else {
            return None;
        };
        self.opened.item(item).filter(|_| !self.vend(item).is_gone())
    }

    /// The items that this sale may still give.
    pub fn may_still_give(&self) -> impl Iterator<Item = &Item> {
        let may = match self.phase {
            Phase::Opening { .. }
            | Phase::Prompting { .. }
            | Phase::Presenting { .. }
            | Phase::Collected { .. }
            | Phase::Confirming { .. }
            | Phase::Retracting { .. }
            | Phase::Vending { .. }
            | Phase::Doubtful { .. } => true,
            Phase::Settling { .. }
            | Phase::Refunding(_)
            | Phase::NeedsAttention { .. }
            | Phase::Closed { .. } => false,
        };
        let items = self.opened.numbered().filter(move |_| may);
        items.filter(|(item, _)| self.vend(*item).end.is_none()).map(|(_, item)| item)
    }

    /// The name of one item's order on the wire.
    pub fn order(&self, item: ItemNumber) -> Option<OrderId> {
        OrderId::of(self.id(), item)
    }

    /// How many items ended like this.
    pub fn ended(&self, end: VendEnd) -> usize {
        self.opened.numbered().filter(|(item, _)| self.vend(*item).end == Some(end)).count()
    }

    /// Whether anything is known to have come out.
    pub fn has_delivered(&self) -> bool {
        self.ended(VendEnd::Delivered) > 0
    }

    /// Whether all of it is known to have come out.
    pub fn has_delivered_all(&self) -> bool {
        self.ended(VendEnd::Delivered) == self.opened.count()
    }

    /// Whether the dispenser was ever to be fired.
    pub fn was_vend_intended(&self) -> bool {
        self.vends.values().any(|vend| vend.intended)
    }

    /// What the items cost that are known to have come out, in minor units.
    pub fn delivered_value(&self) -> u64 {
        self.value(|_, end| end == VendEnd::Delivered)
    }

    /// What the items cost that came out or may have, in minor units.
    pub fn possible_value(&self) -> u64 {
        self.value(|_, end| matches!(end, VendEnd::Delivered | VendEnd::Unknown))
    }

    /// How much of the price is kept once all items are through, in minor units: what came out,
    /// and by the written policy what nobody knows of.
    pub fn kept_value(&self) -> u64 {
        self.value(|item, end| match end {
            VendEnd::Delivered => true,
            VendEnd::Unknown => self.unknown_vend(item) == UnknownVend::Capture,
            VendEnd::Failed | VendEnd::Skipped => false,
        })
    }

    /// Whether nobody knows of an item, and a person shall decide.
    pub fn is_held(&self) -> bool {
        self.opened.numbered().any(|(item, _)| {
            self.vend(item).end == Some(VendEnd::Unknown)
                && self.unknown_vend(item) == UnknownVend::Hold
        })
    }

    fn value(&self, counts: impl Fn(ItemNumber, VendEnd) -> bool) -> u64 {
        self.opened
            .numbered()
            .filter(|(item, _)| self.vend(*item).end.is_some_and(|end| counts(*item, end)))
            .fold(0, |sum: u64, (_, item)| sum.saturating_add(item.price.amount))
    }
}
