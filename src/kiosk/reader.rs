//! What is known of the reader, and when it has to be looked at or cleared.

use std::time::Duration;

use crate::ids::SaleId;
use crate::kiosk::kiosk::Kiosk;
use crate::kiosk::menu::MenuWatch;
use crate::kiosk::out_of_order::{Denied, READER_HALF_OPEN_AFTER, Reason, Since};
use crate::kiosk::reader_display::DisplayWatch;
use crate::kiosk::view::BusyWith;
use crate::sale::fact::{CaptureMode, Policy};
use crate::sale::input::{
    ActionSeen, ActionStatus, Call, Hindrance, IntentStatus, Obstacle, ReaderSeen, Refusal, Reply,
    Seen, Trouble,
};

use crate::sale::Sale;
use crate::time::{Moment, StripeTime};

/// How many calls in a row may stay without an answer before the link counts as down.
const UNANSWERED_LIMIT: u32 = 2;

/// After so many commands in a row that timed out the reader counts as deaf.
const DEAF_AFTER: u32 = 3;

/// After so many commands in a row that found the reader busy, with nothing on it, it counts as
/// busy with itself.
const UPDATING_AFTER: u32 = 2;

/// A reader that restarts at night is back within minutes; after this long it is just offline.
const RESTART_TAKES: Duration = Duration::from_mins(15);

/// What is known of the reader and of the way to it.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ReaderWatch {
    /// The newest look, and when it was asked for.
    pub seen: Option<(Moment, ReaderSeen)>,
    /// When the newest look came back.
    pub(super) looked: Option<Moment>,
    /// When Stripe last answered anything.
    pub last_answer: Option<Since>,
    /// Stripe's clock, and when it was read.
    pub stripe_clock: Option<(StripeTime, Moment)>,
    /// When a harmless command was last answered, well or badly.
    pub(super) knocked: Option<Moment>,
    pub(super) unanswered: u32,
    timeouts: u32,
    busy_with_itself: u32,
    /// When a claim of ours last ended, in whichever way.
    pub(super) claim_ended: Option<Moment>,
    /// The product that it shows before it asks for the card.
    pub(super) display: DisplayWatch,
    /// The form on it, to choose from.
    pub(super) menu: MenuWatch,
}

impl ReaderWatch {
    /// Stripe's clock now, if it was ever heard: it goes on with the boot's.
    pub(super) fn stripe_time(&self, now: Moment) -> Option<StripeTime> {
        self.stripe_clock.map(|(date, read)| date.after(now.since(read)))
    }
}

impl Kiosk {
    /// Takes note of what a reply says about the link, the key and the reader. `about` is the sale
    /// that the call was made for.
    pub fn heard(&mut self, about: Option<&SaleId>, reply: &Reply, now: Since) {
        if reply.call == Call::AssignReader {
            self.watch.claim_ended = Some(now.moment);
        }
        self.heard_of_link(reply, now);
        match &reply.result {
            Ok(seen) => {
                self.worked(about, reply.call, seen, now);
                if let Some(reader) = &seen.reader {
                    self.reader_seen(reply.asked, reader, now);
                }
            }
            Err(Trouble::Refused(refusal)) if !fails_as_link(reply.call, refusal) => {
                self.refused(about, reply.call, refusal, now);
            }
            Err(
                Trouble::Refused(_)
                | Trouble::NotSent { .. }
                | Trouble::Unknown { .. }
                | Trouble::NotYet { .. },
            ) => {}
        }
        if matches!(reply.call, Call::ClearReader { .. }) {
            self.watch.knocked = Some(now.moment);
        }
    }

