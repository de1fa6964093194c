//! Bounds on what a broken board, or a wrong baud rate, can make the daemon do.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Garbage is told to the daemon at most this often: it is a number for people.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Counts the lines that nothing was done with.
#[derive(Debug, Default)]
pub struct Garbage {
    total: u64,
    told: u64,
    told_at: Option<Instant>,
}

impl Garbage {
    /// Counts one line.
    pub fn count(&mut self) {
        self.total = self.total.saturating_add(1);
    }

    /// When the total shall be told; `None` while it has not grown.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        (self.total > self.told).then(|| self.told_at.map_or(now, |at| at + TELL_EVERY))
    }

    /// The total, if it is due.
    pub fn tell(&mut self, now: Instant) -> Option<u64> {
        self.due(now).filter(|&due| due <= now)?;
        self.told = self.total;
        self.told_at = Some(now);
        Some(self.total)
    }
}

/// Waits until something is due; for ever, if nothing is.
pub async fn wait_until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// A token bucket: `burst` at once, then one each `interval`.
#[derive(Debug)]
pub struct TokenBucket {
    interval: Duration,
    burst: u32,
    full_at: Option<Instant>,
}

impl TokenBucket {
    /// A full bucket.
    pub fn new(burst: u32, interval: Duration) -> Self {
        Self { interval, burst, full_at: None }
    }

    /// Takes a token; false if there is none.
    pub fn take(&mut self, now: Instant) -> bool {
        let full_at = self.full_at.map_or(now, |at| at.max(now)) + self.interval;
        let taken = full_at - now <= self.interval * self.burst;
        if taken {
            self.full_at = Some(full_at);
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbage_is_told_once_a_second() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut garbage = Garbage::default();
        assert_eq!(garbage.due(start), None);
        garbage.count();
        assert_eq!(garbage.tell(at(0)), Some(1));
        garbage.count();
        garbage.count();
        assert_eq!(garbage.tell(at(999)), None);
        assert_eq!(garbage.due(at(999)), Some(at(1000)));
        assert_eq!(garbage.tell(at(1000)), Some(3));
        assert_eq!(garbage.tell(at(5000)), None, "it has not grown");
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_one_each_interval() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(3, Duration::from_millis(50));
        let given = |bucket: &mut TokenBucket, millis| {
            let now = start + Duration::from_millis(millis);
            (0..100).filter(|_| bucket.take(now)).count()
        };
        assert_eq!(given(&mut bucket, 0), 3);
        assert_eq!(given(&mut bucket, 49), 0);
        assert_eq!(given(&mut bucket, 50), 1);
        assert_eq!(given(&mut bucket, 10_000), 3, "it is full again, and not fuller");
    }
}
