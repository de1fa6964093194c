//! What the daemon tells: log lines with names and fields that do not change, and each fact of a
//! sale as a sentence.
//!
//! * [`names`]: events, their message ids, and what a technician has to know of each
//! * [`kinds`]: which name a reason, a fact or a failed call has
//! * [`catalog`]: the names as a message catalog, and as tables for `docs/operations.md`
//! * [`repeats`]: what goes on for long is told at ever longer intervals
//! * [`story`]: facts as sentences for technicians
//! * [`log`]: where log lines go

pub mod catalog;
pub mod kinds;
pub mod log;
pub mod names;
pub mod repeats;
pub mod story;
