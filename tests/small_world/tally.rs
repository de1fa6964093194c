//! What happened how often: a fault that never strikes proves nothing.

use std::collections::BTreeMap;
use std::fmt;

use crate::faults::{Fault, KINDS};

/// Counts by name.
#[derive(Clone, Default, Debug)]
pub struct Tally {
    counts: BTreeMap<String, u64>,
    faults: [u64; KINDS],
    most: BTreeMap<&'static str, u64>,
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

    /// A fault struck so many times more.
    #[expect(clippy::as_conversions, reason = "the number of a variant, counted from nought")]
    pub fn add_fault(&mut self, fault: Fault, times: u64) {
        self.faults[fault as usize] += times;
    }

    /// How often a fault struck.
    #[expect(clippy::as_conversions, reason = "the number of a variant, counted from nought")]
    pub fn of_fault(&self, fault: Fault) -> u64 {
        self.faults[fault as usize]
    }

    /// The most that was seen of something.
    pub fn most(&mut self, name: &'static str, seen: u64) {
        let most = self.most.entry(name).or_default();
        *most = seen.max(*most);
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
        for (count, times) in self.faults.iter_mut().zip(other.faults) {
            *count += times;
        }
        for (name, seen) in &other.most {
            self.most(name, *seen);
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in &self.counts {
            writeln!(f, "{count:>12}  {name}")?;
        }
        for (fault, count) in crate::faults::ALL.iter().zip(self.faults) {
            writeln!(f, "{count:>12}  fault: {fault:?}")?;
        }
        for (name, most) in &self.most {
            writeln!(f, "{most:>12}  {name} of one sale, at most")?;
        }
        Ok(())
    }
}
