//! The write-ahead journal: every fact of every sale, on disk before what rests on it happens.
//!
//! One SQLite database in `state_dir`, one writer, held by a lock beside it. The facts' bodies are
//! not interpreted here.
//!
//! * [`store`]: opening, locking, appending
//! * [`query`]: reading sales back, each with its chain of hashes verified
//! * [`schema`]: tables and their migrations

mod chain;
mod error;
mod query;
mod schema;
mod store;
#[cfg(test)]
mod tests;

use crate::ids::{PaymentIntentId, SaleId};
use crate::money::Money;
use crate::time::WallTime;

pub use error::JournalError;
pub use query::Filter;
pub use store::Journal;

/// One fact of one sale.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// The sale.
    pub sale: SaleId,
    /// Its place in the sale's history: from 1, without gaps.
    pub seq: u32,
    /// When it was recorded: a label.
    pub at: WallTime,
    /// The fact as JSON.
    pub body: String,
}

/// One sale at a glance: what the facts up to now amount to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// The sale.
    pub sale: SaleId,
    /// When it was opened: a label.
    pub opened_at: WallTime,
    /// What was chosen.
    pub product: String,
    /// The price.
    pub amount: Money,
    /// Where it stands.
    pub phase: String,
    /// How it ended, once closed.
    pub outcome: Option<String>,
    /// Its PaymentIntent, once known.
    pub intent: Option<PaymentIntentId>,
    /// Whether anything is left to do.
    pub open: bool,
}

/// One sale as the journal has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// The sale at a glance.
    pub summary: Summary,
    /// Its facts, oldest first.
    pub rows: Vec<Row>,
    /// What is wrong with its rows, if they do not fit together.
    pub damage: Option<String>,
}
