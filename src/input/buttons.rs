//! What the levels of single lines mean: which button was pressed, long enough and for good, and
//! which one is stuck.
//!
//! A level counts once it has stood still for [`Rules::debounce`]. A button that is down when it is
//! first seen presses nothing: it may have been held for hours.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::wiring::Line;

/// What counts as a press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How long a level has to stand still before it counts. Zero: the kernel has seen to it.
    pub debounce: Duration,
    /// How long a button has to be held until that is a press. Zero: it is one at once.
    pub hold: Duration,
    /// A button that is down for longer is stuck.
    pub stuck_after: Duration,
}

/// What became of a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// It was pressed.
    Pressed(Line),
    /// It is down for too long: somebody leans on it, or it is broken.
    Stuck(Line),
    /// It was stuck, and came up.
    Freed(Line),
}

/// The buttons of one input.
#[derive(Debug)]
pub struct Buttons {
    rules: Rules,
    lines: BTreeMap<Line, Button>,
}

#[derive(Debug)]
struct Button {
    /// The level as it was last heard, and since when.
    level: (bool, Instant),
    /// The level that counts, and since when.
    settled: (bool, Instant),
    /// Whether what it is held for now has been told, or is not to be told.
    is_told: bool,
    is_stuck: bool,
}

impl Button {
    fn seen(is_down: bool, now: Instant) -> Self {
        let level = (is_down, now);
        Self { level, settled: level, is_told: is_down, is_stuck: false }
    }

    /// When it changes by itself, if its line stays as it is.
    fn due(&self, rules: &Rules) -> Option<Instant> {
        let ((level, since), (is_down, down_since)) = (self.level, self.settled);
        if level != is_down {
            return Some(since + rules.debounce);
        }
        if !is_down || self.is_stuck {
            return None;
        }
        let held = if self.is_told { rules.stuck_after } else { rules.hold };
        Some(down_since + held)
    }
}

impl Buttons {
    /// Buttons of which nothing was seen yet.
    pub fn new(rules: Rules) -> Self {
        Self { rules, lines: BTreeMap::new() }
    }

    /// The chip was opened: how its lines stand. `true` is down.
    pub fn opened(&mut self, levels: impl IntoIterator<Item = (Line, bool)>, now: Instant) {
        let levels = levels.into_iter();
        self.lines = levels.map(|(line, is_down)| (line, Button::seen(is_down, now))).collect();
    }

    /// A line has changed, or is as it was. Lines that nobody asked for are passed over.
    pub fn heard(&mut self, line: Line, is_down: bool, now: Instant) -> Vec<Happened> {
        let before = self.due_until(now);
        if let Some(button) = self.lines.get_mut(&line)
            && button.level.0 != is_down
        {
            button.level = (is_down, now);
        }
        [before, self.due_until(now)].concat()
    }

    /// All of them were looked at, in one instant among others. A press counts only if all stood
    /// still: who looks now and then sees of noise what happens to be there.
    pub fn seen(&mut self, levels: &[(Line, bool)], now: Instant) -> Vec<Happened> {
        let mut is_still = true;
        for (line, is_down) in levels {
            if let Some(button) = self.lines.get_mut(line)
                && button.level.0 != *is_down
            {
                button.level.0 = *is_down;
                is_still = false;
            }
        }
        if !is_still {
            for button in self.lines.values_mut().filter(|it| it.level.0 != it.settled.0) {
                button.level.1 = now;
            }
        }
        self.due_until(now)
    }

    /// They were looked at, and nothing can be told of what was seen: what had begun begins anew.
    pub fn nothing_seen(&mut self) {
        for button in self.lines.values_mut() {
            button.level = button.settled;
        }
    }

    /// What has become of them by now.
    pub fn due_until(&mut self, now: Instant) -> Vec<Happened> {
        let mut happened = Vec::new();
        for (line, button) in &mut self.lines {
            while button.due(&self.rules).is_some_and(|due| due <= now) {
                happened.extend(step(*line, button));
            }
        }
        happened
    }

    /// When something may become of them, if no line changes.
    pub fn next_due(&self) -> Option<Instant> {
        self.lines.values().filter_map(|button| button.due(&self.rules)).min()
    }
}

