//! The books: what an auditor needs to know of Stripe's side, and nothing of the API.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::intents::IntentStatus;
use super::model::Model;
use crate::ids::PaymentIntentId;
use crate::money::Currency;

/// Every PaymentIntent, oldest first, and the sums. Amounts are minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    /// Every PaymentIntent of the account, foreign ones included.
    pub payment_intents: Vec<IntentBook>,
    /// The sums by currency.
    pub totals: BTreeMap<Currency, Totals>,
}

/// What became of one PaymentIntent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentBook {
    /// Its id.
    pub id: PaymentIntentId,
    /// Where it stands.
    pub status: IntentStatus,
    /// Its currency.
    pub currency: Currency,
    /// What it asks for.
    pub amount: u64,
    /// What was captured.
    pub amount_received: u64,
    /// What is held and can still be captured.
    pub amount_capturable: u64,
    /// What was given back of the captured amount, pending refunds included.
    pub refunded: u64,
    /// How many refunds that is.
    pub refunds: u64,
    /// Its metadata.
    pub metadata: BTreeMap<String, String>,
    /// Seconds since 1970.
    pub created: i64,
    /// Seconds since 1970.
    pub canceled_at: Option<i64>,
    /// Whether the hold lapsed uncaptured.
    pub expired: bool,
    /// How often a card was authorized.
    pub authorized_charges: u64,
    /// How often money was taken.
    pub captured_charges: u64,
    /// How often a card was declined.
    pub declined_charges: u64,
    /// When a card was last tried: seconds since 1970.
    pub charged_at: Option<i64>,
}

/// Sums over all PaymentIntents of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Taken from customers.
    pub captured: u64,
    /// Given back.
    pub refunded: u64,
    /// Held now.
    pub held: u64,
}

impl Model {
    /// The books as of the time that the model was advanced to.
    pub fn books(&self) -> Books {
        self.books_of(|_| true)
    }

    /// The books of the PaymentIntents with such metadata.
    pub fn books_of(&self, wanted: impl Fn(&BTreeMap<String, String>) -> bool) -> Books {
        let mut books = Books::default();
        let mut places = BTreeMap::new();
        let intents = self.order.iter().filter_map(|id| self.intents.get(id));
        for intent in intents.filter(|intent| wanted(&intent.metadata)) {
            places.insert(&intent.id, books.payment_intents.len());
            books.payment_intents.push(IntentBook {
                id: intent.id.clone(),
                status: intent.status,
                currency: intent.currency,
                amount: intent.amount,
                amount_received: intent.amount_received,
                amount_capturable: intent.amount_capturable,
                refunded: 0,
                refunds: 0,
                metadata: intent.metadata.clone(),
                created: intent.created,
                canceled_at: intent.canceled_at,
                expired: intent.expired,
                authorized_charges: 0,
                captured_charges: 0,
                declined_charges: 0,
                charged_at: None,
            });
            let totals = books.totals.entry(intent.currency).or_default();
            totals.captured += intent.amount_received;
            totals.held += intent.amount_capturable;
        }
        for charge in self.charges.values() {
            let place = places.get(&charge.intent);
            let Some(book) = place.and_then(|n| books.payment_intents.get_mut(*n)) else {
                continue;
            };
            book.declined_charges += u64::from(charge.decline.is_some());
            book.authorized_charges += u64::from(charge.decline.is_none());
            book.captured_charges += u64::from(charge.is_captured);
            book.charged_at = book.charged_at.max(Some(charge.created));
        }
        for refund in &self.refunds {
            let place = places.get(&refund.intent);
            let Some(book) = place.and_then(|n| books.payment_intents.get_mut(*n)) else {
                continue;
            };
            book.refunded += refund.amount;
            book.refunds += 1;
            books.totals.entry(refund.currency).or_default().refunded += refund.amount;
        }
        books
    }
}
