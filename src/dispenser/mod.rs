//! What lets goods out of the machine.
//!
//! A dispenser takes [`Order`]s and tells [`DispenserNews`]. It waits for no answer: how long one
//! may take, and what follows if none comes, is the core's business. Each kind is a [`Device`];
//! what holds for all of them stands in `run`.

pub mod answers;
pub mod command;
pub mod escpos;
pub mod gpio;
mod mdb;
mod run;
pub mod serial;

use crate::ids::{OrderId, ProductCode, SaleId, Slot};
use crate::money::Money;

pub use run::{Begun, Device, NewsSender, Said, run};

/// What a dispenser is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Let one piece out. Goes to the device at most once under an id.
    Vend(Box<Vend>),
    /// A sale that was to vend here will not: whoever waits for it is told.
    CallOff {
        /// Which.
        sale: SaleId,
    },
    /// Ask what became of a vend. Dropped while the device is away: ask again.
    Status {
        /// The order in question.
        id: OrderId,
    },
}

/// One piece that is to come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vend {
    /// The order's own id.
    pub id: OrderId,
    /// Where it sits.
    pub slot: Slot,
    /// The sale that it is for.
    pub sale: SaleId,
    /// The product's code.
    pub product: ProductCode,
    /// What the customer calls it.
    pub name: String,
    /// What it costs.
    pub price: Money,
}

/// What a dispenser says about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Goods came out just now.
    Ok,
    /// Nothing came out just now.
    Fail {
        /// The board's own word; "unspecified" if it gave none.
        reason: String,
    },
    /// To `STATUS`: goods came out.
    Done,
    /// To `STATUS`: nothing came out.
    Failed {
        /// The board's own word; "unspecified" if it gave none.
        reason: String,
    },
    /// To `STATUS`: still turning, ask again.
    Busy,
    /// To `STATUS`: the board has never heard of this order.
    Unknown,
}

/// News of one dispenser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DispenserNews {
    /// It can be reached.
    Connected,
    /// It cannot be reached; tried again for ever.
    Disconnected {
        /// For people.
        why: String,
    },
    /// Nothing of the vend reached the device: nothing was let out.
    NeverSent {
        /// Which.
        id: OrderId,
        /// For people.
        why: String,
    },
    /// The vend may have reached the device, wholly or in part.
    Unclear {
        /// Which.
        id: OrderId,
        /// For people.
        why: String,
    },
    /// The device has the whole vend.
    Sent {
        /// Which.
        id: OrderId,
    },
    /// The device spoke of an order: any order, in any order, more than once.
    Answered {
        /// Which.
        id: OrderId,
        /// What it said.
        answer: Answer,
    },
    /// Worth a line of the log.
    Remarked {
        /// For people.
        what: String,
    },
    /// Lines that were no answers, or too many, since the daemon started.
    Garbage {
        /// Grows; told at most once a second.
        total: u64,
    },
}
