//! Calls to Stripe that are under way, and how long to wait before the next.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::daemon::told::ToldFailures;
use crate::ids::{LocationId, SaleId};
use crate::kiosk::out_of_order::{Reasons, Since};
use crate::sale::duty::Pace;
use crate::sale::input::{Call, ReaderSeen, RefundSeen, Trouble};
use crate::stripe::Request;
use crate::telemetry::repeats::{Lasted, Told};
use crate::time::Moment;

/// The first wait after a failed call. Source: Stripe's SDKs never wait less.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The first wait after a refusal that somebody has to mend.
const FIRST_WAIT_REFUSED: Duration = Duration::from_secs(15);

/// The longest wait while the fault is young: whatever comes back is noticed within it.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// The longest wait of a fault that has lasted for minutes.
const LONGEST_WAIT_LATER: Duration = Duration::from_mins(1);

/// The longest wait of a fault that has lasted for a quarter of an hour. Ten thousand kiosks that
/// all miss their readers then ask some 80 times a second, a look and a command each; Stripe allows
/// an account 100.
const LONGEST_WAIT_AT_LAST: Duration = Duration::from_mins(8);

/// The longest wait where Stripe refuses for a reason that somebody has to mend there.
const LONGEST_WAIT_REFUSED: Duration = Duration::from_mins(15);

/// The longest wait while a customer stands in front: their card may be authorized already.
const LONGEST_WAIT_OF_A_CUSTOMER: Duration = Duration::from_secs(2);

/// The wait after the reader said that it is busy.
const BUSY_WAIT: Duration = Duration::from_secs(1);

/// After so many failures in a row a fault has lasted for some minutes.
const LASTING: u32 = 20;

/// After so many failures in a row a fault has lasted for a quarter of an hour.
const LASTING_LONG: u32 = 40;

/// How a call went wrong.
#[derive(Clone, Copy, Default, Debug)]
pub struct Setback {
    /// `Retry-After`.
    pub asked_to_wait: Option<Duration>,
    /// Whether the customer in front waits for it.
    pub customer_waits: bool,
    /// Whether Stripe refuses for a reason that somebody has to mend first.
    pub refused: bool,
    /// Between 0 and 1: where in its span the wait falls.
    pub draw: f64,
}

/// Names a call that is under way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FlightId(pub u64);

/// What a call is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// A sale's wish.
    Sale {
        /// The sale.
        sale: SaleId,
        /// The call.
        call: Call,
    },
    /// The second half of a sale's look: the reader is seen, its action was not ours.
    LookIntent {
        /// The sale.
        sale: SaleId,
        /// What was seen of the reader.
        reader: Option<ReaderSeen>,
    },
    /// The second half of a look at the refunds: they are read, the PaymentIntent is not.
    RefundsIntent {
        /// The sale.
        sale: SaleId,
        /// The refunds.
        refunds: Vec<RefundSeen>,
    },
    /// The kiosk's own look at the reader.
    ReaderLook,
    /// Clearing what stands on the reader for nothing, or what a person wants cleared.
    Clear,
    /// Writing on the reader that it belongs to this board.
    Claim,
    /// The kiosk's own look for what was left at Stripe.
    Sweep,
    /// Cancelling a PaymentIntent beside the one that its sale has.
    Spare,
    /// Showing the product on the reader.
    ShowCart,
    /// Showing on the reader what there is to choose.
    ShowMenu,
    /// A PaymentIntent that shows what the account takes.
    Trial,
    /// The kiosk's own look at where the reader stands.
    Place {
        /// Its location.
        location: LocationId,
    },
}

/// A call that is under way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flight {
    /// What it is for.
    pub purpose: Purpose,
    /// What was asked.
    pub request: Request,
    /// When. For the second half of a look, when its first half was asked.
    pub asked: Moment,
    /// When this request itself went out.
    pub sent: Moment,
}

/// What is retried together: a sale's operation, whatever the number of its key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Line(Option<SaleId>, &'static str);

/// What the calls of a line have come to.
#[derive(Clone, Debug)]
struct Wait {
    /// How many in a row went wrong.
    failures: u32,
    /// The next one goes no sooner.
    until: Option<Moment>,
    /// When the last one went out.
    sent: Option<Moment>,
    /// What went wrong with the last one, if it did.
    trouble: Option<Trouble>,
    /// What the log was told of its failures.
    told: ToldFailures,
    /// Whether a hint from outside has made it urgent.
    hinted: bool,
    /// Between a half and one: how much of its pace this line takes, drawn for each call.
    share: f64,
}

impl Default for Wait {
    fn default() -> Self {
        Self {
            failures: 0,
            until: None,
            sent: None,
            trouble: None,
            told: ToldFailures::default(),
            hinted: false,
            share: 1.0,
        }
    }
}

