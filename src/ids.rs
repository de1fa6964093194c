//! Names of things, each in a type of its own so that two cannot be swapped.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A name that does not have the form its kind asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not a {kind}: {rule}")]
pub struct IdError {
    kind: &'static str,
    rule: &'static str,
    text: String,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $rule:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the form and takes the name.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) {
                    Ok(Self(text))
                } else {
                    Err(IdError { kind: $kind, rule: $rule, text })
                }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }
    };
}

fn letters_digits(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn word(text: &str, most: usize) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    !text.is_empty() && text.len() <= most && text.bytes().all(plain)
}

fn stripe_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty()
            && text.len() <= 255
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

id!(
    /// One sale of this kiosk. Drawn at random (at least 80 bits), never counted, so that no clone
    /// or restored image can ever make it again; short enough for a serial line.
    SaleId, "sale id", "1 to 32 ASCII letters and digits", |t| letters_digits(t, 32)
);
id!(
    /// A PaymentIntent of Stripe's.
    PaymentIntentId, "PaymentIntent id", "\"pi_\" and letters or digits", |t| stripe_id(t, "pi_")
);
id!(
    /// A charge of Stripe's: one attempt to authorize a card.
    ChargeId, "charge id", "\"ch_\" or \"py_\" and letters or digits",
    |t| stripe_id(t, "ch_") || stripe_id(t, "py_")
);
id!(
    /// A refund of Stripe's.
    RefundId, "refund id", "\"re_\" or \"pyr_\" and letters or digits",
    |t| stripe_id(t, "re_") || stripe_id(t, "pyr_")
);
id!(
    /// A Terminal reader of Stripe's.
    ReaderId, "reader id", "\"tmr_\" and letters or digits", |t| stripe_id(t, "tmr_")
);
id!(
    /// A Terminal location of Stripe's: where a reader stands.
    LocationId, "location id", "\"tml_\" and letters or digits", |t| stripe_id(t, "tml_")
);
id!(
    /// What a customer presses, and the name of a product's table in the configuration.
    ProductCode, "product code", "1 to 16 ASCII letters, digits, '_', '-' or '.'", |t| word(t, 16)
);
id!(
    /// Where in the machine a product sits, as the dispenser names it.
    Slot, "slot", "1 to 16 ASCII letters, digits, '_', '-' or '.'", |t| word(t, 16)
);
id!(
    /// A dispenser's name: its table in the configuration.
    DispenserName, "dispenser name", "1 to 32 ASCII letters, digits, '_', '-' or '.'",
    |t| word(t, 32)
);
id!(
    /// This kiosk, as the operator calls it.
    KioskId, "kiosk id", "1 to 64 ASCII letters, digits, '_', '-' or '.'", |t| word(t, 64)
);
id!(
    /// The board that kioskd runs on, by its hardware serial.
    ControllerId, "controller id", "1 to 64 ASCII letters, digits, '_', '-' or '.'", |t| word(t, 64)
);
id!(
    /// The kernel's boot id: two equal ones prove that the page cache survived in between.
    BootId, "boot id", "1 to 64 ASCII letters, digits or '-'", |t| word(t, 64)
);
id!(
    /// A journal's own UUID: a new card has a new one.
    JournalId, "journal id", "1 to 64 ASCII letters, digits or '-'", |t| word(t, 64)
);
id!(
    /// Where the next page of a list or a search begins: an object's id, or a mark of Stripe's own.
    /// Source: Stripe's API reference, which allows 5000 characters.
    PageCursor, "page cursor", "1 to 5000 printable ASCII characters",
    |t| !t.is_empty() && t.len() <= 5000 && t.bytes().all(|b| b.is_ascii_graphic())
);
id!(
    /// Makes a repeated request of Stripe's API the same request.
    IdempotencyKey, "idempotency key", "1 to 255 printable ASCII characters",
    |t| !t.is_empty() && t.len() <= 255 && t.bytes().all(|b| b.is_ascii_graphic())
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_break_a_line_or_a_path_are_refused() {
        assert!(SaleId::new("01JD0000000000000000000000").is_ok());
        assert!(SaleId::new("A B").is_err());
        assert!(SaleId::new("x".repeat(33)).is_err());
        assert!(ReaderId::new("tmr_").is_err());
        assert!(ReaderId::new("tmr_../x").is_err());
        assert!(ProductCode::new("A1\n").is_err());
        assert!(Slot::new("").is_err());
    }

    #[test]
    fn an_id_read_from_json_is_checked_too() {
        assert!(serde_json::from_str::<PaymentIntentId>("\"pi_123\"").is_ok());
        assert!(serde_json::from_str::<PaymentIntentId>("\"ch_123\"").is_err());
    }
}
