//! What happened how often: a fault that never strikes proves nothing.

use std::collections::BTreeMap;
use std::fmt;

/// Counts by name.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Tally {
    counts: BTreeMap<String, u64>,
}

impl Tally {
    /// It happened once more.
    pub fn count(&mut self, name: &str) {
        self.add(name, 1);
    }

    /// It happened so many times more.
    pub fn add(&mut self, name: &str, times: u64) {
        if let Some(count) = self.counts.get_mut(name) {
            *count += times;
        } else {
            self.counts.insert(name.to_owned(), times);
        }
    }

    /// How often it happened.
    pub fn of(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }

    /// What happened elsewhere as well.
    pub fn merge(&mut self, other: &Self) {
        for (name, times) in &other.counts {
            self.add(name, *times);
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in &self.counts {
            writeln!(f, "{count:>10}  {name}")?;
        }
        Ok(())
    }
}