    /// Takes note of what a reply says about the link and the key alone. That is all that matters
    /// of another reader, on which a sale from before a change of the configuration still stands.
    pub fn heard_of_link(&mut self, reply: &Reply, now: Since) {
        match &reply.result {
            Ok(seen) => {
                self.stripe_answered(now);
                if let Some(date) = seen.date {
                    self.watch.stripe_clock = Some((date, now.moment));
                }
            }
            // A long list that is not answered in time says nothing about shorter calls, nor does
            // what no sale rests on.
            Err(Trouble::Unknown { .. }) if is_by_the_way(reply.call) => {}
            Err(Trouble::NotSent { obstacle, .. } | Trouble::Unknown { obstacle, .. }) => {
                self.unanswered(reply.call, *obstacle, now);
            }
            Err(Trouble::NotYet { why: Hindrance::KeyRejected }) => {
                self.watch.unanswered = 0;
                self.reasons.clear_link();
                self.reasons.raise(Reason::KeyRejected, now);
            }
            Err(Trouble::NotYet { why: Hindrance::TooMany | Hindrance::KeyInUse }) => {
                self.stripe_answered(now);
            }
            Err(Trouble::Refused(refusal)) if fails_as_link(reply.call, refusal) => {
                self.unanswered(reply.call, Obstacle::Failing, now);
            }
            Err(Trouble::Refused(_)) => self.stripe_answered(now),
        }
    }

    /// Whether Stripe counts as out of reach.
    pub fn is_stripe_unreachable(&self) -> bool {
        self.reasons.link().is_some()
    }

    /// Whether nothing can be learned or done at Stripe: out of reach, or the key is no good.
    pub fn is_blind(&self) -> bool {
        self.is_stripe_unreachable() || self.reasons.since(&Reason::KeyRejected).is_some()
    }

    /// A new API key was installed: what was wrong with the old one is forgotten.
    pub fn key_replaced(&mut self) {
        self.reasons.clear_if(|reason, _| {
            matches!(reason, Reason::KeyRejected | Reason::KeyTooNarrow { .. })
        });
        self.read_place_again();
        self.try_account_again();
    }

    /// What settles old sales says nothing of the next: it only makes the kiosk look.
    fn unanswered(&mut self, call: Call, obstacle: Obstacle, now: Since) {
        self.watch.unanswered = self.watch.unanswered.saturating_add(1);
        if self.watch.unanswered >= UNANSWERED_LIMIT && !call.is_about_payment() {
            self.reasons.raise_link(obstacle, now);
        }
    }

    fn stripe_answered(&mut self, now: Since) {
        self.watch.unanswered = 0;
        self.watch.last_answer = Some(now);
        self.reasons.clear_link();
        self.reasons.clear(&Reason::KeyRejected);
    }

    /// A call went well: what would have kept it from that is over.
    fn worked(&mut self, about: Option<&SaleId>, call: Call, seen: &Seen, now: Since) {
        if let Some(denied) = denied(call, &self.setup.policy) {
            self.reasons.clear(&Reason::KeyTooNarrow { denied });
        }
        match call {
            Call::Create { .. } => {
                self.account_seen(seen, now);
                let sale = about.and_then(|sale| self.sales.get(sale));
                let single = sale.filter(|sale| sale.opened.count() == 1);
                let product = single.map(|sale| &sale.opened.product.code);
                self.reasons.clear_if(|reason, _| {
                    matches!(reason, Reason::PaymentsRefused { .. })
                        || matches!(reason, Reason::PriceRefused { product: refused, .. }
                            if Some(refused) == product)
                });
            }
            Call::Prompt { .. } | Call::Confirm { .. } => {
                self.reader_answered();
                self.reasons.clear_if(|reason, _| {
                    matches!(reason, Reason::ReaderRefuses { .. } | Reason::ReaderNoLocation)
                });
            }
            Call::ClearReader { .. }
            | Call::ShowCart
            | Call::ShowMenu
            | Call::RefundInPerson { .. } => {
                self.reader_answered();
            }
            Call::Inspect
            | Call::Cancel { .. }
            | Call::Capture { .. }
            | Call::Refund { .. }
            | Call::ListRefunds => self.reasons.clear(&Reason::PaymentNotFound),
            Call::TryAccount => self.account_seen(seen, now),
            Call::Look | Call::AssignReader | Call::List | Call::ReadLocation => {}
        }
    }

