//! What the log was told already of what goes on for long: the reasons not to sell, calls that fail,
//! and boards that are gone. See [`Repeats`].

use std::collections::BTreeMap;
use std::time::Duration;

use crate::daemon::driver::Effect;
use crate::daemon::tell;
use crate::ids::{PaymentIntentId, ReaderId};
use crate::kiosk::out_of_order::{Reasons, Since, Stops};
use crate::kiosk::{Reason, Turned};
use crate::sale::Sale;
use crate::sale::input::Trouble;
use crate::telemetry::repeats::{Lasted, Repeats, Told};
use crate::time::Moment;

/// What a line of the log says of the sale besides the fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct About {
    /// Its PaymentIntent.
    pub intent: Option<PaymentIntentId>,
    /// The reader that it was opened with.
    pub reader: ReaderId,
    /// Its phase after the fact.
    pub phase: &'static str,
    /// Stripe's id for the request whose answer told it.
    pub request_id: Option<String>,
}

impl About {
    pub(super) fn of(sale: &Sale) -> Self {
        Self {
            intent: sale.intent.clone(),
            reader: sale.opened.reader.clone(),
            phase: sale.phase.word(),
            request_id: None,
        }
    }
}

/// What is new about a reason not to sell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReasonNews {
    /// It has come up.
    Raised,
    /// It stands: something was tried again, and failed for it.
    Still(Lasted),
    /// It is over.
    Cleared(Lasted),
}

/// A key that is pressed faster than this is stuck, or hammered: not each press is told.
const HAMMERED: Duration = Duration::from_secs(2);

/// What was told of the reasons not to sell, and of customers who were turned away.
#[derive(Debug)]
pub(super) struct ToldReasons {
    reasons: BTreeMap<Reason, ToldReason>,
    turned: Repeats<Turned>,
}

impl Default for ToldReasons {
    fn default() -> Self {
        Self { reasons: BTreeMap::new(), turned: Repeats::quiet_for(HAMMERED) }
    }
}

#[derive(Debug, Default)]
struct ToldReason {
    repeats: Repeats<()>,
    /// When it was last found to be so.
    confirmed: Moment,
    stands: bool,
}

impl ToldReasons {
    /// What stands at the start is no news: a device that has had no time yet.
    pub(super) fn at_start(reasons: &Reasons) -> Self {
        let known = |confirmed| ToldReason { confirmed, stands: true, ..ToldReason::default() };
        let reasons = reasons.iter();
        let reasons = reasons.map(|(reason, at)| (reason.clone(), known(at.confirmed))).collect();
        Self { reasons, ..Self::default() }
    }

    /// A selection brought nothing: what is to be told of it.
    pub(super) fn turned(&mut self, why: Turned, now: Since) -> Effect {
        let told = self.turned.again(why.clone(), now);
        Effect::Turned(why, told)
    }

    /// What is to be told since the last turn.
    pub(super) fn news(&mut self, reasons: &Reasons, now: Since) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (reason, standing) in reasons.iter() {
            let told = self.reasons.entry(reason.clone()).or_default();
            let tried = is_tried_again(reason) && told.confirmed != standing.confirmed;
            if told.stands && !tried {
                continue;
            }
            (told.stands, told.confirmed) = (true, standing.confirmed);
            let news = match told.repeats.again((), now) {
                None => continue,
                Some(Told::First | Told::Back(_)) => ReasonNews::Raised,
                Some(Told::Another(lasted) | Told::Still(lasted)) => {
                    ReasonNews::Still(Lasted { since: standing.since.wall, ..lasted })
                }
            };
            effects.push(Effect::Reason(reason.clone(), news));
        }
        for (reason, told) in &mut self.reasons {
            if told.stands && reasons.since(reason).is_none() {
                told.stands = false;
                if let Some(lasted) = told.repeats.over(now.moment) {
                    effects.push(Effect::Reason(reason.clone(), ReasonNews::Cleared(lasted)));
                }
            }
        }
        self.reasons.retain(|_, told| told.stands || !told.repeats.is_forgotten(now.moment));
        effects
    }
}

