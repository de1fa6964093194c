//! Reasons not to sell: each is raised and cleared, and says what a technician can do.

use std::collections::BTreeMap;

use crate::ids::DispenserName;
use crate::time::{Moment, WallTime};

/// Why the kiosk does not sell, or not everything.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reason {
    /// The reader has not been seen since the daemon started.
    Starting,
    /// Stripe cannot be reached, or does not answer.
    StripeUnreachable,
    /// Stripe rejects the API key (401).
    KeyRejected,
    /// A command to the reader was answered with "offline".
    ReaderOffline,
    /// Another system's payment stands on the reader.
    ReaderInUse,
    /// The reader refuses payments for a reason of its own.
    ReaderRefuses {
        /// Stripe's code.
        code: String,
    },
    /// Stripe does not know the reader with this key.
    ReaderNotFound,
    /// Stripe does not know a PaymentIntent of ours with this key: never a conclusion.
    PaymentNotFound,
    /// The journal cannot be written.
    Journal,
    /// Somebody else has used this kiosk's names: a cloned card or a restored image.
    Clone,
    /// Open sales are of the other mode (live or test) than the API key.
    OtherMode,
    /// A dispenser's port cannot be opened.
    DispenserAway {
        /// Which.
        dispenser: DispenserName,
    },
}

impl Reason {
    /// The word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::StripeUnreachable => "stripe_unreachable",
            Self::KeyRejected => "api_key_rejected",
            Self::ReaderOffline => "reader_offline",
            Self::ReaderInUse => "reader_in_use",
            Self::ReaderRefuses { .. } => "reader_refuses",
            Self::ReaderNotFound => "reader_not_found",
            Self::PaymentNotFound => "payment_not_found",
            Self::Journal => "journal",
            Self::Clone => "clone",
            Self::OtherMode => "other_mode",
            Self::DispenserAway { .. } => "dispenser_away",
        }
    }

    /// What is wrong, for a technician.
    pub fn what(&self) -> String {
        match self {
            Self::Starting => "the reader has not been seen since the start".into(),
            Self::StripeUnreachable => "Stripe cannot be reached or does not answer".into(),
            Self::KeyRejected => "Stripe rejects the API key".into(),
            Self::ReaderOffline => "the card reader is offline".into(),
            Self::ReaderInUse => "the reader is in use by another system".into(),
            Self::ReaderRefuses { code } => format!("the reader refuses payments: {code}"),
            Self::ReaderNotFound => "Stripe does not show the reader to this API key".into(),
            Self::PaymentNotFound => {
                "Stripe does not know a PaymentIntent of an open sale with this API key".into()
            }
            Self::Journal => "the journal cannot be written".into(),
            Self::Clone => "another kiosk uses this one's names (a cloned card?)".into(),
            Self::OtherMode => {
                "open sales are of the other mode (live or test) than the key".into()
            }
            Self::DispenserAway { dispenser } => {
                format!("dispenser \"{dispenser}\" cannot be reached")
            }
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Starting => "wait; if it stays, check the network",
            Self::StripeUnreachable => {
                "check the network and its DNS; settlement goes on by itself afterwards"
            }
            Self::KeyRejected => "install a valid key as credential stripe-api-key and restart",
            Self::ReaderOffline => "check the reader's power and network, then restart it",
            Self::ReaderInUse => "find the other system that uses this reader and stop it",
            Self::ReaderRefuses { .. } => "check the reader's location and settings at Stripe",
            Self::ReaderNotFound => "check stripe.reader, and the key's account and permissions",
            Self::PaymentNotFound => "install a key of the account that the sale was opened with",
            Self::Journal => "check that kiosk.state_dir is writable and its disk not full",
            Self::Clone => "stop the other kiosk, or give this one a new kiosk.id and journal",
            Self::OtherMode => "install the key they were opened with until they are settled",
            Self::DispenserAway { .. } => "check the board's power and its cable or device path",
        }
    }
}

/// A point in time, on both clocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Since {
    /// For waits.
    pub moment: Moment,
    /// For people.
    pub wall: WallTime,
}

/// A reason that stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Since when.
    pub since: Since,
    /// When it was last found to be so.
    pub confirmed: Moment,
}

/// The reasons that stand now.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Reasons(BTreeMap<Reason, Standing>);

impl Reasons {
    /// Raises a reason; one that stands already keeps its time, and is confirmed.
    pub fn raise(&mut self, reason: Reason, now: Since) {
        let new = Standing { since: now, confirmed: now.moment };
        self.0.entry(reason).or_insert(new).confirmed = now.moment;
    }

    /// Clears a reason.
    pub fn clear(&mut self, reason: &Reason) {
        self.0.remove(reason);
    }

    /// Clears all that the test picks.
    pub fn clear_if(&mut self, over: impl Fn(&Reason, Standing) -> bool) {
        self.0.retain(|reason, standing| !over(reason, *standing));
    }

    /// Since when a reason stands.
    pub fn since(&self, reason: &Reason) -> Option<Since> {
        self.0.get(reason).map(|standing| standing.since)
    }

    /// All that stand.
    pub fn iter(&self) -> impl Iterator<Item = (&Reason, Standing)> {
        self.0.iter().map(|(reason, standing)| (reason, *standing))
    }
}
