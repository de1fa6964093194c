//! What keeps a display from burning in, and from dazzling at night.

use std::time::Duration;

use jiff::civil::Time;

use crate::wiring::display::DisplayCare;

/// How a display rests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rest {
    /// How bright it is, in per cent of its own; 0: dark.
    pub light: u8,
    /// How far the picture is shifted, in dots.
    pub shift: (i32, i32),
}

/// How often the picture moves. A minute is long for an eye and short for an OLED.
const SHIFTS_EVERY: Duration = Duration::from_mins(1);

/// Where it moves to, one after the other.
const SHIFTS: [(i32, i32); 8] =
    [(0, 0), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1)];

/// A display that is dimmed has this much of its light.
const DIMMED: u8 = 20;

/// How a display rests that has had no news for so long, at this time of day.
pub fn rest(care: &DisplayCare, quiet: Duration, clock: Time) -> Rest {
    let is_after = |limit: Duration| !limit.is_zero() && quiet >= limit;
    let by_hour = if is_night(care, clock) { care.night_brightness } else { care.brightness };
    let light = if is_after(care.sleep_after) {
        0
    } else if is_after(care.dim_after) {
        by_hour.min(DIMMED)
    } else {
        by_hour
    };
    let turn = quiet.as_secs() / SHIFTS_EVERY.as_secs();
    let turn = usize::try_from(turn).unwrap_or(0) % SHIFTS.len();
    // A dark one rests.
    let shift = if care.shift && light > 0 { SHIFTS[turn] } else { (0, 0) };
    Rest { light, shift }
}

/// How soon that changes by itself; none if it stays.
pub fn changes_in(care: &DisplayCare, quiet: Duration, clock: Time) -> Option<Duration> {
    let limits = [care.dim_after, care.sleep_after].into_iter();
    let limits = limits.filter_map(|limit| limit.checked_sub(quiet)).filter(|wait| !wait.is_zero());
    let shifts = (care.shift && rest(care, quiet, clock).light > 0).then(|| {
        let since = Duration::from_secs(quiet.as_secs() % SHIFTS_EVERY.as_secs());
        SHIFTS_EVERY.saturating_sub(since)
    });
    let hours =
        care.night.into_iter().flat_map(|(from, to)| [until(clock, from), until(clock, to)]);
    limits.chain(shifts).chain(hours).min().map(|wait| wait.max(Duration::from_millis(100)))
}

fn is_night(care: &DisplayCare, clock: Time) -> bool {
    care.night.is_some_and(|(from, to)| {
        if from <= to { (from..to).contains(&clock) } else { clock >= from || clock < to }
    })
}

/// From one time of day to the next time that it is another.
fn until(clock: Time, next: Time) -> Duration {
    let seconds = |time: Time| {
        let (hours, minutes) = (i64::from(time.hour()), i64::from(time.minute()));
        (hours * 60 + minutes) * 60 + i64::from(time.second())
    };
    let left = (seconds(next) - seconds(clock)).rem_euclid(24 * 60 * 60);
    let left = if left == 0 { 24 * 60 * 60 } else { left };
    // A second later it is surely there.
    Duration::from_secs(u64::try_from(left + 1).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    fn care() -> DisplayCare {
        DisplayCare {
            brightness: 100,
            night: Some((time(22, 0, 0, 0), time(6, 0, 0, 0))),
            night_brightness: 30,
            dim_after: Duration::from_mins(5),
            sleep_after: Duration::from_mins(30),
            shift: true,
            page_time: Duration::from_secs(3),
        }
    }

    const NOON: Time = Time::constant(12, 0, 0, 0);

    #[test]
    fn it_is_dimmed_then_dark_and_bright_at_the_next_news() {
        let light = |minutes| rest(&care(), Duration::from_mins(minutes), NOON).light;
        assert_eq!([0, 4, 5, 29, 30, 500].map(light), [100, 100, 20, 20, 0, 0]);
    }

    #[test]
    fn zero_is_never() {
        let zero = Duration::ZERO;
        let always = DisplayCare { dim_after: zero, sleep_after: zero, shift: false, ..care() };
        let day = DisplayCare { night: None, ..always.clone() };
        let long = Duration::from_hours(1000);
        assert_eq!(rest(&day, long, NOON), Rest { light: 100, shift: (0, 0) });
        assert_eq!(changes_in(&day, long, NOON), None, "nothing wakes the processor");
        assert!(changes_in(&always, long, NOON) > Some(Duration::from_hours(9)));
    }

    #[test]
    fn nights_may_go_over_midnight() {
        let light = |hour| rest(&care(), Duration::ZERO, time(hour, 0, 0, 0)).light;
        assert_eq!([21, 22, 23, 0, 5, 6].map(light), [100, 30, 30, 30, 30, 100]);
    }

    #[test]
    fn the_picture_moves_each_minute_and_comes_back() {
        let shift = |minutes| rest(&care(), Duration::from_mins(minutes), NOON).shift;
        assert_eq!([shift(0), shift(1), shift(8)], [(0, 0), (1, 0), (0, 0)]);
        let wait = changes_in(&care(), Duration::from_secs(70), NOON);
        assert_eq!(wait, Some(Duration::from_secs(50)));
    }
}
