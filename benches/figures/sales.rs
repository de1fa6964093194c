//! Sales that are measured: what a customer waits for, and what Stripe is asked.

use std::thread;
use std::time::Duration;

use kioskd::simulator::Method;
use kioskd::simulator::http::LoggedRequest;

use crate::kiosk::{Kiosk, now};
use crate::process::wait_for;

/// The simulator stamps calls with whole milliseconds, cut off: on average this much too early.
const CUT_OFF: i64 = 500;

/// After the goods: the capture goes out, and the reader has shown its result.
const AFTERWARDS: Duration = Duration::from_millis(2500);

/// One sale; all times in microseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Sale {
    /// The line of the keypad was sent.
    pub selected: i64,
    /// `process_payment_intent` was at Stripe.
    pub prompted: i64,
    /// Stripe had authorized the card.
    pub authorized: i64,
    /// The board had read `VEND`.
    pub vended: i64,
    /// Creations, prompts and captures.
    pub steps: usize,
    /// Reads of the reader and of the PaymentIntent.
    pub looks: usize,
    /// Of these, those that look for the customer's payment.
    pub watches: usize,
    /// Whatever else was asked of Stripe.
    pub others: usize,
}

impl Sale {
    /// From the selection until the prompt was at Stripe, in milliseconds.
    pub fn prompt_after(self) -> f64 {
        millis(self.prompted - self.selected)
    }

    /// From the authorization until the board knew, in milliseconds.
    pub fn vend_after(self) -> f64 {
        millis(self.vended - self.authorized)
    }
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "spans of seconds")]
fn millis(micros: i64) -> f64 {
    micros as f64 / 1000.0
}

/// Sells once: the customer taps so long after the reader asks for a card, and `news` may tell the
/// kiosk of the authorization. Returns when it was selected, once the goods are out.
pub fn sell(kiosk: &Kiosk, taps_after: Duration, news: impl FnOnce(&Kiosk)) -> i64 {
    let vends = kiosk.machine.vends().len();
    let selected = now();
    kiosk.keypad.press("A1");
    kiosk.stripe.wait_for_the_prompt();
    thread::sleep(taps_after);
    kiosk.stripe.tap();
    news(kiosk);
    wait_for("the goods", || (kiosk.machine.vends().len() > vends).then_some(()));
    selected
}

/// The same, with the time that a customer leaves to the next.
pub fn sell_and_leave(kiosk: &Kiosk, taps_after: Duration) -> i64 {
    let selected = sell(kiosk, taps_after, |_| {});
    thread::sleep(AFTERWARDS);
    selected
}

/// What the simulator's log and the board say of sales that were selected at these times, of which
/// each was sold. `authorizes` is how long the issuer takes from the tap on.
pub fn measure(kiosk: &Kiosk, selected: &[i64], authorizes: Duration) -> Vec<Sale> {
    let log = kiosk.stripe.requests();
    let vends = kiosk.machine.vends();
    let ends = selected.iter().skip(1).copied().chain([i64::MAX]);
    selected.iter().zip(ends).map(|(from, to)| one(&log, &vends, *from, to, authorizes)).collect()
}

fn one(log: &[LoggedRequest], vends: &[i64], from: i64, to: i64, authorizes: Duration) -> Sale {
    let at = |call: &LoggedRequest| call.at.0 * 1000 + CUT_OFF;
    let calls: Vec<&LoggedRequest> =
        log.iter().filter(|call| (from..to).contains(&at(call))).collect();
    let first = |ends: &str| {
        let found = calls.iter().find(|call| call.path.ends_with(ends));
        at(found.unwrap_or_else(|| panic!("no {ends} for the sale of {from}")))
    };
    let authorizes = i64::try_from(authorizes.as_micros()).expect("some seconds");
    let vended = vends.iter().copied().find(|at| (from..to).contains(at));
    let kind = |call: &&&LoggedRequest| Kind::of(call);
    let count = |wanted| calls.iter().filter(|call| kind(call) == wanted).count();
    let prompted = first("/process_payment_intent");
    let watches = calls.iter().filter(|call| kind(call) == Kind::Look && at(call) > prompted);
    Sale {
        selected: from,
        prompted,
        authorized: first("/present_payment_method") + authorizes,
        vended: vended.expect("goods"),
        steps: count(Kind::Step),
        looks: count(Kind::Look),
        watches: watches.count(),
        others: count(Kind::Other),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Step,
    Look,
    Other,
    Customer,
}

impl Kind {
    fn of(call: &LoggedRequest) -> Self {
        let steps = ["/v1/payment_intents", "/process_payment_intent", "/capture"];
        if call.path.starts_with("/v1/test_helpers/") {
            Self::Customer
        } else if call.method == Method::Get && call.path.starts_with("/v1/") {
            Self::Look
        } else if steps.iter().any(|step| call.path.ends_with(step)) {
            Self::Step
        } else {
            Self::Other
        }
    }
}

/// Mean, median and the value that nine of ten stay under.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The median.
    pub median: f64,
    /// The 90th percentile.
    pub high: f64,
}

impl Spread {
    /// Of at least one value.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        assert!(!values.is_empty(), "nothing was measured");
        let at = |tenths: usize| values[(values.len() - 1) * tenths / 10];
        Self { mean: mean(&values), median: at(5), high: at(9) }
    }
}

/// The mean of values.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "some hundred values")]
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
