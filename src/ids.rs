//! Names of things, each in a type of its own so that two cannot be swapped.

use std::fmt;
use std::sync::Arc;

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
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks the form and takes the name.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) {
                    Ok(Self(text.into()))
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
                id.0.as_ref().to_owned()
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

id!(
    /// One order to a dispenser, as it stands on the wire: boards remember what they did by it.
    OrderId, "order id", "1 to 32 ASCII letters and digits", |t| letters_digits(t, 32)
);

/// Which of the items of a sale, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemNumber(u32);

impl ItemNumber {
    /// The first, and often the only one.
    pub const FIRST: Self = Self(1);

    /// The one after it.
    #[must_use]
    pub fn following(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Whether it is the first.
    pub fn is_first(&self) -> bool {
        *self == Self::FIRST
    }
}

impl Default for ItemNumber {
    fn default() -> Self {
        Self::FIRST
    }
}

impl fmt::Display for ItemNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl OrderId {
    /// The order for one item of a sale: the first has the sale's own id, the second appends `b`,
    /// the third `c`. `None` if there is no such letter, or no room for it.
    pub fn of(sale: &SaleId, item: ItemNumber) -> Option<Self> {
        if item.is_first() {
            return Some(Self(sale.0.clone()));
        }
        let letter = (b'a'..=b'z').nth(usize::try_from(item.0.checked_sub(1)?).ok()?)?;
        Self::new(format!("{sale}{}", char::from(letter))).ok()
    }

    /// The sale if this is the order for its first item.
    pub fn as_first(&self) -> SaleId {
        SaleId(self.0.clone())
    }

    /// The sale and the item if this is the order for a later one.
    pub fn as_later(&self) -> Option<(SaleId, ItemNumber)> {
        let letter = self.0.bytes().last().filter(|b| (b'b'..=b'z').contains(b))?;
        let sale = SaleId::new(&self.0[..self.0.len() - 1]).ok()?;
        Some((sale, ItemNumber(u32::from(letter - b'a') + 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_of_a_sale_has_an_order_of_its_own_which_names_it() {
        let sale = SaleId::new("01JD0000000000000000000000").unwrap();
        let mut item = ItemNumber::FIRST;
        assert_eq!(OrderId::of(&sale, item).unwrap().as_str(), sale.as_str());
        assert_eq!(OrderId::of(&sale, item).unwrap().as_first(), sale);
        for letter in 'b'..='z' {
            item = item.following();
            let order = OrderId::of(&sale, item).unwrap();
            assert_eq!(order.as_str(), format!("{sale}{letter}"));
            assert_eq!(order.as_later(), Some((sale.clone(), item)));
        }
        assert_eq!(OrderId::of(&sale, item.following()), None);
        let long = SaleId::new("X".repeat(32)).unwrap();
        assert_eq!(OrderId::of(&long, ItemNumber::FIRST.following()), None);
        assert_eq!(OrderId::new("S1").unwrap().as_later(), None);
        assert_eq!(OrderId::new("b").unwrap().as_later(), None);
    }

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
