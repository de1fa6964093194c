//! How often the simulator was connected to, and how: for tests and technicians.

use serde::{Deserialize, Serialize};

/// The connections so far, those that have ended among them, and what was asked on them for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connections {
    /// All of them.
    pub accepted: u64,
    /// Those with a handshake of TLS that came to its end.
    pub tls: u64,
    /// Those of TLS that went on as HTTP/2.
    pub http2: u64,
    /// Those of TLS that were resumed with a ticket of an earlier one.
    pub resumed: u64,
    /// Requests of `/`, which are no calls and stand in no log.
    pub without_a_call: u64,
}

impl Connections {
    /// Counts a handshake that came to its end.
    pub(super) fn add_tls(&mut self, is_http2: bool, is_resumed: bool) {
        self.tls += 1;
        self.http2 += u64::from(is_http2);
        self.resumed += u64::from(is_resumed);
    }
}
