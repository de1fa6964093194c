//! Another configuration is taken over, between two customers.
//!
//! A sale has everything that it needs of the configuration in its `Opened`: none is touched here.
//! Who the kiosk is (its names, reader, mode and boot) cannot change while it runs.

use std::collections::BTreeSet;

use crate::ids::{DispenserName, ProductCode};
use crate::kiosk::kiosk::{Kiosk, Setup};
use crate::kiosk::out_of_order::{Reason, Since};
use crate::sale::{Phase, Sale};

impl Kiosk {
    /// Whether nobody is in front, nothing is in a cart, and no sale is at the reader or at a
    /// dispenser: the moment in which a configuration may change.
    pub fn is_between_customers(&self) -> bool {
        let livemode = self.setup.livemode;
        let is_at_work = |sale: &Sale| match sale.phase {
            Phase::Vending { .. } | Phase::Doubtful { .. } => true,
            // One of the other mode waits for a key of its own, and for nothing here.
            Phase::Opening { .. }
            | Phase::Prompting { .. }
            | Phase::Presenting { .. }
            | Phase::Collected { .. }
            | Phase::Confirming { .. }
            | Phase::Retracting { .. }
            | Phase::Refunding(_) => sale.opened.livemode == livemode,
            Phase::Settling { .. } | Phase::NeedsAttention { .. } | Phase::Closed { .. } => false,
        };
        self.front.is_none() && self.cart_left_at().is_none() && !self.sales().any(is_at_work)
    }

    /// Takes over another setup. The dispensers named are begun anew, and have yet to say that they
    /// can be reached. What was counted is counted on.
    pub fn reconfigure(&mut self, setup: Setup, begun: &BTreeSet<DispenserName>, now: Since) {
        debug_assert!(self.is_between_customers(), "a sale is under way");
        let old = std::mem::replace(&mut self.setup, setup);
        let same_price = |code: &ProductCode| {
            let price = |setup: &Setup| setup.catalog.get(code).map(|product| product.price);
            price(&old).is_some() && price(&old) == price(&self.setup)
        };
        let catalog = &self.setup.catalog;
        let is_counted =
            |code: &ProductCode| catalog.get(code).is_some_and(|product| product.stock.is_some());
        let dispensers = &self.setup.dispensers;
        self.reasons.clear_if(|reason, _| match reason {
            Reason::SoldOut { product } => !is_counted(product),
            Reason::PriceRefused { product, .. } => !same_price(product),
            Reason::DispenserAway { dispenser } => !dispensers.contains_key(dispenser),
            Reason::Starting
            | Reason::Link { .. }
            | Reason::KeyRejected
            | Reason::KeyTooNarrow { .. }
            | Reason::ReaderOffline
            | Reason::ReaderRestarting
            | Reason::ReaderDeaf
            | Reason::ReaderUpdating
            | Reason::ReaderInUse
            | Reason::ReaderRefuses { .. }
            | Reason::ReaderNotFound
            | Reason::ReaderAssignedElsewhere { .. }
            | Reason::ReaderUnassigned
            | Reason::ReaderWrongMode { .. }
            | Reason::ReaderNoLocation
            | Reason::ReaderWrongCountry { .. }
            | Reason::NoCardPresent
            | Reason::PaymentsRefused { .. }
            | Reason::PaymentNotFound
            | Reason::Exposure
            | Reason::DeadlineNear
            | Reason::Journal
            | Reason::Clone
            | Reason::OtherMode
            | Reason::Sweeping
            | Reason::Drained { .. } => false,
        });
        self.reachable_since.retain(|name, _| dispensers.contains_key(name));
        for dispenser in self.setup.dispensers.keys() {
            if begun.contains(dispenser) || !old.dispensers.contains_key(dispenser) {
                self.reasons.raise(Reason::DispenserAway { dispenser: dispenser.clone() }, now);
                self.reachable_since.remove(dispenser);
            }
        }
        self.setup.origin = old.origin;
        self.setup.reader = old.reader;
        self.setup.livemode = old.livemode;
        self.setup.boot = old.boot;
        self.stock.count_also(&self.setup.catalog);
        self.judge_stock(now);
        self.speak_the_first_language();
    }
}
