//! A dispenser board as a model: it gives goods, remembers what it did, and jams on demand.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::{SaleId, Slot};
use crate::sale::input::VendNews;
use crate::time::Moment;

/// How long the motor turns.
const TURNS_FOR: Duration = Duration::from_secs(2);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Vend {
    Turning { until: Moment, jams: bool },
    Delivered,
    Failed,
}

/// The board. It has its own power supply: no crash of the daemon makes it forget.
#[derive(Clone, Default, Debug)]
pub struct Board {
    vends: BTreeMap<SaleId, Vend>,
    jams_next: bool,
    goods: Vec<(SaleId, Slot)>,
    slots: BTreeMap<SaleId, Slot>,
}

impl Board {
    /// The next vend fails.
    pub fn jam_next(&mut self) {
        self.jams_next = true;
    }

    /// `VEND`: the motor starts. Returns when it stops.
    pub fn vend(&mut self, sale: SaleId, slot: Slot, now: Moment) -> Moment {
        let until = now + TURNS_FOR;
        let jams = std::mem::take(&mut self.jams_next);
        self.slots.insert(sale.clone(), slot);
        // A board that is told twice gives twice: that kioskd never does is what is audited.
        self.vends.insert(sale, Vend::Turning { until, jams });
        until
    }

    /// The motor of a vend has stopped, if it is time: what the board then sends by itself.
    pub fn stopped(&mut self, sale: &SaleId, now: Moment) -> Option<VendNews> {
        let Some(Vend::Turning { until, jams }) = self.vends.get(sale).cloned() else {
            return None;
        };
        if now < until {
            return None;
        }
        if jams {
            self.vends.insert(sale.clone(), Vend::Failed);
            return Some(VendNews::Failed { reason: "jam".into() });
        }
        self.vends.insert(sale.clone(), Vend::Delivered);
        let slot = self.slots.get(sale).cloned();
        self.goods.extend(slot.map(|slot| (sale.clone(), slot)));
        Some(VendNews::Delivered)
    }

    /// `STATUS`: what the board remembers.
    pub fn status(&self, sale: &SaleId) -> VendNews {
        match self.vends.get(sale) {
            Some(Vend::Turning { .. }) => VendNews::Busy,
            Some(Vend::Delivered) => VendNews::Delivered,
            Some(Vend::Failed) => VendNews::Failed { reason: "jam".into() },
            None => VendNews::NotKnown,
        }
    }

    /// What left the machine, in order.
    pub fn goods(&self) -> &[(SaleId, Slot)] {
        &self.goods
    }
}
