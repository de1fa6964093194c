//! The clocks: the only place of the daemon that reads them.

use rustix::time::{ClockId, clock_gettime};

use crate::daemon::driver::Now;
use crate::time::{Moment, WallTime};

/// Both clocks now. The boot's clock runs on while the machine is suspended.
pub fn now() -> Now {
    let boot = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(boot.tv_sec).unwrap_or_default();
    let millis = u64::try_from(boot.tv_nsec / 1_000_000).unwrap_or_default();
    Now {
        moment: Moment::from_millis(seconds.saturating_mul(1000).saturating_add(millis)),
        wall: WallTime(jiff::Timestamp::now().as_millisecond()),
    }
}
