//! Which rows are driven when, and what the columns then say.
//!
//! While nobody presses anything, all rows are driven at once and one look at the columns is
//! enough. Only when a column is down each row is looked at by itself.
//!
//! Three keys that are three corners of a rectangle make the fourth look pressed, and which one of
//! the four is not cannot be told. Such a picture is passed over, and so is what had begun before
//! it: the rows are not looked at in the same instant, and the last picture may have had the ghost
//! alone.

use std::time::Duration;

use tokio::time::Instant;

use crate::input::buttons::{Buttons, Happened, Rules};
use crate::wiring::Line;

/// Which rows are pulled low; all others float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driven {
    /// All of them: is any key down?
    All,
    /// This one: which of its keys are down?
    Row(usize),
}

/// How far the look at the keys has come.
#[derive(Debug)]
pub struct Scan {
    rows: usize,
    driven: Driven,
    picture: Vec<Vec<bool>>,
}

impl Scan {
    /// A look that begins with the first row.
    pub fn new(rows: usize) -> Self {
        Self { rows, driven: Driven::Row(0), picture: Vec::new() }
    }

    /// What has to be driven until the next look.
    pub fn driven(&self) -> Driven {
        self.driven
    }

    /// How long that is, if all keys are looked at within `scan`.
    pub fn wait(&self, scan: Duration) -> Duration {
        match self.driven {
            Driven::All => scan,
            Driven::Row(_) => scan / u32::try_from(self.rows).unwrap_or(u32::MAX),
        }
    }

    /// The columns that are down by what is driven; the whole picture, by rows, once it is
    /// complete.
    pub fn seen(&mut self, columns: Vec<bool>) -> Option<Vec<Vec<bool>>> {
        match self.driven {
            Driven::All if columns.contains(&true) => {
                self.driven = Driven::Row(0);
                None
            }
            Driven::All => Some(vec![columns; self.rows]),
            Driven::Row(row) => {
                self.picture.push(columns);
                self.driven = Driven::Row(row + 1);
                if row + 1 < self.rows {
                    return None;
                }
                let picture = std::mem::take(&mut self.picture);
                let is_any_down = picture.iter().flatten().any(|is_down| *is_down);
                self.driven = if is_any_down { Driven::Row(0) } else { Driven::All };
                Some(picture)
            }
        }
    }
}

/// The keys by their places: row by row, from 0.
#[derive(Debug)]
pub struct Pad {
    buttons: Buttons,
    is_known: bool,
    is_unclear: bool,
}

impl Pad {
    /// A keypad of which nothing was seen yet.
    pub fn new(rules: Rules) -> Self {
        Self { buttons: Buttons::new(rules), is_known: false, is_unclear: false }
    }

    /// What a picture means. None: it is the first of those in which a ghost may stand.
    pub fn seen(&mut self, picture: &[Vec<bool>], now: Instant) -> Option<Vec<Happened>> {
        if is_unclear(picture) {
            self.buttons.nothing_seen();
            let was_unclear = std::mem::replace(&mut self.is_unclear, true);
            return was_unclear.then(Vec::new);
        }
        self.is_unclear = false;
        let keys = (0..).zip(picture.iter().flatten().copied());
        let keys: Vec<(Line, bool)> = keys.collect();
        if std::mem::replace(&mut self.is_known, true) {
            return Some(self.buttons.seen(&keys, now));
        }
        self.buttons.opened(keys, now);
        Some(Vec::new())
    }
}

/// Whether two rows have two columns in common.
fn is_unclear(picture: &[Vec<bool>]) -> bool {
    let shares_two = |one: &Vec<bool>, other: &Vec<bool>| {
        one.iter().zip(other).filter(|(one, other)| **one && **other).count() >= 2
    };
    let mut rows = picture.iter().enumerate();
    rows.any(|(at, row)| picture.iter().skip(at + 1).any(|other| shares_two(row, other)))
}

#[cfg(test)]
mod tests {
    use Happened::{Freed, Pressed, Stuck};

    use super::*;

    const RULES: Rules = Rules {
        debounce: Duration::from_millis(20),
        hold: Duration::ZERO,
        stuck_after: Duration::from_secs(30),
    };

    /// A keypad of four rows and three columns, looked at every five milliseconds.
    struct Bench {
        pad: Pad,
        now: Instant,
        ghosts: usize,
    }

    impl Bench {
        fn new() -> Self {
            let mut bench = Self { pad: Pad::new(RULES), now: Instant::now(), ghosts: 0 };
            assert_eq!(bench.see(&[]), []);
            bench
        }