    /// The reader itself has answered a command, or done what it was told.
    pub(super) fn reader_answered(&mut self) {
        self.watch.timeouts = 0;
        self.watch.busy_with_itself = 0;
        self.reasons.clear_if(|reason, _| reason.is_over_when_reader_answers());
    }

    fn refused(&mut self, about: Option<&SaleId>, call: Call, refusal: &Refusal, now: Since) {
        if *refusal == Refusal::KeyClash {
            self.reasons.raise(Reason::Clone, now);
            return;
        }
        if let Some(denied) = denied(call, &self.setup.policy) {
            let narrow = Reason::KeyTooNarrow { denied };
            if *refusal == Refusal::Forbidden {
                self.reasons.raise(narrow, now);
                return;
            }
            // Permissions are judged before anything else can be refused.
            if *refusal != Refusal::StripeFailed {
                self.reasons.clear(&narrow);
            }
        }
        match call {
            Call::Prompt { .. }
            | Call::Confirm { .. }
            | Call::ClearReader { .. }
            | Call::RefundInPerson { .. } => {
                self.reader_refused(call, refusal, now);
            }
            Call::Create { .. } => self.create_refused(about, refusal, now),
            Call::Look if *refusal == Refusal::NotFound => {
                self.reasons.raise(Reason::ReaderNotFound, now);
            }
            call if call.is_about_payment() && *refusal == Refusal::NotFound => {
                self.reasons.raise(Reason::PaymentNotFound, now);
            }
            Call::Look
            | Call::Inspect
            | Call::Cancel { .. }
            | Call::Capture { .. }
            | Call::Refund { .. }
            | Call::ListRefunds
            | Call::AssignReader
            | Call::List
            | Call::ReadLocation
            | Call::TryAccount
            | Call::ShowCart
            | Call::ShowMenu => {}
        }
    }

    fn create_refused(&mut self, about: Option<&SaleId>, refusal: &Refusal, now: Since) {
        let Refusal::Other { code } = refusal else { return };
        let code = code.clone();
        let sale = about.and_then(|sale| self.sale(sale));
        let reason = match sale {
            // Of several products none alone is to blame.
            Some(sale) if code.starts_with("amount_") && sale.opened.count() > 1 => return,
            Some(sale) if code.starts_with("amount_") => {
                Reason::PriceRefused { product: sale.opened.product.code.clone(), code }
            }
            Some(_) | None => Reason::PaymentsRefused { code },
        };
        self.reasons.raise(reason, now);
    }

    fn reader_refused(&mut self, call: Call, refusal: &Refusal, now: Since) {
        match refusal {
            Refusal::ReaderOffline => self.reader_is_offline(now),
            Refusal::ReaderTimeout => {
                self.watch.timeouts = self.watch.timeouts.saturating_add(1);
                if self.watch.timeouts >= DEAF_AFTER {
                    self.reasons.raise(Reason::ReaderDeaf, now);
                }
            }
            Refusal::ReaderBusy if self.shows_nothing() => {
                self.watch.busy_with_itself = self.watch.busy_with_itself.saturating_add(1);
                if self.watch.busy_with_itself >= UPDATING_AFTER {
                    self.reasons.raise(Reason::ReaderUpdating, now);
                }
            }
            Refusal::Other { code } if matches!(call, Call::Prompt { .. }) => {
                self.reasons.raise(Reason::ReaderRefuses { code: code.clone() }, now);
            }
            Refusal::ReaderBusy
            | Refusal::WrongState
            | Refusal::Expired
            | Refusal::NotFound
            | Refusal::Forbidden
            | Refusal::KeyClash
            | Refusal::StripeFailed
            | Refusal::Other { .. } => self.watch.busy_with_itself = 0,
        }
    }

