//! Whether the account takes cards at a reader, found out before the first customer does.
//!
//! Only a PaymentIntent tells: Stripe silently drops the method types that an account may not use.
//! A kiosk that nobody has bought from in its first minutes makes one for its cheapest product,
//! which no reader is ever asked for, and cancels it at once. It is named as such in its metadata,
//! so that one whose cancellation was cut off is found by the sweep. A customer who comes first
//! makes it needless. It is sent once: only what Stripe did not run is sent again.

use std::time::Duration;

use crate::ids::ReaderId;
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::out_of_order::{Reason, Since};
use crate::money::Money;
use crate::sale::fact::Origin;
use crate::sale::input::{Refusal, Seen, Trouble};
use crate::time::Moment;

/// The key of a PaymentIntent's metadata that says that it is only to see what the account takes.
pub const TRIAL: &str = "kioskd_check";

/// How long after the reader was seen the account is tried, at least; twice that at most, so that
/// the kiosks of a town with a power cut do not all come at once. Until then customers tell.
const FIRST_AFTER: Duration = Duration::from_mins(1);

/// The same while an account is known to take no cards: whether that was mended.
const AGAIN_AFTER: Duration = Duration::from_hours(1);

/// What is known of the account.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct AccountWatch {
    /// Whether a PaymentIntent has told, or could not be made for a reason that is not ours.
    is_settled: bool,
    due: Option<Moment>,
}

/// What the kiosk wants to know of the account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AccountWish {
    /// Nothing for now.
    Nothing,
    /// A time for the next trial is to be drawn ([`Kiosk::date_trial`]).
    Date,
    /// The trial is made at this moment.
    Wait(Moment),
    /// A PaymentIntent is to be made, never to be prompted.
    Try(Box<Trial>),
}

/// A PaymentIntent that shows what the account takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trial {
    /// Of the cheapest product.
    pub price: Money,
    /// The reader, for its metadata.
    pub reader: ReaderId,
    /// Kiosk, board and journal, for its metadata.
    pub origin: Origin,
}

impl Kiosk {
    /// What the kiosk wants to know of the account. Never while a customer is served, Stripe is
    /// out of reach, or the reader is not this board's.
    pub fn account_wish(&self, now: Moment) -> AccountWish {
        let fails = self.reasons.since(&Reason::NoCardPresent).is_some();
        let may = self.front.is_none() && !self.is_draining() && !self.is_blind();
        if (self.account.is_settled && !fails) || !may || !self.is_reader_ours() {
            return AccountWish::Nothing;
        }
        match (self.account.due, self.trial()) {
            (_, None) => AccountWish::Nothing,
            (None, Some(_)) => AccountWish::Date,
            (Some(at), Some(_)) if at > now => AccountWish::Wait(at),
            (Some(_), Some(trial)) => AccountWish::Try(Box::new(trial)),
        }
    }

    /// Sets the time of the next trial. `jitter`, from 0 to 1, spreads those of a fleet.
    pub fn date_trial(&mut self, jitter: f64, now: Moment) {
        let after = if self.account.is_settled { AGAIN_AFTER } else { FIRST_AFTER };
        self.account.due = Some(now + after.mul_f64(1.0 + jitter));
    }

    /// A trial has ended. Whether it may have left a PaymentIntent that nobody knows.
    pub fn account_tried(&mut self, result: &Result<Seen, Trouble>) -> bool {
        self.account.due = None;
        match result {
            // What it shows is noted by `account_seen`; what Stripe did not run is tried again.
            Ok(_) | Err(Trouble::NotSent { .. } | Trouble::NotYet { .. }) => false,
            // The first sale will tell.
            Err(Trouble::Unknown { .. } | Trouble::Refused(Refusal::StripeFailed)) => {
                self.account.is_settled = true;
                true
            }
            Err(Trouble::Refused(_)) => {
                self.account.is_settled = true;
                false
            }
        }
    }

    /// A PaymentIntent was made, for a sale or to try: whether it can take the card of a reader.
    pub(super) fn account_seen(&mut self, seen: &Seen, now: Since) {
        self.account = AccountWatch { is_settled: true, due: None };
        if seen.intent.as_ref().is_none_or(|intent| intent.takes_card_present) {
            self.reasons.clear(&Reason::NoCardPresent);
        } else {
            self.reasons.raise(Reason::NoCardPresent, now);
        }
    }

    /// A new key may be of another account.
    pub(super) fn try_account_again(&mut self) {
        self.account = AccountWatch::default();
    }

    fn trial(&self) -> Option<Trial> {
        let prices = self.setup.catalog.values().map(|product| product.price);
        let price = prices.min_by_key(|price| price.amount)?;
        let (reader, origin) = (self.setup.reader.clone(), self.setup.origin.clone());
        Some(Trial { price, reader, origin })
    }
}
