//! Calls to Stripe that are under way, and how long to wait before the next.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::SaleId;
use crate::sale::input::{Call, ReaderSeen};
use crate::stripe::Request;
use crate::time::Moment;

/// The first wait after a failed call. Source: Stripe's SDKs never wait less.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest wait while the fault is young: whatever comes back is noticed within it.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// The longest wait of a fault that has lasted.
const LONGEST_WAIT_LATER: Duration = Duration::from_mins(1);

/// The longest wait while a customer stands in front: their card may be authorized already.
const LONGEST_WAIT_OF_A_CUSTOMER: Duration = Duration::from_secs(2);

/// The wait after the reader said that it is busy.
const BUSY_WAIT: Duration = Duration::from_secs(1);

/// After so many failures in a row a fault has lasted (some minutes).
const LASTING: u32 = 20;

/// How a call went wrong.
#[derive(Clone, Copy, Default, Debug)]
pub struct Setback {
    /// `Retry-After`.
    pub asked_to_wait: Option<Duration>,
    /// Whether the customer in front waits for it.
    pub customer_waits: bool,
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
    /// The kiosk's own look at the reader.
    ReaderLook,
    /// Clearing an action that is over.
    ClearDead,
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

#[derive(Clone, Copy, Debug)]
struct Wait {
    failures: u32,
    until: Moment,
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
            Self::Sale { sale, .. } | Self::LookIntent { sale, .. } => Some(sale),
            Self::ReaderLook | Self::ClearDead => None,
        }
    }

    /// The call that its reply answers.
    pub fn call(&self) -> Call {
        match self {
            Self::Sale { call, .. } => *call,
            Self::LookIntent { .. } | Self::ReaderLook => Call::Look,
            Self::ClearDead => Call::ClearReader { n: 0 },
        }
    }

    fn line(&self) -> Line {
        let word = match self.call() {
            Call::Create { .. } => "create",
            Call::Prompt { .. } => "prompt",
            Call::ClearReader { .. } => "clear",
            Call::Cancel { .. } => "cancel",
            Call::Capture { .. } => "capture",
            Call::Look => "look",
            Call::Inspect => "inspect",
        };
        Line(self.sale().cloned(), word)
    }

    fn changes_something(&self) -> bool {
        !matches!(self.call(), Call::Look | Call::Inspect)
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
                    && purpose.changes_something())
                || (flight.request.is_reader_command() && request.is_reader_command())
        })
    }

    /// Until when the next call of this kind has to wait.
    pub fn wait_until(&self, purpose: &Purpose) -> Option<Moment> {
        self.waits.get(&purpose.line()).map(|wait| wait.until)
    }

    /// Until when the next call of this kind has to wait because the last one failed, whatever its
    /// pace.
    pub fn backs_off_until(&self, purpose: &Purpose) -> Option<Moment> {
        let wait = self.waits.get(&purpose.line()).filter(|wait| wait.failures > 0);
        wait.map(|wait| wait.until)
    }

    /// A call goes out.
    pub fn start(&mut self, flight: Flight) -> FlightId {
        self.last += 1;
        let id = FlightId(self.last);
        self.under_way.insert(id, flight);
        id
    }

    /// A call has ended.
    pub fn end(&mut self, id: FlightId) -> Option<Flight> {
        self.under_way.remove(&id)
    }

    /// It went well: the next one waits only for its pace.
    pub fn went_well(&mut self, purpose: &Purpose) {
        if let Some(wait) = self.waits.get_mut(&purpose.line()) {
            wait.failures = 0;
        }
    }

    /// It goes out now: the next one of its kind goes no sooner than `until`.
    pub fn pace(&mut self, purpose: &Purpose, until: Moment) {
        self.waits.entry(purpose.line()).or_insert(Wait { failures: 0, until }).until = until;
    }

    /// Whether the last call of this kind failed.
    pub fn is_failing(&self, purpose: &Purpose) -> bool {
        self.waits.get(&purpose.line()).is_some_and(|wait| wait.failures > 0)
    }

    /// It went wrong: the next one waits, longer each time, with jitter so that a fleet does not
    /// beat in step, and never less than Stripe asks for.
    pub fn went_wrong(
        &mut self,
        purpose: &Purpose,
        now: Moment,
        setback: Setback,
        rng: &mut fastrand::Rng,
    ) {
        let Setback { asked_to_wait, customer_waits } = setback;
        let line = purpose.line();
        let failures = self.waits.get(&line).map_or(0, |wait| wait.failures);
        let longest = match failures {
            _ if customer_waits => LONGEST_WAIT_OF_A_CUSTOMER,
            0..LASTING => LONGEST_WAIT,
            LASTING.. => LONGEST_WAIT_LATER,
        };
        let ceiling = FIRST_WAIT.saturating_mul(1 << failures.min(10)).min(longest);
        let jittered = FIRST_WAIT + ceiling.saturating_sub(FIRST_WAIT).mul_f64(rng.f64());
        // An absurd `Retry-After` must not stop the kiosk for good.
        let asked_to_wait = asked_to_wait.map(|wait| wait.min(LONGEST_WAIT_LATER));
        let until = now + jittered.max(asked_to_wait.unwrap_or_default());
        self.waits.insert(line, Wait { failures: failures.saturating_add(1), until });
    }

    /// Stripe answers again: whatever waited for that goes soon, spread over `within` so that all
    /// of it does not go at once.
    pub fn hurry(&mut self, now: Moment, within: Duration, rng: &mut fastrand::Rng) {
        for wait in self.waits.values_mut().filter(|wait| wait.failures > 0) {
            let soon = now + within.mul_f64(rng.f64());
            wait.until = wait.until.min(soon);
        }
    }

    /// The reader is busy with an authorization, say: that ends within seconds, and is asked for
    /// again at an even pace.
    pub fn reader_was_busy(&mut self, purpose: &Purpose, now: Moment) {
        self.waits.insert(purpose.line(), Wait { failures: 0, until: now + BUSY_WAIT });
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

    fn look() -> Purpose {
        Purpose::ReaderLook
    }

    fn waits(failures: u32) -> Duration {
        let mut flights = Flights::default();
        let mut rng = fastrand::Rng::with_seed(7);
        let now = Moment::from_millis(0);
        for _ in 0..failures {
            flights.went_wrong(&look(), now, Setback::default(), &mut rng);
        }
        flights.wait_until(&look()).unwrap().since(now)
    }

    #[test]
    fn waits_grow_and_stay_within_bounds() {
        assert_eq!(waits(1), FIRST_WAIT);
        for failures in 1..=LASTING {
            assert!(waits(failures) >= FIRST_WAIT && waits(failures) <= LONGEST_WAIT);
        }
        assert!(waits(40) <= LONGEST_WAIT_LATER);
    }

    #[test]
    fn a_customer_who_waits_is_looked_after_every_two_seconds() {
        let mut flights = Flights::default();
        let mut rng = fastrand::Rng::with_seed(7);
        let now = Moment::from_millis(0);
        let setback = Setback { asked_to_wait: None, customer_waits: true };
        for _ in 0..50 {
            flights.went_wrong(&look(), now, setback, &mut rng);
            assert!(flights.wait_until(&look()).unwrap().since(now) <= Duration::from_secs(2));
        }
    }

    #[test]
    fn stripes_own_wish_is_heeded_but_not_for_ever() {
        let mut flights = Flights::default();
        let mut rng = fastrand::Rng::with_seed(7);
        let now = Moment::from_millis(0);
        let asked = |wait| Setback { asked_to_wait: Some(wait), customer_waits: false };
        flights.went_wrong(&look(), now, asked(Duration::from_secs(7)), &mut rng);
        assert_eq!(flights.wait_until(&look()).unwrap().since(now), Duration::from_secs(7));
        flights.went_wrong(&look(), now, asked(Duration::from_hours(1)), &mut rng);
        assert_eq!(flights.wait_until(&look()).unwrap().since(now), LONGEST_WAIT_LATER);
    }

    #[test]
    fn a_pace_is_no_backoff() {
        let mut flights = Flights::default();
        let now = Moment::from_millis(0);
        flights.pace(&look(), now + Duration::from_secs(5));
        assert_eq!(flights.backs_off_until(&look()), None);
        let mut rng = fastrand::Rng::with_seed(7);
        flights.went_wrong(&look(), now, Setback::default(), &mut rng);
        assert!(flights.backs_off_until(&look()).is_some());
    }

    #[test]
    fn commands_to_the_reader_go_one_at_a_time_and_looks_beside_them() {
        let mut flights = Flights::default();
        let now = Moment::from_millis(0);
        let clear = Request::ClearReader { reader: "tmr_1".parse().unwrap(), key: None };
        let read = Request::ReadReader { reader: "tmr_1".parse().unwrap() };
        let prompt = Purpose::Sale { sale: "S1".parse().unwrap(), call: Call::Prompt { n: 1 } };
        let id = flights.start(Flight {
            purpose: Purpose::ClearDead,
            request: clear.clone(),
            asked: now,
            sent: now,
        });
        assert!(!flights.is_clear(&prompt, &clear));
        assert!(flights.is_clear(&look(), &read));
        flights.end(id);
        assert!(flights.is_clear(&prompt, &clear));
    }
}