/// Whether what raises it is something that was tried, and not the mere passing of a turn.
fn is_tried_again(reason: &Reason) -> bool {
    match reason {
        Reason::Link { .. }
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
        | Reason::ReaderWrongMode { .. }
        | Reason::ReaderNoLocation
        | Reason::ReaderWrongCountry { .. }
        | Reason::NoCardPresent
        | Reason::PaymentsRefused { .. }
        | Reason::PriceRefused { .. }
        | Reason::PaymentNotFound
        | Reason::Journal
        | Reason::Clone
        | Reason::DispenserAway { .. } => true,
        Reason::Starting
        | Reason::ReaderUnassigned
        | Reason::Exposure
        | Reason::DeadlineNear
        | Reason::OtherMode
        | Reason::Sweeping
        | Reason::SoldOut { .. }
        | Reason::Drained { .. } => false,
    }
}

/// Whether a reason stands that keeps everything from being sold. It is told of again and again
/// itself, so that the calls that fail for it need not be.
pub(super) fn is_said_by_a_reason(reasons: &Reasons) -> bool {
    reasons.iter().any(|(reason, _)| match reason.stops() {
        Stops::Everything | Stops::UntilTried { .. } => is_tried_again(reason),
        Stops::Something | Stops::Nothing => false,
    })
}

/// What was told of one kind of call that fails.
#[derive(Clone, Debug, Default)]
pub(super) struct ToldFailures {
    repeats: Repeats<Trouble>,
    end_is_news: bool,
}

impl ToldFailures {
    /// It failed. How the wire failed is said once; the reason not to sell says how it goes on.
    pub(super) fn failed(
        &mut self,
        trouble: &Trouble,
        reasons: &Reasons,
        now: Since,
    ) -> Option<Told> {
        let told = self.repeats.again(without_details(trouble), now)?;
        if matches!(told, Told::Still(_) | Told::Back(_)) && is_said_by_a_reason(reasons) {
            return None;
        }
        self.end_is_news |= matches!(told, Told::Another(_) | Told::Still(_));
        Some(told)
    }

    /// It went well. After a single failure the next line of the log says so itself.
    pub(super) fn went_well(&mut self, now: Moment) -> Option<Lasted> {
        let lasted = self.repeats.over(now);
        lasted.filter(|_| std::mem::take(&mut self.end_is_news))
    }
}

/// The trouble without what differs from one time to the next.
fn without_details(trouble: &Trouble) -> Trouble {
    match trouble {
        Trouble::NotSent { obstacle, .. } | Trouble::Unknown { obstacle, .. } => {
            Trouble::NotSent { obstacle: *obstacle, why: String::new() }
        }
        Trouble::NotYet { .. } | Trouble::Refused(_) => trouble.clone(),
    }
}

/// What was told of boards that are gone, or cannot be read.
#[derive(Debug, Default)]
pub(super) struct ToldBoards {
    /// One line each way: what it is tried in vain for later (`No such file`, after `hung up`) is no
    /// other loss. `kioskd hardware list` says what it is now.
    gone: BTreeMap<String, Repeats<()>>,
    unreadable: BTreeMap<String, Repeats<()>>,
    remarked: BTreeMap<String, Repeats<String>>,
    stuck: BTreeMap<(String, String), Repeats<()>>,
}

impl ToldBoards {
    pub(super) fn connected(&mut self, name: &str, kind: &str, now: Since) {
        let first = !self.gone.contains_key(name);
        let lasted = self.gone.entry(name.to_owned()).or_default().over(now.moment);
        if first || lasted.is_some() {
            tell::device_connected(name, kind);
        }
    }

    pub(super) fn gone(&mut self, name: &str, kind: &str, why: &str, now: Since) {
        let repeats = self.gone.entry(name.to_owned()).or_default();
        if let Some(told) = repeats.again((), now) {
            tell::device_gone(name, kind, why, told);
        }
    }

    pub(super) fn stuck(&mut self, name: &str, what: &str, now: Since) {
        let button = (name.to_owned(), what.to_owned());
        if let Some(told) = self.stuck.entry(button).or_default().again((), now) {
            tell::button_stuck(name, what, told);
        }
    }

    pub(super) fn freed(&mut self, name: &str, what: &str, now: Since) {
        let button = (name.to_owned(), what.to_owned());
        if self.stuck.entry(button).or_default().over(now.moment).is_some() {
            tell::button_freed(name, what);
        }
    }

    pub(super) fn remarked(&mut self, name: &str, what: &str, now: Since) {
        let repeats = self.remarked.entry(name.to_owned()).or_default();
        if let Some(told) = repeats.again(what.to_owned(), now) {
            tell::remarked(name, what, told);
        }
    }

    pub(super) fn unreadable(&mut self, name: &str, total: u64, now: Since) {
        if self.unreadable.entry(name.to_owned()).or_default().again((), now).is_some() {
            tell::unreadable_lines(name, total);
        }
    }
}
