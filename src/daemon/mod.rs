//! The daemon: one driver that owns the state, and tasks that talk to the world for it.
//!
//! * [`driver`]: one turn: news in, effects out
//! * [`ledger`]: which effects have to wait for the disk
//! * [`flights`]: calls to Stripe under way, and the waits between them

pub mod driver;
pub mod flights;
pub mod ledger;

pub use driver::{Driver, Effect, Event, Now};
