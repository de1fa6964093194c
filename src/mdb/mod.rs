//! The vending bus (MDB) through a Qibixx MDB Pi Hat or MDB-USB: kioskd is the cashless device.
//!
//! The machine asks for money with the customer's choice, and decides itself what it lets out. So
//! one port is an input and a dispenser in one: approving is the vend, and what the machine reports
//! is the delivery.
//!
//! | file | what it is for |
//! |---|---|
//! | [`lines`] | what the interface writes, read |
//! | [`talk`] | what is said and when, without a port: pure |
//! | [`mod@bus`] | the port, and the two ends that [`crate::input`] and [`crate::dispenser`] hold |
//!
//! Source: Qibixx, "Cashless slave" and "Vending session examples"; for what a reset means, MDB/ICP
//! 4.2, section 7.4.7.

pub mod bus;
pub mod lines;
pub mod talk;

pub use bus::{Bus, DispenserEnd, InputEnd, bus};
