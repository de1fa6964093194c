//! What the kiosk itself wants of the reader: a look, or a command that does no harm.

use std::time::Duration;

use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::out_of_order::Reason;
use crate::kiosk::reader::shows_own;
use crate::sale::input::{ActionStatus, ReaderSeen};
use crate::sale::phase::{Refunding, RefundingStep};
use crate::sale::{Phase, Sale};
use crate::time::Moment;

/// How often an idle kiosk looks at its reader. Ten thousand of them then ask some fifteen times a
/// second in all; Stripe allows an account 100 reads a second.
const IDLE_EVERY: Duration = Duration::from_mins(15);

/// How often a reader or a link that is out of order is looked at.
const PROBE_EVERY: Duration = Duration::from_secs(5);

/// What a look has shown holds for so long after it came back: then another system may have put
/// something on the reader, which must not be cleared.
const LOOK_HOLDS: Duration = Duration::from_secs(1);

/// A look that took longer than this shows the reader as it was at some time since it was asked for,
/// and nobody knows when.
const LOOK_TAKES: Duration = Duration::from_secs(3);

/// What the kiosk itself, and no sale, wants of the reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReaderWish {
    /// Look at it now.
    Look,
    /// Look at it at this moment.
    LookAt {
        /// When.
        at: Moment,
    },
    /// Look at it again and again, about this far apart.
    Probe {
        /// The time between two looks.
        every: Duration,
    },
    /// Clear what stands on it for nothing: before the next prompt, or as a harmless command that
    /// shows whether it answers.
    Clear,
    /// Write on it that it belongs to this board.
    Claim,
}

impl Kiosk {
    /// What the kiosk wants of the reader, beside what its sales want.
    pub fn reader_wish(&self, now: Moment) -> ReaderWish {
        let seen_at = self.watch.seen.as_ref().map(|(asked, _)| *asked);
        let waiting = self.sales().find(|sale| {
            matches!(
                &sale.phase,
                Phase::Opening { .. }
                    | Phase::Prompting { doubt: None, .. }
                    | Phase::Refunding(Refunding { step: RefundingStep::Ask, .. })
            )
        });
        if let Some(sale) = waiting {
            if seen_at.is_none_or(|asked| asked < sale.opened.at) {
                return ReaderWish::Look;
            }
            if self.leftover() || self.is_menu_left(now) {
                return ReaderWish::Clear;
            }
            if !self.may_prompt(sale.id()) {
                return ReaderWish::Probe { every: Duration::from_secs(1) };
            }
        }
        // A dead prompt must not stand there for the next passer-by to pay at.
        if self.shows_dead_action() && !self.is_reader_held() {
            return ReaderWish::Clear;
        }
        if self.is_display_left() || self.is_menu_left(now) {
            return ReaderWish::Clear;
        }
        let unclear = self.watch.display.unclear.is_some() || self.is_menu_unclear();
        let unclear = unclear && !self.is_reader_held();
        let Some(seen_at) = seen_at.filter(|_| !unclear) else { return ReaderWish::Look };
        let is_in_doubt = self.watch.unanswered > 0;
        let is_out_of_order = self.reasons.iter().any(|(reason, _)| match reason {
            Reason::Starting
            | Reason::Link { .. }
            | Reason::KeyRejected
            | Reason::KeyTooNarrow { .. }
            | Reason::ReaderOffline
            | Reason::ReaderRestarting
            | Reason::ReaderDeaf
            | Reason::ReaderUpdating
            | Reason::ReaderInUse
            | Reason::ReaderRefuses { .. }
            | Reason::ReaderNotFound
            | Reason::ReaderAssignedElsewhere { .. }
            | Reason::ReaderUnassigned
            | Reason::ReaderWrongMode { .. }
            | Reason::ReaderNoLocation => true,
            Reason::ReaderWrongCountry { .. }
            | Reason::NoCardPresent
            | Reason::PaymentsRefused { .. }
            | Reason::PriceRefused { .. }
            | Reason::PaymentNotFound
            | Reason::Exposure
            | Reason::DeadlineNear
            | Reason::Journal
            | Reason::Clone
            | Reason::OtherMode
            | Reason::Sweeping
            | Reason::Drained { .. }
            | Reason::SoldOut { .. }
            | Reason::DispenserAway { .. } => false,
        });
        if self.may_knock(seen_at) {
            return ReaderWish::Clear;
        }
        if let Some(every) = self.menu_pace(now) {
            return ReaderWish::Probe { every };
        }
        let often = is_out_of_order || is_in_doubt;
        ReaderWish::Probe { every: if often { PROBE_EVERY } else { IDLE_EVERY } }
    }

    /// Whether a reader that did not answer may be asked to clear its screen, only to see whether
    /// it answers: nothing of anybody's stands on it, as a look after the last such question shows.
    fn may_knock(&self, seen_at: Moment) -> bool {
        let silent = self.reasons.iter().any(|(reason, _)| reason.is_over_when_reader_answers());
        let looked = self.watch.knocked.is_none_or(|knocked| seen_at > knocked);
        let action = self.watch.seen.as_ref().and_then(|(_, reader)| reader.action.as_ref());
        let nothing = action.is_none_or(|action| action.status != ActionStatus::InProgress);
        let ours = self.is_reader_ours();
        silent && ours && looked && nothing && !self.is_blind() && !self.is_reader_held()
    }

    /// Whether the newest look has only just come back, and did not take long: on an older one
    /// nothing is cleared.
    pub fn is_just_seen(&self, now: Moment) -> bool {
        let asked = self.watch.seen.as_ref().map(|(asked, _)| *asked);
        self.watch.looked.zip(asked).is_some_and(|(looked, asked)| {
            now.since(looked) <= LOOK_HOLDS && looked.since(asked) <= LOOK_TAKES
        })
    }

    /// Whether the newest look has only just come back and shows this sale's prompt.
    pub fn has_just_seen_prompt_of(&self, sale: &Sale, now: Moment) -> bool {
        self.has_just_seen(now, |reader| shows_own(sale, reader) && is_taken(reader))
    }

    /// Whether the newest look has only just come back and shows nothing that anybody else waits for.
    pub fn has_just_seen_nobody_but(&self, sale: &Sale, now: Moment) -> bool {
        self.has_just_seen(now, |reader| shows_own(sale, reader) || !is_taken(reader))
    }

    fn has_just_seen(&self, now: Moment, is: impl Fn(&ReaderSeen) -> bool) -> bool {
        self.is_just_seen(now) && self.watch.seen.as_ref().is_some_and(|(_, seen)| is(seen))
    }
}

/// Whether something is under way on it, or a card that was read waits there.
fn is_taken(reader: &ReaderSeen) -> bool {
    let action = reader.action.as_ref();
    action.is_some_and(|it| it.status == ActionStatus::InProgress || it.card.is_some())
}
