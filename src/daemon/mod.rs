//! The daemon: one driver that owns the state, and tasks that talk to the world for it.
//!
//! * [`driver`]: one turn: news in, effects out
//! * `pursue`: from what sales want to what is started
//! * `account`: what the account takes is tried
//! * `assignment`: what follows from whose the reader is, and what people order of it
//! * `replies`: what a call's end leads to
//! * [`ledger`]: which effects have to wait for the disk
//! * [`flights`]: calls to Stripe under way, and the waits between them
//! * `sweep`: what was left at Stripe is listed, looked up in the journal, and adopted
//! * `place`: where the reader stands is read
//! * [`run`](mod@run): the loop around the driver
//! * [`configuration`]: which configuration runs, and what came of a reload
//! * [`crew`]: the tasks that serve the devices, begun anew where a reload says so
//! * [`journal_thread`], [`devices`], [`control`], [`notify`]: who carries effects out and brings
//!   news
//! * `drained`: the file that remembers a person's drain
//! * [`orders`]: what people decide about a sale
//! * `setup`: what the kiosk is set up with
//! * `machines`: the buses of vending machines
//! * `stock`: what is left of products, from and into the journal
//! * [`waiting`]: what an open sale waits for, and when it is tried again
//! * [`reader_power`]: the operator's program that switches the reader off and on
//! * [`clock`], [`identity`]: what the machine says of time and of itself
//! * [`tell`]: what is logged
//! * [`told`]: what was logged already, so that what goes on for long does not fill the log

mod account;
mod assignment;
pub mod clock;
pub mod configuration;
pub mod control;
pub mod crew;
pub mod devices;
mod displays;
mod drained;
pub mod driver;
pub mod flights;
pub mod hardware;
pub mod identity;
mod inhibitor;
#[cfg(test)]
mod interleavings;
pub mod journal_thread;
pub mod ledger;
mod looks;
mod machines;
pub mod notify;
pub mod orders;
mod place;
mod policy;
mod pursue;
pub mod reader_power;
mod replies;
pub mod run;
pub mod screens;
mod setup;
mod stock;
mod sweep;
pub mod tell;
#[cfg(test)]
mod tests;
pub mod told;
pub mod waiting;
pub mod watchdog;

pub use driver::{Driver, Effect, Event, Now};
pub use run::{RunError, run};