/// What is due happens.
fn step(line: Line, button: &mut Button) -> Option<Happened> {
    if button.level.0 != button.settled.0 {
        button.settled = button.level;
        let was_stuck = std::mem::take(&mut button.is_stuck);
        button.is_told = false;
        return was_stuck.then_some(Happened::Freed(line));
    }
    if button.is_told {
        button.is_stuck = true;
        return Some(Happened::Stuck(line));
    }
    button.is_told = true;
    Some(Happened::Pressed(line))
}

#[cfg(test)]
mod tests {
    use Happened::{Freed, Pressed, Stuck};
    use proptest::prelude::*;

    use super::*;

    const RULES: Rules = Rules {
        debounce: Duration::from_millis(10),
        hold: Duration::ZERO,
        stuck_after: Duration::from_secs(30),
    };

    /// Plays changes, each so many milliseconds after the one before; what happened, and when.
    fn played(rules: Rules, changes: &[(u64, bool)]) -> Vec<(u128, Happened)> {
        let begin = Instant::now();
        let mut buttons = Buttons::new(rules);
        buttons.opened([(17, false)], begin);
        let mut all = Vec::new();
        let mut now = begin;
        let end = (120_000, changes.last().is_some_and(|(_, level)| *level));
        for (wait, level) in changes.iter().chain([&end]) {
            let next = now + Duration::from_millis(*wait);
            while let Some(due) = buttons.next_due().filter(|due| *due < next) {
                let happened = buttons.due_until(due);
                all.extend(happened.into_iter().map(|it| ((due - begin).as_millis(), it)));
            }
            now = next;
            let happened = buttons.heard(17, *level, now);
            all.extend(happened.into_iter().map(|it| ((now - begin).as_millis(), it)));
        }
        all
    }

    #[test]
    fn a_press_is_told_once_it_has_stood_still() {
        assert_eq!(played(RULES, &[(100, true), (80, false)]), [(110, Pressed(17))]);
        let bounces = [(100, true), (3, false), (4, true), (80, false), (2, true), (2, false)];
        assert_eq!(played(RULES, &bounces), [(117, Pressed(17))]);
    }

    #[test]
    fn what_is_shorter_than_the_bounce_is_no_press() {
        assert_eq!(played(RULES, &[(100, true), (9, false)]), []);
    }

    #[test]
    fn without_a_bounce_of_its_own_each_edge_counts() {
        let rules = Rules { debounce: Duration::ZERO, ..RULES };
        let twice = [(100, true), (1, false), (1, true), (1, false)];
        assert_eq!(played(rules, &twice), [(100, Pressed(17)), (102, Pressed(17))]);
    }

    #[test]
    fn a_long_press_is_one_when_it_was_held() {
        let rules = Rules { hold: Duration::from_secs(2), ..RULES };
        assert_eq!(played(rules, &[(100, true), (1_900, false)]), []);
        assert_eq!(played(rules, &[(100, true), (3_000, false)]), [(2_100, Pressed(17))]);
    }

    #[test]
    fn a_stuck_button_is_told_once_and_presses_nothing_until_it_came_up() {
        let stuck = [(100, true), (60_000, false), (500, true), (50, false)];
        let told =
            [(110, Pressed(17)), (30_100, Stuck(17)), (60_110, Freed(17)), (60_610, Pressed(17))];
        assert_eq!(played(RULES, &stuck), told);
    }

    #[test]
    fn what_is_down_from_the_start_presses_nothing() {
        let begin = Instant::now();
        let mut buttons = Buttons::new(RULES);
        buttons.opened([(17, true), (27, false)], begin);
        assert_eq!(buttons.due_until(begin + Duration::from_secs(29)), []);
        assert_eq!(buttons.due_until(begin + Duration::from_secs(30)), [Stuck(17)]);
        assert_eq!(buttons.heard(5, true, begin + Duration::from_secs(31)), []);
    }

    proptest! {
        /// Ten thousand changes a second, never ten milliseconds still.
        #[test]
        fn noise_presses_nothing(changes in proptest::collection::vec((0_u64..9, any::<bool>()), 0..2_000)) {
            let mut quiet = vec![(100, false)];
            let mut last = false;
            for (wait, level) in changes {
                // A level that is only said again is no change.
                if level != last {
                    quiet.push((wait, level));
                    last = level;
                }
            }
            if last {
                quiet.push((1, false));
            }
            prop_assert_eq!(played(RULES, &quiet), vec![]);
        }
    }
}
