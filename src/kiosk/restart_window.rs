//! The hours at which readers restart every night.

use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::time::StripeTime;

/// A span of the day. Source: Stripe, "Configure the reboot time window": smart readers restart
/// every 24 hours, each at a random moment of the window.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RestartWindow {
    /// From when.
    pub from: Time,
    /// Until when; earlier than `from` if the span goes over midnight.
    pub to: Time,
    /// Whose day.
    pub zone: TimeZone,
}

impl RestartWindow {
    /// Whether it is that time of the day.
    pub fn covers(&self, now: StripeTime) -> bool {
        let Ok(timestamp) = jiff::Timestamp::from_second(now.0) else { return false };
        let time = self.zone.to_datetime(timestamp).time();
        if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            time >= self.from || time < self.to
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: i8, to: i8) -> RestartWindow {
        let time = |hour| Time::new(hour, 0, 0, 0).unwrap();
        RestartWindow { from: time(from), to: time(to), zone: TimeZone::UTC }
    }

    #[test]
    fn a_window_may_go_over_midnight() {
        let at = |hour: i64| StripeTime(hour * 3600);
        assert!(window(0, 4).covers(at(3)) && !window(0, 4).covers(at(4)));
        assert!(window(23, 2).covers(at(23)) && window(23, 2).covers(at(1)));
        assert!(!window(23, 2).covers(at(12)) && !window(23, 2).covers(at(2)));
    }
}
