//! Errors that a test wants a call to end in, whatever the call would have done.

use serde::{Deserialize, Serialize};

use super::body::Body;
use super::calls::Call;
use super::error::{doc_url, log_url};
use super::keys::{Right, forbidden_text};
use super::model::Model;
use super::request::{Request, Response};
use crate::time::WallTime;

/// What an error says; where it says nothing, the status decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorFields {
    /// Stripe's `type`, such as `invalid_request_error`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// Stripe's `code`.
    #[serde(default)]
    pub code: Option<String>,
    /// Stripe's text for developers.
    #[serde(default)]
    pub message: Option<String>,
    /// The parameter that is to blame.
    #[serde(default)]
    pub param: Option<String>,
    /// The issuer's reason.
    #[serde(default)]
    pub decline_code: Option<String>,
}

/// An error in the place of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InjectedError {
    /// The HTTP status.
    pub status: u16,
    /// The `error` object.
    pub fields: ErrorFields,
}

/// An error of Stripe's that has a name here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedError {
    name: &'static str,
    status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    message: Option<&'static str>,
    is_stored: bool,
}

/// Refused before execution: nothing is kept under the idempotency key.
const fn early(name: &'static str, status: u16, message: &'static str) -> NamedError {
    NamedError {
        name,
        status,
        kind: "invalid_request_error",
        code: Some(name),
        message: Some(message),
        is_stored: false,
    }
}

/// Refused in execution: kept under the idempotency key.
const fn late(name: &'static str, message: &'static str) -> NamedError {
    NamedError { is_stored: true, ..early(name, 400, message) }
}

impl NamedError {
    /// Every error that has a name. Statuses of reader errors have been seen to differ: a rule
    /// may also give the status itself.
    pub const ALL: [Self; 17] = [
        Self {
            kind: "api_error",
            code: None,
            is_stored: true,
            ..early("api_error", 500, "An unknown error occurred.")
        },
        early("amount_too_small", 400, "The amount is below the least that can be charged."),
        Self {
            kind: "card_error",
            ..Self { status: 402, ..late("card_declined", "Your card was declined.") }
        },
        late("charge_expired_for_capture", "The authorization has expired: nothing to capture."),
        Self { code: None, message: None, ..early("forbidden", 403, "") },
        Self {
            kind: "idempotency_error",
            ..early(
                "idempotency_key_in_use",
                409,
                "Another request with this idempotency key is still in progress.",
            )
        },
        late("intent_invalid_state", "The PaymentIntent is in no state to be processed."),
        early("lock_timeout", 429, "Another request or process is using this object."),
        late("payment_intent_unexpected_state", "The PaymentIntent's status does not allow it."),
        early("rate_limit", 429, "Too many requests in a short time."),
        Self { status: 404, ..late("resource_missing", "There is no such object.") },
        late("terminal_reader_busy", "The reader is processing another request."),
        late("terminal_reader_hardware_fault", "The reader reports a hardware fault."),
        late(
            "terminal_reader_invalid_location_for_payment",
            "The reader's location does not suit this payment.",
        ),
        late("terminal_reader_offline", "The reader is offline."),
        late("terminal_reader_timeout", "The reader did not acknowledge the command in time."),
        Self { code: None, ..early("unauthorized", 401, "Invalid API Key provided.") },
    ];

    /// The error of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|error| error.name == name)
    }

    /// Its `code`, or what it is called without one.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether Stripe keeps it under the idempotency key.
    pub fn is_stored(&self) -> bool {
        self.is_stored
    }

    /// The error, with what `fields` say in place of its own.
    pub fn with(&self, fields: ErrorFields) -> InjectedError {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let fields = ErrorFields {
            kind: fields.kind.or(own(Some(self.kind))),
            code: fields.code.or(own(self.code)),
            message: fields.message.or(own(self.message)),
            ..fields
        };
        InjectedError { status: self.status, fields }
    }
}

impl InjectedError {
    /// An answer to `request`.
    pub(super) fn answer(&self, request: &Request, request_id: &str) -> (u16, Body) {
        let fields = &self.fields;
        let kind = match self.status {
            402 => "card_error",
            400..=499 => "invalid_request_error",
            _ => "api_error",
        };
        let code = fields.code.as_deref().or((self.status == 429).then_some("rate_limit"));
        let message = || match self.status {
            403 => forbidden_text(request, Call::of(request).map(Right::of)),
            status => format!("The simulator was told to answer {status}."),
        };
        let body = Body::object(|body| {
            body.object("error", |error| {
                error.put("type", fields.kind.as_deref().unwrap_or(kind));
                error.put("message", fields.message.clone().unwrap_or_else(message));
                error.put("request_log_url", log_url(request_id));
                for (name, value) in [
                    ("code", code),
                    ("param", fields.param.as_deref()),
                    ("decline_code", fields.decline_code.as_deref()),
                    ("doc_url", code.map(doc_url).as_deref()),
                ] {
                    if let Some(value) = value {
                        error.put(name, value);
                    }
                }
            });
        });
        (self.status, body)
    }
}

impl Model {
    /// Answers a call with this error, which nothing was done for and which is kept nowhere.
    pub fn refuse_with_error(
        &mut self,
        request: &Request,
        error: &InjectedError,
        now: WallTime,
    ) -> Response {
        self.advance(now);
        let request_id = self.names.next("req");
        let answer = error.answer(request, &request_id);
        self.response(request, request_id, answer)
    }
}
