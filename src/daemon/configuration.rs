//! Which configuration runs, which one waits for the customer to be done, and what came of the last
//! reload: for the status, and for whoever has ordered it.
//!
//! ```text
//! files ── load: all of it checked ──► offer ──► waiting ── no customer ──► runs ──► last-good.toml
//!               │                                  ▲  what cannot change live stays as it is
//!               └─ wrong: the old one runs on      └─ a newer one takes its place
//! ```

use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, Loaded, Reloaded};
use crate::time::WallTime;

/// Which configuration runs, in the status document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigStatus {
    /// A hash of the effective settings.
    pub hash: String,
    /// Where it was read from.
    pub source: String,
    /// That it is the last good one, since the files could not be used at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_good: Option<OnLastGood>,
    /// That the last reload was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// The hash of the one that is taken when the customer is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<String>,
    /// Keys of which the files say something else, which takes a start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_next_start: Vec<String>,
}

/// Why the last good configuration runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnLastGood {
    /// When it was kept (RFC 3339).
    pub kept: String,
    /// What is wrong with the files, on one line.
    pub because: String,
}

/// Why a reload was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// When (RFC 3339).
    pub at: String,
    /// What is wrong with the files, on one line.
    pub why: String,
}

impl ConfigStatus {
    /// What a technician has to know beside the hash, a sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let last_good = self.last_good.as_ref().map(|OnLastGood { kept, because }| {
            format!("running on the last good configuration of {kept}, because {because}")
        });
        let refused = self.refused.as_ref().map(|Refused { at, why }| {
            format!("the reload at {at} was refused, and the old configuration runs on: {why}")
        });
        let waiting = self.waiting.as_ref().map(|hash| {
            format!("configuration {hash} is taken into use when the customer is done")
        });
        let names = Some(self.at_next_start.join(", ")).filter(|names| !names.is_empty());
        let next = names.map(|names| format!("these take effect at the next start: {names}"));
        [last_good, refused, waiting, next].into_iter().flatten().collect()
    }
}

/// The first thing that is wrong, and how many more there are, on one line.
pub fn in_short(error: &ConfigError) -> String {
    let first = error.problems.first().map(crate::config::Problem::on_one_line);
    let first = first.unwrap_or_default();
    match error.problems.len() {
        0 | 1 => first,
        several => format!("{first}; and {} more", several - 1),
    }
}

/// What runs, and what waits.
#[derive(Debug)]
pub struct Running {
    loaded: Loaded,
    last_good: Option<OnLastGood>,
    refused: Option<Refused>,
    at_next_start: Vec<String>,
    waiting: Option<Reloaded>,
}

impl Running {
    /// What a start has loaded, from the files or as the last good one.
    pub fn new(loaded: Loaded, last_good: Option<OnLastGood>) -> Self {
        Self { loaded, last_good, refused: None, at_next_start: Vec::new(), waiting: None }
    }

    /// What runs.
    pub fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// The files were read again. What is right waits for its moment, in the place of what waits
    /// already; what is wrong changes nothing.
    pub fn offer(&mut self, offered: Result<Loaded, ConfigError>, at: WallTime) {
        match offered {
            Ok(new) => {
                self.refused = None;
                self.waiting = Some(self.loaded.reload(new));
            }
            Err(error) => {
                self.refused = Some(Refused { at: at.to_string(), why: in_short(&error) });
            }
        }
    }

    /// Whether one waits.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Now is the moment: returns what ran before, if anything was waiting.
    pub fn take(&mut self) -> Option<Loaded> {
        let Reloaded { loaded, at_next_start } = self.waiting.take()?;
        self.at_next_start = at_next_start.iter().map(ToString::to_string).collect();
        self.last_good = None;
        Some(std::mem::replace(&mut self.loaded, loaded))
    }

    /// For the status document.
    pub fn status(&self) -> ConfigStatus {
        ConfigStatus {
            hash: self.loaded.hash.clone(),
            source: self.loaded.source.display().to_string(),
            last_good: self.last_good.clone(),
            refused: self.refused.clone(),
            waiting: self.waiting.as_ref().map(|reloaded| reloaded.loaded.hash.clone()),
            at_next_start: self.at_next_start.clone(),
        }
    }
}
