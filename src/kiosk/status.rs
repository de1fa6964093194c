//! The answer to "how are you?", as `/v1/status` gives it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kiosk::cart::CartStatus;
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::stock::StockStatus;
use crate::money::Money;
use crate::sale::{Phase, Sale};
use crate::time::Moment;

/// What the kiosk is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A customer can choose.
    Ready,
    /// A customer is being served, or the last sale still holds the reader.
    Busy,
    /// Nothing can be sold; `reasons` say why.
    OutOfOrder,
    /// No new sales are taken.
    Draining,
}

/// The kiosk's part of the status document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KioskStatus {
    /// The operator's name of the kiosk.
    pub kiosk: String,
    /// What it is doing.
    pub state: State,
    /// Why it does not sell, or not everything.
    pub reasons: Vec<ReasonStatus>,
    /// The reader.
    pub reader: ReaderStatus,
    /// The sale that has the customer.
    pub sale: Option<SaleStatus>,
    /// The cart, where customers have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cart: Option<CartStatus>,
    /// What is left of each product that is counted, by its code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stock: BTreeMap<String, StockStatus>,
    /// Sales that are not over.
    pub open: OpenStatus,
}

/// One reason.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReasonStatus {
    /// A word for machines.
    pub code: String,
    /// Since when (RFC 3339).
    pub since: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub r#do: String,
    /// The number that the display gives to a customer who calls.
    #[serde(default)]
    pub call_code: u8,
}

/// What is known of the reader.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReaderStatus {
    /// Its id.
    pub id: String,
    /// Stripe's hint whether it is online; null if it was never seen.
    pub online: Option<bool>,
    /// When Stripe last answered (RFC 3339).
    pub last_answer: Option<String>,
}

/// A sale in the status.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SaleStatus {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub phase: String,
    /// What was chosen: the codes, parted by commas.
    pub product: String,
    /// Its price.
    pub amount: Money,
    /// Its PaymentIntent, once known.
    pub payment_intent: Option<String>,
}

/// Sales that are not over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpenStatus {
    /// How many are being settled or taken back, the customer's own apart.
    pub settling: usize,
    /// How many wait for a person.
    pub needs_attention: usize,
    /// When the oldest of them was opened (RFC 3339).
    pub oldest: Option<String>,
    /// The earliest moment at which a hold lapses (RFC 3339).
    pub nearest_deadline: Option<String>,
}

impl Kiosk {
    /// How the kiosk is now.
    pub fn status(&self, now: Moment) -> KioskStatus {
        let state = if self.is_draining() {
            State::Draining
        } else if self.front.is_some() || self.cart_left_at().is_some() {
            State::Busy
        } else if self.blocking_reason(now).is_some() {
            State::OutOfOrder
        } else if self.is_reader_held() {
            State::Busy
        } else {
            State::Ready
        };
        KioskStatus {
            kiosk: self.setup.origin.kiosk.to_string(),
            state,
            reasons: self.reasons_status(),
            reader: ReaderStatus {
                id: self.setup.reader.to_string(),
                online: self.watch.seen.as_ref().and_then(|(_, reader)| reader.online),
                last_answer: self.watch.last_answer.map(|since| since.wall.to_string()),
            },
            sale: self.front_sale().map(sale_status),
            cart: self.cart_status(),
            stock: self.stock_status(),
            open: self.open_status(),
        }
    }

    /// The reasons that stand, for people.
    pub(super) fn reasons_status(&self) -> Vec<ReasonStatus> {
        let reasons = self.reasons.iter().map(|(reason, standing)| ReasonStatus {
            code: reason.code().into(),
            since: standing.since.wall.to_string(),
            what: reason.what(),
            r#do: reason.remedy().into(),
            call_code: reason.call_code(),
        });
        reasons.collect()
    }

    fn open_status(&self) -> OpenStatus {
        let behind: Vec<&Sale> =
            self.sales().filter(|sale| Some(sale.id()) != self.front.as_ref()).collect();
        let attention = |sale: &&&Sale| matches!(sale.phase, Phase::NeedsAttention { .. });
        let needs_attention = behind.iter().filter(attention).count();
        let deadline = self.sales().filter_map(Sale::deadline).min();
        OpenStatus {
            settling: behind.len() - needs_attention,
            needs_attention: needs_attention + self.unreadable.len(),
            oldest: behind.iter().map(|sale| sale.opened.wall).min().map(|at| at.to_string()),
            nearest_deadline: deadline
                .and_then(|at| jiff::Timestamp::from_second(at.0).ok())
                .map(|at| at.to_string()),
        }
    }
}

fn sale_status(sale: &Sale) -> SaleStatus {
    SaleStatus {
        id: sale.id().to_string(),
        phase: sale.phase.word().into(),
        product: sale.opened.codes(),
        amount: sale.opened.price(),
        payment_intent: sale.intent.as_ref().map(ToString::to_string),
    }
}
