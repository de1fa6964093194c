//! The daemon's memory: calls under way, the waits between calls, what is known of the reader.

use kioskd::sale::Sale;
use kioskd::sale::input::Call;
use kioskd::time::Moment;

use crate::names;
use crate::reader::{Action, Kind};
use crate::stripe::{Answer, Snapshot};

/// How many kinds of calls there are: one of each may be in flight.
const LINES: usize = 12;

/// A request that is under way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flight {
    /// What is asked.
    pub call: Call,
    /// Whether the kiosk asks it and no sale.
    pub own: bool,
    /// The PaymentIntent it is about.
    pub intent: u8,
    /// When it was asked; for the second half of a look, when the first was.
    pub asked: Moment,
    /// When it went out.
    pub sent: Moment,
    /// What the first half of a look showed.
    pub half: Option<Snapshot>,
    /// How it ended at Stripe; the reply is on its way back.
    pub answer: Option<Answer>,
}

impl Flight {
    /// Its line: what is retried together.
    pub fn line(&self) -> usize {
        line(self.call, self.own)
    }

    fn changes_something(&self) -> bool {
        !matches!(self.call, Call::Look | Call::Inspect | Call::ListRefunds | Call::List)
    }

    /// Whether the reader itself has to do something.
    pub fn is_command(&self) -> bool {
        matches!(
            self.call,
            Call::Prompt { .. }
                | Call::Confirm { .. }
                | Call::ClearReader { .. }
                | Call::RefundInPerson { .. }
        )
    }

    /// As in the driver.
    fn may_go_beside(&self, other: &Self) -> bool {
        matches!(self.call, Call::Cancel { .. } | Call::Capture { .. })
            && matches!(other.call, Call::Prompt { .. } | Call::ClearReader { .. })
    }
}

/// The line of a call: whether the kiosk asks it itself.
pub fn line(call: Call, own: bool) -> usize {
    match call {
        Call::Create { .. } => 0,
        Call::Prompt { .. } => 1,
        Call::Confirm { .. } => 2,
        Call::ClearReader { .. } => 3,
        Call::Cancel { .. } => 4,
        Call::Capture { .. } => 5,
        Call::Refund { .. } => 6,
        Call::RefundInPerson { .. } => 7,
        Call::Look if own => 8,
        Call::Look => 9,
        Call::Inspect => 10,
        Call::ListRefunds
        | Call::ShowCart
        | Call::ShowMenu
        | Call::AssignReader
        | Call::ReadLocation
        | Call::TryAccount
        | Call::List => 11,
    }
}

/// What the kiosk knows of its reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Known {
    /// When the look was asked for.
    pub asked: Moment,
    /// When it came back.
    pub looked: Moment,
    /// Whether a living action of another system stood there.
    pub foreign: bool,
    /// Whether our own prompt, or a card that we read, stood there.
    pub ours: bool,
}

/// The daemon's memory: whatever a kill takes away.
#[derive(Clone, Debug)]
pub struct Daemon {
    /// The sale.
    pub sale: Sale,
    /// Requests under way.
    pub flights: Vec<Flight>,
    /// What the kiosk knows of the reader.
    pub known: Option<Known>,
    /// For which authorization the dispenser was fired.
    pub fired: Option<Moment>,
    /// When the board was asked last.
    pub asked_board: Option<Moment>,
    /// Since when lazy facts wait.
    pub lazy_since: Option<Moment>,
    /// When it wants to hear the time.
    pub wake: Option<Moment>,
    /// When the last call of a line went out.
    pub sent: [Option<Moment>; LINES],
    /// The next call of a line goes no sooner.
    pub until: [Option<Moment>; LINES],
}

impl Daemon {
    /// A daemon with this sale.
    pub fn new(sale: Sale) -> Self {
        Self {
            sale,
            flights: Vec::new(),
            known: None,
            fired: None,
            asked_board: None,
            lazy_since: None,
            wake: None,
            sent: [None; LINES],
            until: [None; LINES],
        }
    }

    /// Wants to hear the time then.
    pub fn wake_at(&mut self, at: Moment) {
        self.wake = Some(self.wake.map_or(at, |before| before.min(at)));
    }

    /// As in the driver: one call of a kind, one change at a time, one reader command at a time.
    pub fn is_clear(&self, flight: &Flight) -> bool {
        !self.flights.iter().any(|other| {
            other.line() == flight.line()
                || (other.own == flight.own
                    && other.changes_something()
                    && flight.changes_something()
                    && !flight.may_go_beside(other))
                || (other.is_command() && flight.is_command())
        })
    }

    /// Since when a call of this kind is under way.
    pub fn is_under_way(&self, call: Call) -> Option<Moment> {
        let wanted = line(call, false);
        self.flights.iter().find(|flight| flight.line() == wanted).map(|flight| flight.sent)
    }

    /// The PaymentIntent's number.
    pub fn intent(&self) -> u8 {
        self.sale.intent.as_ref().map_or(0, names::number_of)
    }

    /// Whether the reader was looked at since the sale opened, and no other system is at it.
    pub fn may_prompt(&self) -> bool {
        let since = self.sale.opened.at;
        self.known
            .is_some_and(|known| (known.asked >= since || self.sale.restarted) && !known.foreign)
    }

    /// What a look says of the reader.
    pub fn heard_of_reader(&mut self, action: Option<&Action>, asked: Moment, now: Moment) {
        let foreign = action.is_some_and(|a| a.intent.is_none() && a.is_living());
        let ours = action.is_some_and(|action| {
            action.intent.is_some()
                && !matches!(action.kind, Kind::Refund(_))
                && (action.is_living() || action.card().is_some())
        });
        self.known = Some(Known { asked, looked: now, foreign, ours });
    }
}