/// All calls under way, and the waits between calls.
#[derive(Debug, Default)]
pub struct Flights {
    under_way: BTreeMap<FlightId, Flight>,
    waits: BTreeMap<Line, Wait>,
    last: u64,
}

impl Purpose {
    /// The sale it is for.
    pub fn sale(&self) -> Option<&SaleId> {
        match self {
            Self::Sale { sale, .. }
            | Self::LookIntent { sale, .. }
            | Self::RefundsIntent { sale, .. } => Some(sale),
            Self::ReaderLook
            | Self::Clear
            | Self::Claim
            | Self::Sweep
            | Self::Spare
            | Self::Place { .. }
            | Self::Trial
            | Self::ShowCart
            | Self::ShowMenu => None,
        }
    }

    /// The call that its reply answers.
    pub fn call(&self) -> Call {
        match self {
            Self::Sale { call, .. } => *call,
            Self::LookIntent { .. } | Self::ReaderLook => Call::Look,
            Self::RefundsIntent { .. } => Call::ListRefunds,
            Self::Clear => Call::ClearReader { n: 0 },
            Self::Claim => Call::AssignReader,
            Self::Sweep => Call::List,
            Self::Spare => Call::Cancel { n: 0 },
            Self::ShowCart => Call::ShowCart,
            Self::ShowMenu => Call::ShowMenu,
            Self::Place { .. } => Call::ReadLocation,
            Self::Trial => Call::TryAccount,
        }
    }

    fn line(&self) -> Line {
        let word = match self.call() {
            Call::Create { .. } => "create",
            Call::Prompt { .. } => "prompt",
            Call::Confirm { .. } => "confirm",
            Call::ClearReader { .. } => "clear",
            Call::Cancel { .. } => "cancel",
            Call::Capture { .. } => "capture",
            Call::ShowCart => "cart",
            Call::ShowMenu => "menu",
            Call::Refund { .. } => "refund",
            Call::RefundInPerson { .. } => "refund_card",
            Call::Look => "look",
            Call::Inspect => "inspect",
            Call::ListRefunds => "refunds",
            Call::AssignReader => "assign",
            Call::List => "list",
            Call::ReadLocation => "location",
            Call::TryAccount => "account",
        };
        Line(self.sale().cloned(), word)
    }

    /// Whether this settles the PaymentIntent while the reader still owes the answer to a command: a
    /// prompt that comes late then finds nothing to pay.
    fn may_go_beside(&self, other: &Self) -> bool {
        matches!(self.call(), Call::Cancel { .. } | Call::Capture { .. })
            && matches!(other.call(), Call::Prompt { .. } | Call::ClearReader { .. })
    }

    /// What is about a PaymentIntent that no reader is asked for stands in nobody's way.
    fn changes_something(&self) -> bool {
        let is_apart = matches!(self, Self::Trial | Self::Spare);
        !is_apart
            && !matches!(
                self.call(),
                Call::Look | Call::Inspect | Call::ListRefunds | Call::List | Call::ReadLocation
            )
    }
}

impl Flights {
    /// Whether this may start: nothing like it is under way, calls that change something go one at
    /// a time for a sale, and commands one at a time for the reader.
    pub fn is_clear(&self, purpose: &Purpose, request: &Request) -> bool {
        let line = purpose.line();
        !self.under_way.values().any(|flight| {
            flight.purpose.line() == line
                || (flight.purpose.sale() == purpose.sale()
                    && flight.purpose.changes_something()
                    && purpose.changes_something()
                    && !purpose.may_go_beside(&flight.purpose))
                || (flight.request.is_reader_command() && request.is_reader_command())
        })
    }

    /// Until when the next call of this kind has to wait. The kiosk's own calls take between half
    /// and all of their pace, so that a fleet does not beat in step.
    pub fn wait_until(&self, purpose: &Purpose, pace: Pace) -> Option<Moment> {
        let Some(wait) = self.waits.get(&purpose.line()) else { return pace.next(None) };
        let pace = match pace {
            Pace::Every(gap) if purpose.sale().is_none() => Pace::Every(gap.mul_f64(wait.share)),
            Pace::Every(_) | Pace::Customer(_) => pace,
        };
        let paced = if wait.hinted { None } else { pace.next(wait.sent) };
        wait.until.max(paced)
    }

    /// Whether a call of this kind is under way.
    pub fn is_under_way(&self, purpose: &Purpose) -> bool {
        let line = purpose.line();
        self.under_way.values().any(|flight| flight.purpose.line() == line)
    }

    /// How long a call of this kind has been under way.
    pub fn under_way_for(&self, purpose: &Purpose, now: Moment) -> Option<Duration> {
        let line = purpose.line();
        let flight = self.under_way.values().find(|flight| flight.purpose.line() == line)?;
        Some(now.since(flight.sent))
    }

