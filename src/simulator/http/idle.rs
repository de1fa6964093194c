//! A server that closes connections on which nothing is asked, as balancers and proxies do.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::lock;

/// Since when nothing is asked on a connection.
#[derive(Debug)]
pub(super) struct Idle {
    limit: Option<Duration>,
    calls: Mutex<(usize, Instant)>,
}

/// A call is under way.
pub(super) struct Asked<'a>(&'a Idle);

impl Idle {
    /// None: it may be idle for ever.
    pub(super) fn new(limit: Option<Duration>) -> Self {
        Self { limit, calls: Mutex::new((0, Instant::now())) }
    }

    /// It is not idle until this is dropped.
    pub(super) fn asked(&self) -> Asked<'_> {
        lock(&self.calls).0 += 1;
        Asked(self)
    }

    /// Waits until the connection was idle for too long.
    pub(super) async fn for_too_long(&self) {
        let Some(limit) = self.limit else { return std::future::pending().await };
        loop {
            let (calls, since) = *lock(&self.calls);
            let idle = if calls == 0 { since.elapsed() } else { Duration::ZERO };
            if idle >= limit {
                return;
            }
            tokio::time::sleep(limit.saturating_sub(idle)).await;
        }
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let mut calls = lock(&self.0.calls);
        *calls = (calls.0 - 1, Instant::now());
    }
}
