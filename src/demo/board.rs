//! A dispenser board as a model: it gives goods, remembers what it did, and jams on demand.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::{OrderId, Slot};
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
    vends: BTreeMap<OrderId, Vend>,
    jams_next: bool,
    goods: Vec<(OrderId, Slot)>,
    slots: BTreeMap<OrderId, Slot>,
}

impl Board {
    /// The next vend fails.
    pub fn jam_next(&mut self) {
        self.jams_next = true;
    }

    /// `VEND`: the motor starts. Returns when it stops.
    pub fn vend(&mut self, order: OrderId, slot: Slot, now: Moment) -> Moment {
        let until = now + TURNS_FOR;
        let jams = std::mem::take(&mut self.jams_next);
        self.slots.insert(order.clone(), slot);
        // A board that is told twice gives twice: that kioskd never does is what is audited.
        self.vends.insert(order, Vend::Turning { until, jams });
        until
    }

    /// The motor of a vend has stopped, if it is time: what the board then sends by itself.
    pub fn stopped(&mut self, order: &OrderId, now: Moment) -> Option<VendNews> {
        let Some(Vend::Turning { until, jams }) = self.vends.get(order).cloned() else {
            return None;
        };
        if now < until {
            return None;
        }
        if jams {
            self.vends.insert(order.clone(), Vend::Failed);
            return Some(VendNews::Failed { reason: "jam".into() });
        }
        self.vends.insert(order.clone(), Vend::Delivered);
        let slot = self.slots.get(order).cloned();
        self.goods.extend(slot.map(|slot| (order.clone(), slot)));
        Some(VendNews::Delivered)
    }

    /// `STATUS`: what the board remembers.
    pub fn status(&self, order: &OrderId) -> VendNews {
        match self.vends.get(order) {
            Some(Vend::Turning { .. }) => VendNews::Busy,
            Some(Vend::Delivered) => VendNews::Delivered,
            Some(Vend::Failed) => VendNews::Failed { reason: "jam".into() },
            None => VendNews::NotKnown,
        }
    }

    /// What left the machine, in order.
    pub fn goods(&self) -> &[(OrderId, Slot)] {
        &self.goods
    }
}
