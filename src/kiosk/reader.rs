//! What is known of the reader, and when it has to be looked at or cleared.

use std::time::Duration;

use crate::ids::SaleId;
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::out_of_order::{Reason, Since};
use crate::sale::input::{
    ActionSeen, ActionStatus, Call, Hindrance, ReaderSeen, Refusal, Reply, Trouble,
};
use crate::sale::{Phase, Sale};
use crate::time::Moment;

/// How often a reader or a link that is out of order is probed.
const PROBE_EVERY: Duration = Duration::from_secs(5);

/// After this long a reader that was called offline gets one selection let through: its status may
/// lag, and only a payment tells.
pub const OFFLINE_HALF_OPEN_AFTER: Duration = Duration::from_secs(15);

/// The same for a reader that refused a payment for a reason of its own (a missing location, say):
/// somebody has to mend that at Stripe, and it should not take a restart to be noticed.
pub const REFUSES_HALF_OPEN_AFTER: Duration = Duration::from_mins(5);

/// How many calls in a row may stay without an answer before the link counts as down.
const UNANSWERED_LIMIT: u32 = 2;

/// What is known of the reader and of the way to it.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ReaderWatch {
    /// The newest look, and when it was asked for.
    pub seen: Option<(Moment, ReaderSeen)>,
    /// When Stripe last answered anything.
    pub last_answer: Option<Since>,
    unanswered: u32,
}

/// What the kiosk itself, and no sale, wants of the reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReaderWish {
    /// Nothing.
    Nothing,
    /// Look at it now.
    Look,
    /// Look at it again and again, this far apart.
    Probe {
        /// The time between two looks.
        every: Duration,
    },
    /// Clear an action that is over from it, before the next prompt.
    ClearDead,
}

impl Kiosk {
    /// Takes note of what a reply says about the link, the key and the reader.
    pub fn heard(&mut self, reply: &Reply, now: Since) {
        match &reply.result {
            Ok(seen) => {
                self.stripe_answered(now);
                if let Some(reader) = &seen.reader {
                    self.reader_seen(reply.asked, reader, now);
                }
                if matches!(reply.call, Call::Inspect | Call::Cancel { .. } | Call::Capture { .. })
                {
                    self.reasons.clear(&Reason::PaymentNotFound);
                }
                if matches!(reply.call, Call::Prompt { .. }) {
                    self.reasons.clear_if(|reason, _| is_readers(reason));
                }
            }
            Err(Trouble::NotSent { .. } | Trouble::Unknown { .. }) => {
                self.watch.unanswered = self.watch.unanswered.saturating_add(1);
                if self.watch.unanswered >= UNANSWERED_LIMIT {
                    self.reasons.raise(Reason::StripeUnreachable, now);
                }
            }
            Err(Trouble::NotYet { why: Hindrance::KeyRejected }) => {
                self.watch.unanswered = 0;
                self.reasons.clear(&Reason::StripeUnreachable);
                self.reasons.raise(Reason::KeyRejected, now);
            }
            Err(Trouble::NotYet { why: Hindrance::TooMany | Hindrance::KeyInUse }) => {
                self.stripe_answered(now);
            }
            Err(Trouble::Refused(refusal)) => {
                self.stripe_answered(now);
                self.refused(reply.call, refusal, now);
            }
        }
    }

    /// Whether Stripe counts as out of reach.
    pub fn is_stripe_unreachable(&self) -> bool {
        self.reasons.since(&Reason::StripeUnreachable).is_some()
    }

    fn stripe_answered(&mut self, now: Since) {
        self.watch.unanswered = 0;
        self.watch.last_answer = Some(now);
        self.reasons.clear(&Reason::StripeUnreachable);
        self.reasons.clear(&Reason::KeyRejected);
    }

    fn refused(&mut self, call: Call, refusal: &Refusal, now: Since) {
        let reason = match (call, refusal) {
            (Call::Prompt { .. } | Call::ClearReader { .. }, Refusal::ReaderOffline) => {
                Reason::ReaderOffline
            }
            (Call::Prompt { .. }, Refusal::Other { code }) => {
                Reason::ReaderRefuses { code: code.clone() }
            }
            (Call::Prompt { .. }, Refusal::Forbidden) => {
                Reason::ReaderRefuses { code: "the API key lacks the permission".into() }
            }
            (Call::Look, Refusal::NotFound | Refusal::Forbidden) => Reason::ReaderNotFound,
            (Call::Inspect | Call::Cancel { .. } | Call::Capture { .. }, Refusal::NotFound) => {
                Reason::PaymentNotFound
            }
            (_, Refusal::KeyClash) => Reason::Clone,
            (
                Call::Create { .. }
                | Call::Prompt { .. }
                | Call::ClearReader { .. }
                | Call::Cancel { .. }
                | Call::Capture { .. }
                | Call::Look
                | Call::Inspect,
                _,
            ) => return,
        };
        self.reasons.raise(reason, now);
    }

