//! Whether a selection may open a sale.

use crate::ids::{ProductCode, SaleId};
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::out_of_order::{Reason, Since};
use crate::kiosk::reader::{OFFLINE_HALF_OPEN_AFTER, REFUSES_HALF_OPEN_AFTER};
use crate::sale::fact::{Item, Opened};
use crate::time::Moment;

/// Which rendering of request bodies new sales use.
pub const WIRE: u32 = 1;

/// Why a selection opens no sale.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Turned {
    /// No such product.
    Unknown {
        /// What was pressed.
        code: ProductCode,
    },
    /// Another sale has the customer, or still holds the reader.
    Busy,
    /// The kiosk, or this product's dispenser, is out of order.
    OutOfOrder {
        /// Why.
        reason: Reason,
    },
    /// The daemon is about to stop, or was told to drain.
    Draining,
}

impl std::fmt::Display for Turned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown { code } => write!(f, "there is no product {code}"),
            Self::Busy => f.write_str("another sale is under way"),
            Self::OutOfOrder { reason } => write!(f, "out of order: {}", reason.what()),
            Self::Draining => f.write_str("the kiosk takes no new sales"),
        }
    }
}

impl Kiosk {
    /// What a sale of this product would be opened with, or why none may be opened.
    pub fn select(&self, code: &ProductCode, sale: SaleId, now: Since) -> Result<Opened, Turned> {
        let Some(product) = self.setup.catalog.get(code) else {
            return Err(Turned::Unknown { code: code.clone() });
        };
        if self.draining {
            return Err(Turned::Draining);
        }
        if self.front.is_some() || self.is_reader_held() {
            return Err(Turned::Busy);
        }
        let away = Reason::DispenserAway { dispenser: product.dispenser.clone() };
        if let Some(reason) = self.blocking_reason(now.moment) {
            return Err(Turned::OutOfOrder { reason });
        }
        if self.reasons.since(&away).is_some() {
            return Err(Turned::OutOfOrder { reason: away });
        }
        let mut policy = self.setup.policy.clone();
        if let Some(timeout) = self.setup.dispensers.get(&product.dispenser) {
            policy.vend_timeout = *timeout;
        }
        Ok(Opened {
            sale,
            product: Item {
                code: code.clone(),
                name: product.name.clone(),
                price: product.price,
                slot: product.slot.clone(),
                dispenser: product.dispenser.clone(),
            },
            reader: self.setup.reader.clone(),
            livemode: self.setup.livemode,
            origin: self.setup.origin.clone(),
            policy,
            wire: WIRE,
            boot: self.setup.boot.clone(),
            at: now.moment,
            wall: now.wall,
        })
    }

    /// The reason for which nothing at all can be sold now, if there is one.
    pub fn blocking_reason(&self, now: Moment) -> Option<Reason> {
        let all_away = self.setup.dispensers.keys().all(|dispenser| {
            let away = Reason::DispenserAway { dispenser: dispenser.clone() };
            self.reasons.since(&away).is_some()
        });
        self.reasons
            .iter()
            .find(|(reason, standing)| match reason {
                Reason::DispenserAway { .. } => all_away,
                // They concern old sales, not the next one.
                Reason::OtherMode | Reason::PaymentNotFound => false,
                // Half-open: one selection is let through, and its prompt tells.
                Reason::ReaderOffline => now < standing.confirmed + OFFLINE_HALF_OPEN_AFTER,
                Reason::ReaderRefuses { .. } => now < standing.confirmed + REFUSES_HALF_OPEN_AFTER,
                Reason::Starting
                | Reason::StripeUnreachable
                | Reason::KeyRejected
                | Reason::ReaderInUse
                | Reason::ReaderNotFound
                | Reason::Journal
                | Reason::Clone => true,
            })
            .map(|(reason, _)| reason.clone())
    }
}
