//! Ids that follow from the seed and from how many of their kind there were before.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::{ChargeId, PaymentIntentId};
use crate::time::WallTime;

/// Letters and digits behind the prefix of an id, as many as Stripe has.
const LENGTH: usize = 24;

/// Makes ids. Each kind counts for itself, so that one more read of the API renames nothing.
#[derive(Clone, Debug)]
pub(super) struct Names {
    seed: u64,
    made: BTreeMap<&'static str, u64>,
}

impl Names {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, made: BTreeMap::new() }
    }

    pub(super) fn intent(&mut self) -> PaymentIntentId {
        PaymentIntentId::new(self.next("pi")).expect("pi_ and letters and digits")
    }

    pub(super) fn charge(&mut self) -> ChargeId {
        ChargeId::new(self.next("ch")).expect("ch_ and letters and digits")
    }

    /// The next id of a kind, such as `req`.
    pub(super) fn next(&mut self, kind: &'static str) -> String {
        let count = self.made.entry(kind).or_default();
        *count += 1;
        let mut state = self.seed ^ count.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        for byte in kind.bytes() {
            state = state.rotate_left(8) ^ u64::from(byte);
        }
        let mut random = fastrand::Rng::with_seed(state);
        let text: String = (0..LENGTH).map(|_| random.alphanumeric()).collect();
        format!("{kind}_{text}")
    }
}

/// The time so much later; the end of time if it overflows.
pub(super) fn later(time: WallTime, wait: Duration) -> WallTime {
    WallTime(time.0.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
}

/// The time so much earlier; the beginning of time if it overflows.
pub(super) fn earlier(time: WallTime, ago: Duration) -> WallTime {
    WallTime(time.0.saturating_sub(i64::try_from(ago.as_millis()).unwrap_or(i64::MAX)))
}

/// Whole seconds since 1970, as Stripe's objects write most times.
pub(super) fn seconds(time: WallTime) -> i64 {
    time.0.div_euclid(1000)
}
