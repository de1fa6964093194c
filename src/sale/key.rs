//! What makes a repeated request the same request: idempotency keys, computed, never drawn, and
//! the numbers of the renderings of bodies.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{IdempotencyKey, PaymentIntentId, SaleId};
use crate::sale::fact::{CaptureMode, Policy};
use crate::sale::input::IntentSeen;
use crate::time::StripeTime;

/// How long a key is relied upon. Source: Stripe, Idempotent requests: a key may be forgotten when
/// it is at least 24 hours old, and the same request then runs anew.
pub const RELIED_ON_FOR: Duration = Duration::from_hours(23);

/// The rendering of bodies of sales whose card is held at the tap.
pub const WIRE_HOLD: u32 = 1;

/// The rendering of bodies of sales that are, or can be, charged at the tap.
pub const WIRE_AT_THE_TAP: u32 = 2;

impl Policy {
    /// Which rendering of request bodies a sale of this policy is opened with.
    pub fn wire(&self) -> u32 {
        if self.interac || self.capture == CaptureMode::Automatic {
            WIRE_AT_THE_TAP
        } else {
            WIRE_HOLD
        }
    }
}

/// What a sale can ask of Stripe that changes something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Create the PaymentIntent.
    Create,
    /// Prompt the reader for the PaymentIntent.
    Process,
    /// Let the reader read a card (two-step flow).
    Collect,
    /// Confirm the card that was read (two-step flow).
    Confirm,
    /// Clear the reader.
    ClearReader,
    /// Cancel the PaymentIntent: the fence before, the release after an authorization.
    Cancel,
    /// Capture the PaymentIntent.
    Capture,
    /// Refund what was captured.
    Refund,
    /// Ask for the card again at the reader, to put the money back onto it. Its numbers are those of
    /// [`Operation::Refund`]: by its number a refund is known again, however it was made.
    RefundInPerson,
}

impl Operation {
    /// The word in the key.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Process => "process",
            Self::Collect => "collect",
            Self::Confirm => "confirm",
            Self::ClearReader => "clear",
            Self::Cancel => "cancel",
            Self::Capture => "capture",
            Self::Refund => "refund",
            Self::RefundInPerson => "refund_card",
        }
    }
}

/// The key of the `n`th request of an operation of a sale: `{sale}:{operation}:{n}`.
pub fn key(sale: &SaleId, operation: Operation, n: u32) -> IdempotencyKey {
    IdempotencyKey::new(format!("{sale}:{}:{n}", operation.word()))
        .expect("a sale id of 32 plain characters, a word and a number fit a key")
}

/// The key for cancelling a PaymentIntent beside the one that its sale has: the sale's own keys
/// are about that one. `None` if the PaymentIntent's id is too long for a key.
pub fn spare_key(intent: &PaymentIntentId, n: u32) -> Option<IdempotencyKey> {
    IdempotencyKey::new(format!("{intent}:{}:{n}", Operation::Cancel.word())).ok()
}

/// Whether a key that was used for a PaymentIntent may be too old to be relied upon. All of them
/// but the creation's are younger than the PaymentIntent, whose age Stripe itself tells.
pub(super) fn may_be_too_old(intent: &IntentSeen, date: Option<StripeTime>) -> bool {
    date.is_none_or(|date| date.since(intent.created) >= RELIED_ON_FOR)
}

/// How far the keys of each operation are spent. The next request takes these numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyNumbers {
    /// For [`Operation::Create`].
    pub create: u32,
    /// For [`Operation::ClearReader`].
    pub clear: u32,
    /// For [`Operation::Cancel`].
    pub cancel: u32,
    /// For [`Operation::Capture`].
    pub capture: u32,
    /// For [`Operation::Confirm`]; `ConfirmIntended` counts it.
    pub confirm: u32,
    /// For [`Operation::Refund`].
    pub refund: u32,
}

impl KeyNumbers {
    /// Nothing was asked yet.
    pub const FIRST: Self =
        Self { create: 1, clear: 1, cancel: 1, capture: 1, confirm: 1, refund: 1 };

    /// The numbers of a sale that was found at Stripe: all below `first` may have been used.
    pub fn begin_at(&mut self, first: u32) {
        for number in [
            &mut self.create,
            &mut self.clear,
            &mut self.cancel,
            &mut self.capture,
            &mut self.refund,
        ] {
            *number = (*number).max(first);
        }
    }

    /// Key `n` of the operation was answered; the next one is `n + 1`.
    pub fn spend(&mut self, operation: Operation, n: u32) {
        let number = match operation {
            Operation::Create => &mut self.create,
            Operation::ClearReader => &mut self.clear,
            Operation::Cancel => &mut self.cancel,
            Operation::Capture => &mut self.capture,
            Operation::Confirm => &mut self.confirm,
            Operation::Refund | Operation::RefundInPerson => &mut self.refund,
            // Prompts name their key in `PromptIntended`.
            Operation::Process | Operation::Collect => return,
        };
        *number = (*number).max(n.saturating_add(1));
    }
}
