//! What is wrong with a configuration: all of it at once, each with where, what and what to do.

use std::fmt;

use super::origins::{KeyPath, Origin};

/// One thing that is wrong, or that may be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The file and line, or the environment variable, to look at.
    pub origin: Origin,
    /// The key, if the trouble is with one.
    pub key: Option<KeyPath>,
    /// What is wrong.
    pub wrong: String,
    /// What would be right, where that can be listed.
    pub allowed: Option<String>,
    /// What to do about it.
    pub fix: String,
}

impl Problem {
    /// A problem of a file or variable as a whole.
    pub(super) fn whole(origin: Origin, wrong: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { origin, key: None, wrong: wrong.into(), allowed: None, fix: fix.into() }
    }

    /// A problem of one key.
    pub(super) fn of_key(
        origin: Origin,
        key: KeyPath,
        wrong: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { key: Some(key), ..Self::whole(origin, wrong, fix) }
    }

    /// The same, saying what would be right.
    pub(super) fn allowing(self, allowed: impl Into<String>) -> Self {
        Self { allowed: Some(allowed.into()), ..self }
    }

    /// All of it on one line, for the log.
    pub fn on_one_line(&self) -> String {
        self.to_string().replace("\n    ", "; ")
    }
}

/// `FILE:LINE: KEY: what is wrong`, then what is allowed and what to do, on lines of their own.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.wrong)?;
        if let Some(allowed) = &self.allowed {
            write!(f, "\n    allowed: {allowed}")?;
        }
        write!(f, "\n    to do: {}", self.fix)
    }
}

/// A configuration that cannot be used, with everything that was found wrong. Never empty.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}", listed(problems))]
pub struct ConfigError {
    /// What is wrong, in the order of the layers and then of the keys.
    pub problems: Vec<Problem>,
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

fn listed(problems: &[Problem]) -> String {
    let count = match problems.len() {
        1 => "1 problem in the configuration".to_owned(),
        several => format!("{several} problems in the configuration"),
    };
    problems.iter().fold(count, |text, problem| format!("{text}\n{problem}"))
}

/// How secrets of Stripe's begin. Messages show nothing that may be one; what is refused for being
/// one, [`super::secret`] says.
const BEGINNINGS: [&str; 3] = ["sk_", "rk_", "whsec_"];

/// A value as a message may show it: in quotes, without control characters, shortened, and never
/// what looks like an API key that was put in the wrong place.
pub(super) fn quoted(value: &str) -> String {
    const LONGEST: usize = 80;
    if BEGINNINGS.iter().any(|prefix| value.contains(prefix)) {
        return "(a value that looks like an API key)".to_owned();
    }
    if value.chars().count() > LONGEST {
        let start: String = value.chars().take(LONGEST).collect();
        return format!("{start:?}…");
    }
    format!("{value:?}")
}

/// Whether a name, or a piece of a file, looks like an API key that was put in the wrong place:
/// `sk_`, `rk_` or `whsec_` begins a word in it. `kiosk_id` does not.
pub(super) fn holds_api_key(text: &str) -> bool {
    let begins_word = |at: usize| !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
    BEGINNINGS.iter().any(|prefix| text.match_indices(prefix).any(|(at, _)| begins_word(at)))
}

/// The known word nearest to a misspelt one, if any is near.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR: f64 = 0.6;
    let word = word.to_lowercase();
    let likeness =
        |known: &str| strsim::normalized_damerau_levenshtein(&word, &known.to_lowercase());
    let scored = known.into_iter().map(|known| (likeness(known), known));
    let near = scored.filter(|(score, _)| *score >= NEAR);
    near.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_the_wrong_place_is_never_shown() {
        assert!(!quoted("sk_live_abc").contains("abc"));
        assert!(!quoted("https://rk_live_abc@api.stripe.com").contains("abc"));
        assert_eq!(quoted("a\nb"), "\"a\\nb\"");
        assert!(quoted(&"x".repeat(500)).len() < 100);
    }

    #[test]
    fn a_name_that_is_a_key_is_told_from_one_that_merely_ends_so() {
        for name in ["sk_live_abc", "rk_test_abc", "sk_org_live_abc", "x = \"rk_live_abc\""] {
            assert!(holds_api_key(name), "{name}");
        }
        for name in ["kiosk_id", "desk_1", "park_", "sk", ""] {
            assert!(!holds_api_key(name), "{name}");
        }
    }

    #[test]
    fn the_nearest_word_is_found_and_a_stranger_is_not() {
        let known = ["customer_timeout", "capture", "flow"];
        assert_eq!(nearest("custmer_timeout", known), Some("customer_timeout"));
        assert_eq!(nearest("FLOW", known), Some("flow"));
        assert_eq!(nearest("zebra", known), None);
    }
}
