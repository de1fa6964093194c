//! Faults of the wire: which calls they strike, and what the client then sees.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use hyper::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::simulator::{ErrorFields, InjectedError, NamedError};

/// What becomes of a call that a rule strikes. Written as text: `answer`, `status:500`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Then {
    /// It is answered (after the delays of the rule).
    Answer,
    /// The connection is closed, the call not executed.
    DropBefore,
    /// The call is executed, the connection closed without a reply.
    DropAfter,
    /// This status. Unless the rule says otherwise, a 500 is kept under the idempotency key, as
    /// Stripe's own, and every other one is kept nowhere. Executed only if the rule says so.
    Status(u16),
    /// One of Stripe's errors by its name, kept under the idempotency key where Stripe keeps it,
    /// unless the rule says otherwise. Executed only if the rule says so.
    Error(NamedError),
    /// A 502 with a page of HTML, as a proxy sends it. Executed only if the rule says so.
    Html,
    /// The call is executed, the reply ends in the middle of its body.
    Truncate,
}

/// A fault of the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `GET` or `POST`; absent: both.
    #[serde(default)]
    pub method: Option<String>,
    /// The path that it strikes; `*` stands for any one segment.
    pub path: String,
    /// How often it strikes.
    #[serde(default = "once")]
    pub times: u64,
    /// How many matching calls pass before it strikes.
    #[serde(default)]
    pub skip: u64,
    /// The wait before the call is executed, in milliseconds.
    #[serde(default)]
    pub before_ms: u64,
    /// The wait between execution and reply, in milliseconds.
    #[serde(default)]
    pub after_ms: u64,
    /// Whether `status:…`, `error:…` and `html` execute the call; the others say it themselves.
    #[serde(default)]
    pub executes: bool,
    /// What the error of `status:…` or `error:…` says.
    #[serde(default)]
    pub error: ErrorFields,
    /// Whether that error is kept under the idempotency key, to be replayed with
    /// `Idempotent-Replayed: true`. If it is not, a repeat gets what the call itself gave.
    #[serde(default)]
    pub stored: Option<bool>,
    /// Whether that error has a `Request-Id` and the other headers of Stripe's; absent: all but
    /// those of 500 and more that are not kept.
    #[serde(default)]
    pub request_id: Option<bool>,
    /// Headers of the reply in place of its own, such as `Retry-After`.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What the client sees.
    pub then: Then,
}

/// A rule and what it did so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleReport {
    /// The rule.
    pub rule: Rule,
    /// How many matching calls it let pass.
    pub passed: u64,
    /// How often it struck.
    pub struck: u64,
}

/// The rules, in the order in which they are tried.
#[derive(Debug, Default)]
pub(super) struct Rules {
    reports: Vec<RuleReport>,
}

impl Rules {
    pub(super) fn add(&mut self, rule: Rule) {
        self.reports.push(RuleReport { rule, passed: 0, struck: 0 });
    }

    pub(super) fn clear(&mut self) {
        self.reports.clear();
    }

    pub(super) fn reports(&self) -> &[RuleReport] {
        &self.reports
    }

    /// The rule that strikes this call, if one does.
    pub(super) fn strike(&mut self, method: &str, path: &str) -> Option<Rule> {
        for report in self.reports.iter_mut().filter(|report| report.rule.matches(method, path)) {
            if report.passed < report.rule.skip {
                report.passed += 1;
            } else if report.struck < report.rule.times {
                report.struck += 1;
                return Some(report.rule.clone());
            }
        }
        None
    }
}

/// The error that a call ends in.
pub(super) struct RuleError {
    pub(super) error: InjectedError,
    pub(super) is_stored: bool,
    pub(super) is_stripes: bool,
}

impl Rule {
    /// Refuses a rule of which a part would never do anything.
    pub(super) fn check(&self) -> Result<(), RuleMistake> {
        let says_more = self.error != ErrorFields::default()
            || self.stored.is_some()
            || self.request_id.is_some();
        if says_more && self.error().is_none() {
            return Err(RuleMistake::NoError);
        }
        for (name, value) in &self.headers {
            if header(name, value).is_none() {
                return Err(RuleMistake::Header { name: name.clone() });
            }
        }
        Ok(())
    }