    /// Offline is expected for some minutes in the hours at which readers restart.
    fn reader_is_offline(&mut self, now: Since) {
        // Only words hang on this, so that the wall clock will do until Stripe has told the time.
        let time = self.watch.stripe_time(now.moment).unwrap_or_else(|| now.wall.as_stripe_time());
        let restarts = self.setup.restart_window.as_ref().is_some_and(|w| w.covers(time));
        let begun = self.reasons.since(&Reason::ReaderRestarting);
        let young = begun.is_none_or(|begun| now.moment < begun.moment + RESTART_TAKES);
        let was_offline = self.reasons.since(&Reason::ReaderOffline).is_some();
        if young && !was_offline && (restarts || begun.is_some()) {
            self.reasons.raise(Reason::ReaderRestarting, now);
        } else {
            self.reasons.clear(&Reason::ReaderRestarting);
            // It has been away since the restart that never ended.
            if let Some(begun) = begun {
                self.reasons.raise(Reason::ReaderOffline, begun);
            }
            self.reasons.raise(Reason::ReaderOffline, now);
        }
    }

    /// Whether nothing stands on the reader, as far as is known.
    fn shows_nothing(&self) -> bool {
        self.watch.seen.as_ref().is_some_and(|(_, reader)| !reader.is_busy())
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
                matches!(reason, Reason::ReaderOffline | Reason::ReaderRestarting)
                    && asked >= standing.confirmed + READER_HALF_OPEN_AFTER
            });
        }
        let ours = reader.action.as_ref().and_then(|action| action.intent.as_ref());
        if ours.is_some_and(|intent| self.sales().any(|s| s.intent.as_ref() == Some(intent))) {
            // A command that was said to have timed out has reached it after all.
            self.watch.timeouts = 0;
        }
        self.menu_seen(asked, reader, now);
        self.watch.seen = Some((asked, reader.clone()));
        self.watch.looked = Some(now.moment);
        self.judge_registration(now);
        self.judge_place(now);
        // On a reader of another board that board's payments are no surprise.
        if self.foreign_action(reader).is_some() && !self.is_reader_elsewhere() {
            self.reasons.raise(Reason::ReaderInUse, now);
        } else {
            self.reasons.clear(&Reason::ReaderInUse);
        }
        if self.watch.display.unclear.is_some_and(|since| asked > since) {
            self.watch.display.unclear = None;
        }
    }

    /// A living action on the reader that is no sale of ours: never cleared by software.
    pub(super) fn foreign_action<'a>(&self, reader: &'a ReaderSeen) -> Option<&'a ActionSeen> {
        let action = reader.action.as_ref().filter(|_| reader.is_busy())?;
        let ours = action.sale.as_ref().is_some_and(|sale| self.sales.contains_key(sale))
            || self
                .sales
                .values()
                .any(|sale| sale.intent.is_some() && sale.intent == action.intent)
            || self.own_form(action).is_some();
        (!ours && !self.is_over(action)).then_some(action)
    }

    /// Never on a reader of another board: its prompts are that board's business.
    pub(super) fn shows_dead_action(&self) -> bool {
        let seen = self.watch.seen.as_ref().and_then(|(_, reader)| reader.action.as_ref());
        self.is_reader_ours() && seen.is_some_and(|action| self.is_over(action))
    }

    /// Whether nobody can pay at it any more: its PaymentIntent is over, or it is authorized for a
    /// sale of this kiosk that is not open, such as one that a person has dismissed. To clear such a
    /// prompt takes no payment from anybody, not even from a board that calls itself the same. Nor
    /// does it to clear one for a refund of a sale that is over: a reader that was offline when that
    /// was to be cleared shows it still.
    fn is_over(&self, action: &ActionSeen) -> bool {
        let is_authorized = action.status == ActionStatus::InProgress
            && action.intent_status == Some(IntentStatus::RequiresCapture);
        let is_this_kiosks = action.kiosk.as_ref() == Some(&self.setup.origin.kiosk);
        let is_open = self.sales().any(|sale| sale.intent == action.intent);
        let intent = action.intent.as_ref();
        let is_refund_here = action.is_refund()
            && action.status == ActionStatus::InProgress
            && intent.is_some_and(|intent| self.refunded_here.contains(intent));
        action.is_dead() || (is_authorized && is_this_kiosks || is_refund_here) && !is_open
    }

    /// An action that stands on the reader although its sale is paid or fenced: it is cleared
    /// before the next prompt.
    pub(super) fn leftover(&self) -> bool {
        let Some(action) = self.watch.seen.as_ref().and_then(|(_, reader)| reader.action.as_ref())
        else {
            return false;
        };
        let paid_sale_of_ours = action.status == ActionStatus::InProgress
            && self.sales().any(|sale| {
                sale.intent.is_some() && sale.intent == action.intent && !sale.holds_reader()
            });
        self.is_reader_ours() && (self.is_over(action) || paid_sale_of_ours)
    }

    /// Whether this sale may prompt the reader now: nobody else's prompt stands or may come to
    /// stand on it, and it was looked at since the sale opened.
    pub fn may_prompt(&self, sale: &SaleId) -> bool {
        let Some(own) = self.sale(sale) else { return false };
        let others = self.sales().any(|other| other.id() != sale && self.holds_our_reader(other));
        let looked = self.watch.seen.as_ref().is_some_and(|(asked, reader)| {
            *asked >= own.opened.at && (!reader.is_busy() || shows_own(own, reader))
        });
        !others && looked && self.is_reader_ours() && !self.leftover()
    }

    /// Whether the card's issuer is being asked for this sale, as the newest look shows.
    pub fn sees_authorization_under_way(&self, sale: &Sale) -> bool {
        let Some((_, reader)) = &self.watch.seen else { return false };
        let action = reader.action.as_ref().filter(|_| shows_own(sale, reader));
        action.is_some_and(|action| {
            action.status == ActionStatus::InProgress
                && action.intent_status == Some(IntentStatus::Pending)
        })
    }

    /// What the sale in front waits for, if the reader is busy with something else.
    pub(super) fn reader_busy_with(&self) -> Option<BusyWith> {
        if self.reasons.since(&Reason::ReaderInUse).is_some() {
            return Some(BusyWith::OtherPayment);
        }
        (self.watch.busy_with_itself > 0).then_some(BusyWith::Itself)
    }

    /// The dead action was cleared: what was seen of it is old.
    pub fn dead_action_cleared(&mut self) {
        if let Some((_, reader)) = &mut self.watch.seen {
            reader.action = None;
        }
    }
}

