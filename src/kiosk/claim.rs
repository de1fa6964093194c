//! One reader, one controller: the reader's metadata names the board that may prompt it.
//!
//! A reader that is assigned to nobody is claimed: the board writes its serial on it, waits, and
//! reads it back, so that of two boards that claim at once only the last one sells. A reader of
//! another board is not prompted, cleared or claimed; a person may take it over. The assignment is
//! read with every look at the reader, so that it costs no call of its own.

use std::time::Duration;

use crate::ids::SaleId;
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::out_of_order::{Reason, Since};
use crate::kiosk::reader_wish::ReaderWish;
use crate::sale::input::ReaderSeen;
use crate::time::Moment;

/// How long after a claim it is read back: another board that saw the reader free at the same time
/// has written its own claim by then. One that was slower still is noticed by the next look.
const CLAIM_SETTLES: Duration = Duration::from_secs(2);

/// A look older than this proves no longer that the reader is free to be claimed.
const LOOK_HOLDS: Duration = Duration::from_secs(5);

/// Whose the reader is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Assignment {
    /// The reader was not seen yet.
    Unseen,
    /// Nobody's.
    Unassigned,
    /// Claimed by this board a moment ago, and to be read back.
    Settling {
        /// When.
        at: Moment,
    },
    /// This board's.
    Ours,
    /// Another board's.
    Elsewhere {
        /// Its serial.
        controller: String,
        /// What its kiosk is called.
        kiosk: Option<String>,
    },
}

/// What a person may ask of the reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReaderOrder {
    /// Look at it.
    Look,
    /// Write on it that it belongs to this board.
    Assign {
        /// Also if it belongs to another board.
        take_over: bool,
    },
    /// Clear whatever stands on it.
    Reset,
}

/// Why such an order is not carried out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OrderRefused {
    /// It is this board's already.
    AlreadyOurs,
    /// It was not seen yet.
    Unseen,
    /// It belongs to another board.
    Elsewhere {
        /// Its serial.
        controller: String,
    },
    /// A sale of this kiosk is on it.
    SaleHoldsIt {
        /// The sale.
        sale: SaleId,
    },
    /// Another command to it, or a look at it, is under way.
    Occupied,
}

impl std::fmt::Display for OrderRefused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AlreadyOurs => f.write_str("the reader is assigned to this board already"),
            Self::Unseen => f.write_str("the reader was not seen yet; see: kioskd status"),
            Self::Elsewhere { controller } => write!(
                f,
                "the reader is assigned to board {controller:?}; if that one must not use it any \
                 more: kioskd reader assign --take-over"
            ),
            Self::SaleHoldsIt { sale } => write!(
                f,
                "sale {sale} is on the reader; press CANCEL on the kiosk, or wait until it is over"
            ),
            Self::Occupied => {
                f.write_str("another command to the reader is under way; try again in a moment")
            }
        }
    }
}

impl Kiosk {
    /// Whose the reader is, as far as this kiosk knows.
    pub fn assignment(&self) -> Assignment {
        let Some((asked, reader)) = &self.watch.seen else { return Assignment::Unseen };
        let Some(controller) = &reader.registration.controller else {
            return Assignment::Unassigned;
        };
        if controller.as_str() != self.setup.origin.controller.as_str() {
            let kiosk = reader.registration.kiosk.clone();
            return Assignment::Elsewhere { controller: controller.clone(), kiosk };
        }
        match self.watch.claim_ended.map(|ended| ended + CLAIM_SETTLES) {
            Some(at) if *asked < at => Assignment::Settling { at },
            Some(_) | None => Assignment::Ours,
        }
    }

    /// Whether this board may give the reader commands.
    pub fn is_reader_ours(&self) -> bool {
        self.assignment() == Assignment::Ours
    }

    /// Whether another board may.
    pub fn is_reader_elsewhere(&self) -> bool {
        matches!(self.assignment(), Assignment::Elsewhere { .. })
    }