    /// The error, if the client is to see one in Stripe's shape.
    pub(super) fn error(&self) -> Option<RuleError> {
        let (error, is_stored) = match self.then {
            Then::Status(status) => {
                (InjectedError { status, fields: self.error.clone() }, status == 500)
            }
            Then::Error(named) => (named.with(self.error.clone()), named.is_stored()),
            Then::Answer | Then::DropBefore | Then::DropAfter | Then::Html | Then::Truncate => {
                return None;
            }
        };
        let is_stored = self.stored.unwrap_or(is_stored);
        let is_stripes = self.request_id.unwrap_or(is_stored || error.status < 500);
        Some(RuleError { error, is_stored, is_stripes })
    }

    /// The headers of the reply.
    pub(super) fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        self.headers.iter().filter_map(|(name, value)| header(name, value))
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        let mut wanted = self.path.split('/');
        let mut given = path.split('/');
        let is_method = self.method.as_deref().is_none_or(|wanted| wanted == method);
        is_method
            && loop {
                match (wanted.next(), given.next()) {
                    (None, None) => break true,
                    (Some(wanted), Some(given)) if wanted == "*" || wanted == given => {}
                    (Some(_) | None, Some(_)) | (Some(_), None) => break false,
                }
            }
    }
}

fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
}

/// Why a rule is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RuleMistake {
    /// It says something of an error that it does not answer with.
    #[error("error, stored and request_id belong to status:… and error:… only")]
    NoError,
    /// Not a header.
    #[error("{name} and its value are no header")]
    Header {
        /// The name that was given.
        name: String,
    },
}

fn once() -> u64 {
    1
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer => f.write_str("answer"),
            Self::DropBefore => f.write_str("drop_before"),
            Self::DropAfter => f.write_str("drop_after"),
            Self::Status(status) => write!(f, "status:{status}"),
            Self::Error(error) => write!(f, "error:{}", error.name()),
            Self::Html => f.write_str("html"),
            Self::Truncate => f.write_str("truncate"),
        }
    }
}

impl FromStr for Then {
    type Err = ThenError;

    fn from_str(text: &str) -> Result<Self, ThenError> {
        let unknown = || ThenError { text: text.to_owned() };
        match text {
            "answer" => Ok(Self::Answer),
            "drop_before" => Ok(Self::DropBefore),
            "drop_after" => Ok(Self::DropAfter),
            "html" => Ok(Self::Html),
            "truncate" => Ok(Self::Truncate),
            _ => {
                if let Some(name) = text.strip_prefix("error:") {
                    return NamedError::named(name).map(Self::Error).ok_or_else(unknown);
                }
                let status = text.strip_prefix("status:").and_then(|digits| digits.parse().ok());
                let status = status.filter(|status| (400..=599).contains(status));
                Ok(Self::Status(status.ok_or_else(unknown)?))
            }
        }
    }
}

/// Not something that a rule can do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{text}\" is not answer, drop_before, drop_after, html, truncate, status: and 400 to 599, or \
     error: and one of {}",
    NamedError::ALL.map(|error| error.name()).join(", ")
)]
pub struct ThenError {
    text: String,
}

impl TryFrom<String> for Then {
    type Error = ThenError;

    fn try_from(text: String) -> Result<Self, ThenError> {
        text.parse()
    }
}

impl From<Then> for String {
    fn from(then: Then) -> Self {
        then.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: &str) -> Rule {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_star_stands_for_one_segment() {
        let capture = rule(r#"{"path": "/v1/payment_intents/*/capture", "then": "drop_after"}"#);
        assert!(capture.matches("POST", "/v1/payment_intents/pi_1/capture"));
        assert!(!capture.matches("POST", "/v1/payment_intents/pi_1/cancel"));
        assert!(!capture.matches("POST", "/v1/payment_intents/pi_1"));
        assert!(!capture.matches("POST", "/v1/payment_intents/pi_1/x/capture"));
    }

    #[test]
    fn a_rule_lets_some_pass_and_strikes_so_often() {
        let mut rules = Rules::default();
        rules.add(rule(r#"{"method":"POST","path":"/a","skip":1,"times":2,"then":"status:503"}"#));
        let struck: Vec<bool> = (0..5).map(|_| rules.strike("POST", "/a").is_some()).collect();
        assert_eq!(struck, [false, true, true, false, false]);
        assert!(rules.strike("GET", "/a").is_none());
        assert_eq!((rules.reports()[0].passed, rules.reports()[0].struck), (1, 2));
    }

    #[test]
    fn what_a_rule_cannot_do_is_refused() {
        assert!("status:200".parse::<Then>().is_err());
        assert!("explode".parse::<Then>().is_err());
        assert!(serde_json::from_str::<Rule>(r#"{"path":"/a","then":"html","x":1}"#).is_err());
    }
}