    /// How many calls are under way for other sales than this one.
    pub fn of_others(&self, sale: Option<&SaleId>) -> usize {
        let others = |flight: &&Flight| flight.purpose.sale().is_some_and(|s| Some(s) != sale);
        self.under_way.values().filter(others).count()
    }

    /// What a sale waits for: the call that went wrong last, and when it goes again.
    pub fn trouble_of(&self, sale: &SaleId) -> Option<(&Trouble, Moment)> {
        let own = self.waits.iter().filter(|(line, _)| line.0.as_ref() == Some(sale));
        let failing = own.filter_map(|(_, wait)| Some((wait.trouble.as_ref()?, wait.until?)));
        failing.max_by_key(|(_, until)| *until)
    }

    /// A call goes out. The draw, from 0 to 1, spreads the calls of a fleet.
    pub fn start(&mut self, flight: Flight, draw: f64) -> FlightId {
        let wait = self.waits.entry(flight.purpose.line()).or_default();
        wait.sent = Some(flight.sent);
        wait.hinted = false;
        wait.share = 0.5 + draw / 2.0;
        self.last += 1;
        let id = FlightId(self.last);
        self.under_way.insert(id, flight);
        id
    }

    /// Whatever only looks goes again at once, whatever its pace; for these sales also what has not
    /// looked yet, since a first look has a pace too.
    pub fn look_now<'a>(&mut self, sales: impl Iterator<Item = &'a SaleId>) {
        for sale in sales {
            self.waits.entry(Line(Some(sale.clone()), "look")).or_default();
        }
        for (line, wait) in &mut self.waits {
            wait.hinted |= matches!(line.1, "look" | "inspect");
        }
    }

    /// A call has ended.
    pub fn end(&mut self, id: FlightId) -> Option<Flight> {
        self.under_way.remove(&id)
    }

    /// It went well: the next one waits only for its pace. What is to be told of it.
    pub fn went_well(&mut self, purpose: &Purpose, now: Moment) -> Option<Lasted> {
        let wait = self.waits.get_mut(&purpose.line())?;
        (wait.failures, wait.until, wait.trouble) = (0, None, None);
        wait.told.went_well(now)
    }

    /// What is to be told of a call that went wrong, where these reasons not to sell stand.
    pub fn tell(
        &mut self,
        purpose: &Purpose,
        trouble: &Trouble,
        reasons: &Reasons,
        now: Since,
    ) -> Option<Told> {
        let wait = self.waits.entry(purpose.line()).or_default();
        wait.told.failed(trouble, reasons, now)
    }

    /// It went wrong: the next one waits, longer each time, with jitter so that a fleet does not
    /// beat in step, and never less than Stripe asks for.
    pub fn went_wrong(
        &mut self,
        purpose: &Purpose,
        trouble: &Trouble,
        now: Moment,
        setback: Setback,
    ) {
        let wait = self.waits.entry(purpose.line()).or_default();
        let longest = match wait.failures {
            _ if setback.customer_waits => LONGEST_WAIT_OF_A_CUSTOMER,
            _ if setback.refused => LONGEST_WAIT_REFUSED,
            0..LASTING => LONGEST_WAIT,
            LASTING..LASTING_LONG => LONGEST_WAIT_LATER,
            LASTING_LONG.. => LONGEST_WAIT_AT_LAST,
        };
        let first = if setback.refused { FIRST_WAIT_REFUSED } else { FIRST_WAIT }.min(longest);
        let ceiling = first.saturating_mul(1 << wait.failures.min(10)).min(longest);
        let jittered = first + ceiling.saturating_sub(first).mul_f64(setback.draw);
        // An absurd `Retry-After` must not stop the kiosk for good.
        let asked_to_wait = setback.asked_to_wait.map(|asked| asked.min(LONGEST_WAIT_LATER));
        wait.until = Some(now + jittered.max(asked_to_wait.unwrap_or_default()));
        wait.failures = wait.failures.saturating_add(1);
        wait.trouble = Some(trouble.clone());
    }

    /// Stripe answers again: whatever waited for that goes soon, spread over `within` so that all
    /// of it does not go at once.
    pub fn hurry(&mut self, now: Moment, within: Duration, rng: &mut fastrand::Rng) {
        for wait in self.waits.values_mut().filter(|wait| wait.failures > 0) {
            let soon = now + within.mul_f64(rng.f64());
            wait.until = wait.until.map(|until| until.min(soon));
        }
    }

    /// The reader is busy with an authorization, say: that ends within seconds, and is asked for
    /// again at an even pace.
    pub fn reader_was_busy(&mut self, purpose: &Purpose, now: Moment) {
        let wait = self.waits.entry(purpose.line()).or_default();
        wait.failures = 0;
        wait.until = Some(now + BUSY_WAIT);
    }

    /// Forgets the waits of a sale that is over. Its calls under way stay: what may move money is
    /// never dropped.
    pub fn forget(&mut self, sale: &SaleId) {
        self.waits.retain(|line, _| line.0.as_ref() != Some(sale));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sale::input::Obstacle;

    fn look() -> Purpose {
        Purpose::ReaderLook
    }

    fn lost() -> Trouble {
        Trouble::Unknown { obstacle: Obstacle::Silence, why: "reset".into() }
    }

    /// How long the next look waits after so many failures, at the worst draw.
    fn waits(failures: u32, setback: Setback) -> Duration {
        let mut flights = Flights::default();
        let now = Moment::from_millis(0);
        for _ in 0..failures {
            flights.went_wrong(&look(), &lost(), now, Setback { draw: 1.0, ..setback });
        }
        flights.wait_until(&look(), Pace::AT_ONCE).unwrap().since(now)
    }

    #[test]
    fn waits_grow_and_stay_within_bounds() {
        let setback = Setback::default();
        assert_eq!(waits(1, setback), FIRST_WAIT);
        assert_eq!(waits(2, setback), FIRST_WAIT * 2);
        assert_eq!(waits(LASTING, setback), LONGEST_WAIT);
        assert_eq!(waits(LASTING_LONG, setback), LONGEST_WAIT_LATER);
        assert_eq!(waits(LASTING_LONG + 1, setback), LONGEST_WAIT_AT_LAST);
        let refused = Setback { refused: true, ..setback };
        assert_eq!(waits(1, refused), FIRST_WAIT_REFUSED);
        assert_eq!(waits(30, refused), LONGEST_WAIT_REFUSED);
    }

    #[test]
    fn a_customer_who_waits_is_looked_after_every_two_seconds() {
        let setback = Setback { customer_waits: true, ..Setback::default() };
        for failures in 1..50 {
            assert!(waits(failures, setback) <= Duration::from_secs(2));
        }
    }

    #[test]
    fn stripes_own_wish_is_heeded_but_not_for_ever() {
        let asked = |wait| Setback { asked_to_wait: Some(wait), ..Setback::default() };
        assert_eq!(waits(1, asked(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(waits(1, asked(Duration::from_hours(1))), LONGEST_WAIT_LATER);
    }

    #[test]
    fn a_call_keeps_its_pace_from_the_last_one_and_a_hint_breaks_it() {
        let mut flights = Flights::default();
        let sent = Moment::from_millis(0);
        let pace = Pace::Every(Duration::from_secs(8));
        let request = Request::ReadReader { reader: "tmr_1".parse().unwrap() };
        let id = flights.start(Flight { purpose: look(), request, asked: sent, sent }, 0.5);
        flights.end(id);
        flights.went_well(&look(), sent);
        assert_eq!(flights.wait_until(&look(), pace), Some(sent + Duration::from_secs(6)));
        assert_eq!(flights.wait_until(&look(), Pace::AT_ONCE), Some(sent));
        flights.look_now(std::iter::empty());
        assert_eq!(flights.wait_until(&look(), pace), None);
    }

    /// Bug: a hint made only those look again who had looked before, so that a customer who had
    /// paid within [`Pace::Customer`]'s first seconds waited for them to pass, webhook or not.
    #[test]
    fn a_hint_breaks_the_pace_of_a_first_look_too() {
        let mut flights = Flights::default();
        let sale: SaleId = "S1".parse().unwrap();
        let first = Purpose::Sale { sale: sale.clone(), call: Call::Look };
        let pace = Pace::Customer(Moment::from_millis(0));
        assert!(flights.wait_until(&first, pace).is_some());
        flights.look_now([&sale].into_iter());
        assert_eq!(flights.wait_until(&first, pace), None);
    }

    #[test]
    fn commands_to_the_reader_go_one_at_a_time_and_looks_beside_them() {
        let mut flights = Flights::default();
        let now = Moment::from_millis(0);
        let clear = Request::ClearReader { reader: "tmr_1".parse().unwrap(), key: None };
        let read = Request::ReadReader { reader: "tmr_1".parse().unwrap() };
        let prompt = Purpose::Sale { sale: "S1".parse().unwrap(), call: Call::Prompt { n: 1 } };
        let id = flights.start(
            Flight { purpose: Purpose::Clear, request: clear.clone(), asked: now, sent: now },
            0.0,
        );
        assert!(!flights.is_clear(&prompt, &clear));
        assert!(flights.is_clear(&look(), &read));
        flights.end(id);
        assert!(flights.is_clear(&prompt, &clear));
    }
}