    /// What is left to do until the reader is ours; none if that is done, or not to be done.
    pub fn claim_wish(&self, now: Moment) -> Option<ReaderWish> {
        match self.assignment() {
            Assignment::Unseen | Assignment::Ours | Assignment::Elsewhere { .. } => None,
            Assignment::Settling { at } => Some(ReaderWish::LookAt { at }),
            Assignment::Unassigned if self.is_of_other_mode() => None,
            Assignment::Unassigned if self.is_seen_free(now) => Some(ReaderWish::Claim),
            Assignment::Unassigned => Some(ReaderWish::Look),
        }
    }

    /// Whether the last look still proves that nobody has claimed the reader.
    fn is_seen_free(&self, now: Moment) -> bool {
        let Some((asked, _)) = &self.watch.seen else { return false };
        let since_claim = self.watch.claim_ended.is_none_or(|ended| ended < *asked);
        since_claim && now.since(*asked) <= LOOK_HOLDS
    }

    fn is_of_other_mode(&self) -> bool {
        let seen = self.watch.seen.as_ref();
        seen.and_then(|(_, reader)| reader.livemode).is_some_and(|live| live != self.setup.livemode)
    }

    /// What stands against a person's order.
    pub fn may_order(&self, order: ReaderOrder) -> Result<(), OrderRefused> {
        match (order, self.assignment()) {
            (ReaderOrder::Look, _)
            | (ReaderOrder::Assign { .. }, Assignment::Unassigned | Assignment::Settling { .. })
            | (ReaderOrder::Assign { take_over: true }, Assignment::Elsewhere { .. }) => Ok(()),
            (ReaderOrder::Assign { .. }, Assignment::Ours) => Err(OrderRefused::AlreadyOurs),
            (ReaderOrder::Assign { .. } | ReaderOrder::Reset, Assignment::Unseen) => {
                Err(OrderRefused::Unseen)
            }
            (
                ReaderOrder::Assign { take_over: false } | ReaderOrder::Reset,
                Assignment::Elsewhere { controller, .. },
            ) => Err(OrderRefused::Elsewhere { controller }),
            (
                ReaderOrder::Reset,
                Assignment::Unassigned | Assignment::Settling { .. } | Assignment::Ours,
            ) => match self.sales().find(|sale| self.holds_our_reader(sale)) {
                Some(sale) => Err(OrderRefused::SaleHoldsIt { sale: sale.id().clone() }),
                None => Ok(()),
            },
        }
    }

    /// Raises and clears the reasons that follow from what Stripe has on file of the reader.
    pub(super) fn judge_registration(&mut self, now: Since) {
        let standing = self.registration_reasons();
        self.reasons.clear_if(|reason, _| {
            (is_registrations(reason) || *reason == Reason::ReaderNoLocation)
                && !standing.contains(reason)
        });
        // Not confirmed with each look: a refused prompt says more, and after a while is let happen.
        for reason in standing {
            if self.reasons.since(&reason).is_none() {
                self.reasons.raise(reason, now);
            }
        }
    }

    fn registration_reasons(&self) -> Vec<Reason> {
        let Some((_, reader)) = &self.watch.seen else { return Vec::new() };
        let mode = reader.livemode.filter(|live| *live != self.setup.livemode);
        let mode = mode.map(|live| Reason::ReaderWrongMode { live });
        let whose = match self.assignment() {
            Assignment::Unseen | Assignment::Ours => None,
            Assignment::Unassigned | Assignment::Settling { .. } => Some(Reason::ReaderUnassigned),
            Assignment::Elsewhere { controller, kiosk } => Some(Reason::ReaderAssignedElsewhere {
                controller,
                kiosk,
                ours: self.setup.origin.controller.clone(),
            }),
        };
        let place = is_without_location(reader).then_some(Reason::ReaderNoLocation);
        [mode, whose, place].into_iter().flatten().collect()
    }
}

fn is_without_location(reader: &ReaderSeen) -> bool {
    reader.registration.location.is_none()
}

/// Reasons that stand until Stripe shows the reader otherwise, whatever the reader itself does.
pub(super) fn is_registrations(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::ReaderAssignedElsewhere { .. }
            | Reason::ReaderUnassigned
            | Reason::ReaderWrongMode { .. }
    )
}
