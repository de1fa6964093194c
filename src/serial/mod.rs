//! Serial boards: a port, the lines on it, and its coming back after it was gone.
//!
//! | file | what it is for |
//! |---|---|
//! | [`port`] | one open port: raw 8N1, DTR left alone, writes with a limit |
//! | [`lines`] | bytes to lines of at most 64 characters |
//! | [`noise`] | bounds on rubbish and floods |
//! | [`link`] | a port that is opened again for ever |
//!
//! Used by [`crate::input`] and [`crate::dispenser`], which know what the lines mean.

pub mod lines;
pub mod link;
pub mod noise;
pub mod port;

use std::path::PathBuf;

pub use link::{Link, LinkNews};

/// Which port, and how fast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortSettings {
    /// The device's path, best one under `/dev/serial/by-id`: it stays when plugs change places.
    pub device: PathBuf,
    /// Bits per second; always 8 data bits, no parity, one stop bit, no flow control.
    pub baud: u32,
}