        /// One look, with these keys down.
        fn see(&mut self, down: &[usize]) -> Vec<Happened> {
            self.now += Duration::from_millis(5);
            let row =
                |row: usize| (0..3).map(|column| down.contains(&(row * 3 + column))).collect();
            let picture: Vec<Vec<bool>> = (0..4).map(row).collect();
            self.pad.seen(&picture, self.now).unwrap_or_else(|| {
                self.ghosts += 1;
                Vec::new()
            })
        }

        fn see_for(&mut self, looks: usize, down: &[usize]) -> Vec<Happened> {
            (0..looks).flat_map(|_| self.see(down)).collect()
        }
    }

    #[test]
    fn a_row_is_looked_at_by_itself_only_while_a_key_is_down() {
        let mut scan = Scan::new(2);
        let (up, down) = (vec![false, false], vec![true, false]);
        assert_eq!(scan.driven(), Driven::Row(0));
        assert_eq!(scan.seen(up.clone()), None);
        assert_eq!(scan.seen(up.clone()), Some(vec![up.clone(), up.clone()]));
        assert_eq!(scan.driven(), Driven::All);
        assert_eq!(scan.seen(up.clone()), Some(vec![up.clone(), up.clone()]));
        assert_eq!(scan.seen(down.clone()), None);
        assert_eq!(scan.driven(), Driven::Row(0));
        assert_eq!(scan.wait(Duration::from_millis(6)), Duration::from_millis(3));
        assert_eq!(scan.seen(up.clone()), None);
        assert_eq!(scan.driven(), Driven::Row(1));
        assert_eq!(scan.seen(down.clone()), Some(vec![up.clone(), down.clone()]));
        assert_eq!(scan.driven(), Driven::Row(0));
    }

    #[test]
    fn a_key_counts_once_the_keypad_stood_still() {
        let mut bench = Bench::new();
        assert_eq!(bench.see_for(4, &[5]), []);
        assert_eq!(bench.see_for(20, &[5]), [Pressed(5)]);
        assert_eq!(bench.see_for(20, &[]), []);
        assert_eq!(bench.see_for(20, &[0]), [Pressed(0)]);
    }

    #[test]
    fn keys_may_overlap() {
        let mut bench = Bench::new();
        assert_eq!(bench.see_for(10, &[0]), [Pressed(0)]);
        assert_eq!(bench.see_for(10, &[0, 4]), [Pressed(4)]);
        assert_eq!(bench.see_for(10, &[4]), []);
        assert_eq!(bench.see_for(10, &[]), []);
    }

    #[test]
    fn three_corners_of_a_rectangle_press_nothing() {
        let mut bench = Bench::new();
        // The first look has the ghost 4 alone, the second 0, 1 and 3 with it.
        assert_eq!(bench.see_for(4, &[3, 4]), []);
        assert_eq!(bench.see_for(50, &[0, 1, 3, 4]), []);
        assert_eq!(bench.ghosts, 1);
        // So may the last one, when a finger leaves while the rows are looked at.
        assert_eq!(bench.see(&[3, 4]), []);
        assert_eq!(bench.see_for(20, &[]), []);
        assert_eq!(bench.see_for(20, &[4]), [Pressed(4)]);
    }

    #[test]
    fn a_stuck_key_is_told_once_and_the_others_work() {
        let mut bench = Bench::new();
        assert_eq!(bench.see_for(7_000, &[5]), [Pressed(5), Stuck(5)]);
        assert_eq!(bench.see_for(10, &[5, 0]), [Pressed(0)]);
        assert_eq!(bench.see_for(10, &[]), [Freed(5)]);
    }

    #[test]
    fn what_is_down_at_the_first_look_presses_nothing() {
        let mut bench = Bench::new();
        bench.pad = Pad::new(RULES);
        assert_eq!(bench.see_for(100, &[5]), []);
    }

    /// Ten thousand contacts that chatter for less than the debounce.
    #[test]
    fn chatter_presses_nothing() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut bench = Bench::new();
        for _ in 0..10_000 {
            let key = rng.usize(0..12);
            for _ in 0..4 {
                let down = if rng.bool() { vec![key] } else { Vec::new() };
                assert_eq!(bench.see(&down), []);
            }
            assert_eq!(bench.see(&[]), []);
        }
    }

    /// Ten thousand pictures of all keys at random, of which neither one is like the next for long.
    #[test]
    fn noise_on_all_lines_presses_nothing() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut bench = Bench::new();
        for _ in 0..10_000 {
            let down: Vec<usize> = (0..12).filter(|_| rng.u8(..) < 64).collect();
            assert_eq!(bench.see(&down), []);
        }
        assert!(bench.ghosts > 100, "{}", bench.ghosts);
    }
}
