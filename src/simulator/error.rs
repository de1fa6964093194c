//! Errors: those that Stripe answers with, and those of whoever moves the simulator by hand.

use super::body::Object;
use crate::ids::{ChargeId, PaymentIntentId, ReaderId};

/// What the customer or the operator of the simulator cannot do now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SimulatorError {
    /// The account has no such reader.
    #[error("there is no reader {reader}")]
    NoReader {
        /// The reader that was named.
        reader: ReaderId,
    },
    /// There is no such PaymentIntent.
    #[error("there is no PaymentIntent {intent}")]
    NoPaymentIntent {
        /// The PaymentIntent that was named.
        intent: PaymentIntentId,
    },
    /// Nothing is held on this PaymentIntent.
    #[error("{intent} holds no money")]
    NoHold {
        /// The PaymentIntent that was named.
        intent: PaymentIntentId,
    },
    /// The reader asks for no card at this moment.
    #[error("{reader} asks for no card now")]
    NotPresenting {
        /// The reader that was named.
        reader: ReaderId,
    },
    /// The reader shows no form at this moment.
    #[error("{reader} shows no form now")]
    NoForm {
        /// The reader that was named.
        reader: ReaderId,
    },
    /// The form has no such choice, or asks for a number.
    #[error("the form on {reader} cannot be answered with {answer:?}")]
    NoSuchAnswer {
        /// The reader that was named.
        reader: ReaderId,
        /// What was to be the answer.
        answer: String,
    },
    /// A card is being authorized on the reader.
    #[error("{reader} is having a card authorized")]
    Busy {
        /// The reader that was named.
        reader: ReaderId,
    },
    /// The reader has no connection.
    #[error("{reader} has no connection to Stripe")]
    Offline {
        /// The reader that was named.
        reader: ReaderId,
    },
    /// The payment was begun without `enable_customer_cancellation`.
    #[error("{reader} offers no cancel button for this payment")]
    NotCancelable {
        /// The reader that was named.
        reader: ReaderId,
    },
    /// The PaymentIntent does not take this kind of card.
    #[error("the payment on {reader} does not take {card_type}")]
    CardNotTaken {
        /// The reader that was named.
        reader: ReaderId,
        /// `card_present` or `interac_present`.
        card_type: &'static str,
    },
    /// Not a right that a key can lack.
    #[error("{name} is no right of a key")]
    UnknownRight {
        /// What was given.
        name: String,
    },
    /// Not one of Stripe's test cards.
    #[error("{number} is not one of Stripe's test cards")]
    UnknownCard {
        /// The number that was given.
        number: String,
    },
}

/// Why Stripe refuses a call.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) code: Option<&'static str>,
    pub(super) message: Box<str>,
    pub(super) param: Option<Box<str>>,
    pub(super) intent: Option<PaymentIntentId>,
    pub(super) charge: Option<ChargeId>,
    /// Whether execution had begun, so that the result is kept under the idempotency key.
    pub(super) stored: bool,
}

impl Refusal {
    fn new(status: u16, code: Option<&'static str>, message: impl Into<Box<str>>) -> Self {
        Self {
            status,
            kind: "invalid_request_error",
            code,
            message: message.into(),
            param: None,
            intent: None,
            charge: None,
            stored: false,
        }
    }

    /// Refused before execution: wrong parameters.
    pub(super) fn parameter(
        code: Option<&'static str>,
        param: impl Into<Box<str>>,
        message: impl Into<Box<str>>,
    ) -> Self {
        Self { param: Some(param.into()), ..Self::new(400, code, message) }
    }

    /// Refused before execution: a parameter that the call needs is not there.
    pub(super) fn missing_parameter(param: &str) -> Self {
        Self::parameter(
            Some("parameter_missing"),
            param,
            format!("Missing required param: {param}."),
        )
    }

    /// Refused in execution: what the object is in does not allow it.
    pub(super) fn state(code: &'static str, message: impl Into<Box<str>>) -> Self {
        Self { stored: true, ..Self::new(400, Some(code), message) }
    }

    /// No such object. Execution had begun: the path was looked up.
    pub(super) fn no_such(object: &str, id: &str, param: &str) -> Self {
        let message = format!("No such {object}: '{id}'");
        let code = Some("resource_missing");
        Self { stored: true, param: Some(param.into()), ..Self::new(404, code, message) }
    }

    pub(super) fn unknown_url(method: &str, path: &str) -> Self {
        let message = format!(
            "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or \
             we can help at https://support.stripe.com/."
        );
        Self::new(404, None, message)
    }

    pub(super) fn unauthorized(message: impl Into<Box<str>>) -> Self {
        Self::new(401, None, message)
    }

    /// A key that was revoked.
    pub(super) fn key_expired(veiled_key: &str) -> Self {
        let message = format!("Expired API Key provided: {veiled_key}");
        Self::new(401, Some("api_key_expired"), message)
    }

    pub(super) fn forbidden(message: impl Into<Box<str>>) -> Self {
        Self::new(403, None, message)
    }

    /// Another process works on the object. Not stored under the key.
    pub(super) fn lock_timeout() -> Self {
        let message = "This object cannot be accessed right now because another API request or \
                       Stripe process is currently accessing it.";
        Self::new(429, Some("lock_timeout"), message)
    }

    pub(super) fn other_request(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were \
             first used with. Try using a key other than '{key}' if you meant to execute a \
             different request."
        );
        Self { kind: "idempotency_error", ..Self::new(400, None, message) }
    }

    pub(super) fn key_in_use(key: &str) -> Self {
        let message = format!(
            "There is currently another in-progress request using this Idempotent Key ({key}). \
             Please try again later."
        );
        let code = Some("idempotency_key_in_use");
        Self { kind: "idempotency_error", ..Self::new(409, code, message) }
    }

    pub(super) fn about(mut self, intent: &PaymentIntentId) -> Self {
        self.intent = Some(intent.clone());
        self
    }

    pub(super) fn on(mut self, charge: Option<&ChargeId>) -> Self {
        self.charge = charge.cloned();
        self
    }

    pub(super) fn at(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The `error` object, without what it says about other objects.
    pub(super) fn write(&self, request_id: &str, error: &mut Object) {
        error.put("type", self.kind);
        if let Some(code) = self.code {
            error.put("code", code);
            error.put("doc_url", doc_url(code));
        }
        error.put("message", &self.message);
        if let Some(param) = &self.param {
            error.put("param", param);
        }
        if let Some(charge) = &self.charge {
            error.put("charge", charge);
        }
        error.put("request_log_url", log_url(request_id));
    }
}

/// Where Stripe shows a request.
pub(super) fn log_url(request_id: &str) -> String {
    format!("https://dashboard.stripe.com/test/logs/{request_id}")
}

/// Where Stripe explains an error code.
pub(super) fn doc_url(code: &str) -> String {
    format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"))
}
