//! The one map from what Stripe answers to what it means for a sale.

use std::time::Duration;

use serde::Deserialize;

use crate::sale::input::{Hindrance, Obstacle, Refusal, Seen, Trouble};
use crate::stripe::reply;
use crate::stripe::request::Expected;
use crate::time::StripeTime;

/// An HTTP reply, whoever it came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Request-Id`: only Stripe itself sends one.
    pub request_id: Option<String>,
    /// `Date`: Stripe's clock.
    pub date: Option<StripeTime>,
    /// `Retry-After`.
    pub retry_after: Option<Duration>,
    /// `Idempotent-Replayed`: the request ran before; what it says may be old.
    pub replayed: bool,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoAnswer {
    /// The request never left.
    NotSent(Obstacle, String),
    /// It may have been read.
    Unknown(Obstacle, String),
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorObject,
}

#[derive(Deserialize)]
struct ErrorObject {
    r#type: String,
    #[serde(default)]
    code: Option<String>,
}

/// What a call's end means.
pub fn understand(expected: Expected, result: &Result<Answer, NoAnswer>) -> Result<Seen, Trouble> {
    let answer = match result {
        Ok(answer) => answer,
        Err(NoAnswer::NotSent(obstacle, why)) => {
            return Err(Trouble::NotSent { obstacle: *obstacle, why: why.clone() });
        }
        Err(NoAnswer::Unknown(obstacle, why)) => {
            return Err(Trouble::Unknown { obstacle: *obstacle, why: why.clone() });
        }
    };
    let unknown = |why: String| Trouble::Unknown { obstacle: Obstacle::Stranger, why };
    if answer.request_id.is_none() {
        return Err(unknown(format!("HTTP {} without Stripe's Request-Id", answer.status)));
    }
    if (200..300).contains(&answer.status) {
        return reply::read(expected, &answer.body, answer.date).map_err(unknown);
    }
    match serde_json::from_slice::<ErrorBody>(&answer.body) {
        Ok(ErrorBody { error }) => Err(trouble(answer.status, &error)),
        Err(error) => Err(unknown(format!("HTTP {}, no error object: {error}", answer.status))),
    }
}

fn trouble(status: u16, error: &ErrorObject) -> Trouble {
    let not_yet = |why| Trouble::NotYet { why };
    let code = error.code.as_deref().unwrap_or(&error.r#type);
    let refusal = match (status, code) {
        (401, _) => return not_yet(Hindrance::KeyRejected),
        (429, _) | (_, "lock_timeout" | "rate_limit") => return not_yet(Hindrance::TooMany),
        (_, "idempotency_key_in_use") => return not_yet(Hindrance::KeyInUse),
        _ if error.r#type == "idempotency_error" => Refusal::KeyClash,
        (_, "terminal_reader_busy") => Refusal::ReaderBusy,
        (_, "terminal_reader_timeout") => Refusal::ReaderTimeout,
        (_, "terminal_reader_offline") => Refusal::ReaderOffline,
        (
            _,
            "intent_invalid_state" | "payment_intent_unexpected_state" | "charge_already_captured",
        ) => Refusal::WrongState,
        (_, "charge_expired_for_capture" | "capture_charge_authorization_expired") => {
            Refusal::Expired
        }
        (403, _) => Refusal::Forbidden,
        (404, _) | (_, "resource_missing") => Refusal::NotFound,
        (500..=599, _) => Refusal::StripeFailed,
        (_, other) => Refusal::Other { code: other.into() },
    };
    Trouble::Refused(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            request_id: Some("req_1".into()),
            date: None,
            retry_after: None,
            replayed: false,
            body: body.as_bytes().to_vec(),
        }
    }

    fn error(status: u16, kind: &str, code: &str) -> Trouble {
        let body = serde_json::json!({"error": {"type": kind, "code": code, "message": "…"}});
        understand(Expected::Intent, &Ok(answer(status, &body.to_string()))).unwrap_err()
    }

    #[test]
    fn each_error_has_one_meaning() {
        let invalid = "invalid_request_error";
        for (status, kind, code, meaning) in [
            (409, invalid, "terminal_reader_busy", Refusal::ReaderBusy),
            (400, invalid, "terminal_reader_timeout", Refusal::ReaderTimeout),
            (400, invalid, "terminal_reader_offline", Refusal::ReaderOffline),
            (400, invalid, "intent_invalid_state", Refusal::WrongState),
            (400, invalid, "payment_intent_unexpected_state", Refusal::WrongState),
            (400, invalid, "charge_already_captured", Refusal::WrongState),
            (400, invalid, "charge_expired_for_capture", Refusal::Expired),
            (400, invalid, "capture_charge_authorization_expired", Refusal::Expired),
            (400, invalid, "resource_missing", Refusal::NotFound),
            (404, invalid, "", Refusal::NotFound),
            (403, invalid, "more_permissions_required", Refusal::Forbidden),
            (400, "idempotency_error", "", Refusal::KeyClash),
            (500, "api_error", "", Refusal::StripeFailed),
            (599, "api_error", "", Refusal::StripeFailed),
            (400, invalid, "amount_too_small", Refusal::Other { code: "amount_too_small".into() }),
        ] {
            assert_eq!(error(status, kind, code), Trouble::Refused(meaning), "{status} {code}");
        }
    }

    #[test]
    fn what_stripe_did_not_execute_keeps_its_key() {
        let not_yet = |why| Trouble::NotYet { why };
        let invalid = "invalid_request_error";
        assert_eq!(error(401, invalid, ""), not_yet(Hindrance::KeyRejected));
        assert_eq!(error(429, invalid, ""), not_yet(Hindrance::TooMany));
        assert_eq!(error(400, invalid, "rate_limit"), not_yet(Hindrance::TooMany));
        assert_eq!(error(400, invalid, "lock_timeout"), not_yet(Hindrance::TooMany));
        assert_eq!(
            error(409, "idempotency_error", "idempotency_key_in_use"),
            not_yet(Hindrance::KeyInUse)
        );
    }

    #[test]
    fn what_is_not_stripes_is_of_unknown_fate() {
        let portal = Ok(answer(200, "<html>Welcome to the airport</html>"));
        assert!(matches!(understand(Expected::Intent, &portal), Err(Trouble::Unknown { .. })));
        let mut proxy = answer(502, "{\"error\":{\"type\":\"api_error\"}}");
        proxy.request_id = None;
        assert!(matches!(understand(Expected::Intent, &Ok(proxy)), Err(Trouble::Unknown { .. })));
        assert!(matches!(
            understand(Expected::Intent, &Ok(answer(302, ""))),
            Err(Trouble::Unknown { .. })
        ));
    }
}
