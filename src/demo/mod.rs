//! The demo: a whole kiosk without hardware or account.
//!
//! * [`screen`]: the real daemon and a simulated Stripe over HTTP, on one terminal, to play with
//! * [`script`]: plays commands in virtual time, so that it ends at once
//! * [`world`]: the driver, the journal, a simulated Stripe and a machine under one virtual clock
//! * [`board`]: the machine: a dispenser with a memory of its own
//! * [`audit`]: do Stripe's books, the goods and the journal agree?

pub mod audit;
pub mod board;
#[cfg(test)]
mod chaos;
pub mod screen;
pub mod script;
pub mod world;