    fn reader_seen(&mut self, asked: Moment, reader: &ReaderSeen, now: Since) {
        if self.watch.seen.as_ref().is_some_and(|(newest, _)| *newest > asked) {
            return;
        }
        self.reasons.clear(&Reason::Starting);
        self.reasons.clear(&Reason::ReaderNotFound);
        if reader.online == Some(true) {
            // Its status lags: right after a refusal "online" means nothing.
            self.reasons.clear_if(|reason, standing| {
                *reason == Reason::ReaderOffline
                    && asked >= standing.confirmed + OFFLINE_HALF_OPEN_AFTER
            });
        }
        if self.foreign_action(reader).is_some() {
            self.reasons.raise(Reason::ReaderInUse, now);
        } else {
            self.reasons.clear(&Reason::ReaderInUse);
        }
        self.watch.seen = Some((asked, reader.clone()));
    }

    /// A living action on the reader that is no sale of ours: never cleared by software.
    fn foreign_action<'a>(&self, reader: &'a ReaderSeen) -> Option<&'a ActionSeen> {
        let action = reader.action.as_ref().filter(|_| reader.is_busy())?;
        let ours = action.sale.as_ref().is_some_and(|sale| self.sales.contains_key(sale))
            || self
                .sales
                .values()
                .any(|sale| sale.intent.is_some() && sale.intent == action.intent);
        (!ours).then_some(action)
    }

    fn shows_dead_action(&self) -> bool {
        let seen = self.watch.seen.as_ref().and_then(|(_, reader)| reader.action.as_ref());
        seen.is_some_and(ActionSeen::is_dead)
    }

    /// An action that stands on the reader although its sale is paid or fenced: it is cleared
    /// before the next prompt.
    fn leftover(&self) -> bool {
        let Some(action) = self.watch.seen.as_ref().and_then(|(_, reader)| reader.action.as_ref())
        else {
            return false;
        };
        let paid_sale_of_ours = action.status == ActionStatus::InProgress
            && self.sales.values().any(|sale| {
                sale.intent.is_some() && sale.intent == action.intent && !sale.holds_reader()
            });
        action.is_dead() || paid_sale_of_ours
    }

    /// Whether this sale may prompt the reader now: nobody else's prompt stands or may come to
    /// stand on it, and it was looked at since the sale opened.
    pub fn may_prompt(&self, sale: &SaleId) -> bool {
        let Some(own) = self.sales.get(sale) else { return false };
        let others =
            self.sales.values().any(|other| other.id() != sale && self.holds_our_reader(other));
        let looked = self.watch.seen.as_ref().is_some_and(|(asked, reader)| {
            *asked >= own.opened.at && (!reader.is_busy() || shows_own(own, reader))
        });
        !others && looked && !self.leftover()
    }

    /// What the kiosk wants of the reader, beside what its sales want.
    pub fn reader_wish(&self) -> ReaderWish {
        let seen_at = self.watch.seen.as_ref().map(|(asked, _)| *asked);
        let waiting = self.sales.values().find(|sale| {
            matches!(sale.phase, Phase::Opening { .. } | Phase::Prompting { doubt: None, .. })
        });
        if let Some(sale) = waiting {
            if seen_at.is_none_or(|asked| asked < sale.opened.at) {
                return ReaderWish::Look;
            }
            if self.leftover() {
                return ReaderWish::ClearDead;
            }
            if !self.may_prompt(sale.id()) {
                return ReaderWish::Probe { every: Duration::from_secs(1) };
            }
        }
        // A dead prompt must not stand there for the next passer-by to pay at.
        if self.shows_dead_action() && !self.is_reader_held() {
            return ReaderWish::ClearDead;
        }
        let probing = self.reasons.iter().any(|(reason, _)| {
            is_readers(reason) || matches!(reason, Reason::StripeUnreachable | Reason::KeyRejected)
        });
        match (seen_at, probing) {
            (None, _) => ReaderWish::Look,
            (Some(_), true) => ReaderWish::Probe { every: PROBE_EVERY },
            (Some(_), false) => ReaderWish::Nothing,
        }
    }

    /// The dead action was cleared: what was seen of it is old.
    pub fn dead_action_cleared(&mut self) {
        if let Some((_, reader)) = &mut self.watch.seen {
            reader.action = None;
        }
    }
}

/// Whether the reader's action is this sale's.
fn shows_own(sale: &Sale, reader: &ReaderSeen) -> bool {
    let intent = reader.action.as_ref().and_then(|action| action.intent.as_ref());
    intent.is_some() && intent == sale.intent.as_ref()
}

/// Reasons that a working reader clears.
fn is_readers(reason: &Reason) -> bool {
    match reason {
        Reason::Starting
        | Reason::ReaderOffline
        | Reason::ReaderInUse
        | Reason::ReaderRefuses { .. }
        | Reason::ReaderNotFound => true,
        Reason::StripeUnreachable
        | Reason::KeyRejected
        | Reason::PaymentNotFound
        | Reason::Journal
        | Reason::Clone
        | Reason::OtherMode
        | Reason::DispenserAway { .. } => false,
    }
}
