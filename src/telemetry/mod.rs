//! What the daemon tells: log lines with names and fields that do not change, and each fact of a
//! sale as a sentence.
//!
//! * [`names`]: events and their message ids
//! * [`story`]: facts as sentences for technicians
//! * [`log`]: where log lines go

pub mod log;
pub mod names;
pub mod story;