/// The action that is under way on it.
pub(super) fn acting(reader: &ReaderSeen) -> Option<&ActionSeen> {
    reader.action.as_ref().filter(|action| action.status == ActionStatus::InProgress)
}

/// Whether the reader's action is this sale's.
pub(super) fn shows_own(sale: &Sale, reader: &ReaderSeen) -> bool {
    let intent = reader.action.as_ref().and_then(|action| action.intent.as_ref());
    intent.is_some() && intent == sale.intent.as_ref()
}

/// Whether Stripe's own failure keeps the kiosk from looking or selling as a broken link would.
fn fails_as_link(call: Call, refusal: &Refusal) -> bool {
    *refusal == Refusal::StripeFailed && matches!(call, Call::Look | Call::Create { .. })
}

/// Whether no sale rests on it, so that its silence is no sign of a broken link.
fn is_by_the_way(call: Call) -> bool {
    matches!(call, Call::List | Call::ReadLocation | Call::TryAccount)
}

/// Which permission a call needs; none if the kiosk does as well without.
fn denied(call: Call, policy: &Policy) -> Option<Denied> {
    Some(match call {
        Call::Look => Denied::ReadReader,
        Call::Prompt { .. }
        | Call::Confirm { .. }
        | Call::ClearReader { .. }
        | Call::RefundInPerson { .. }
        | Call::AssignReader
        | Call::ShowCart
        | Call::ShowMenu => Denied::DriveReader,
        Call::Create { .. } => Denied::CreatePayment,
        Call::Inspect | Call::List => Denied::ReadPayment,
        Call::Cancel { .. } => Denied::CancelPayment,
        Call::Capture { .. } => Denied::CapturePayment,
        Call::Refund { .. } | Call::ListRefunds if policy.capture == CaptureMode::Automatic => {
            Denied::RefundPayment
        }
        Call::Refund { .. } | Call::ListRefunds => Denied::RefundSold,
        Call::ReadLocation | Call::TryAccount => return None,
    })
}
