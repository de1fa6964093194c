//! Customers: what they press, which card they hold to the reader and when, and how they leave.

use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::Value;

use crate::world::{FORM, READER, World};

const VISA: &str = "4242424242424242";
const DECLINED: &str = "4000000000000002";

/// How often a customer looks at the reader.
const LOOKS: Duration = Duration::from_millis(40);

/// From the tap to the hint that a webhook would bring.
const HINTED_AFTER: Duration = Duration::from_millis(250);

/// One customer.
#[derive(Clone, Debug)]
pub struct Person {
    /// Which key.
    pub code: &'static str,
    /// Whether the first card is declined.
    declined_first: bool,
    /// From the prompt to the tap, in milliseconds; `None`: never.
    taps_after: Option<u64>,
    /// From the prompt to CANCEL on the kiosk.
    cancels_after: Option<u64>,
    /// From the prompt to cancel on the reader.
    cancels_on_reader_after: Option<u64>,
    /// Whether Stripe's webhook is fast.
    hinted: bool,
    prompted: Option<Instant>,
    looked: Option<Instant>,
    tapped: Option<Instant>,
}

impl Person {
    /// One who taps a card that pays as soon as the reader asks.
    pub fn honest() -> Self {
        Self {
            code: "A1",
            declined_first: false,
            taps_after: Some(100),
            cancels_after: None,
            cancels_on_reader_after: None,
            hinted: true,
            prompted: None,
            looked: None,
            tapped: None,
        }
    }

    /// One who pays, so many milliseconds after the prompt.
    #[allow(dead_code, reason = "of the virtual machine")]
    pub fn slow(millis: u64) -> Self {
        Self { taps_after: Some(millis), ..Self::honest() }
    }

    /// One who cancels on the kiosk.
    pub fn cancels() -> Self {
        Self { taps_after: None, cancels_after: Some(100), ..Self::honest() }
    }

    /// Anybody.
    pub fn draw(rng: &mut Rng) -> Self {
        let code = if rng.bool() { "A1" } else { "B2" };
        let (hinted, declined_first) = (rng.u32(0..3) > 0, rng.u32(0..8) == 0);
        let person = Self { code, declined_first, hinted, ..Self::honest() };
        let (soon, later) = (rng.u64(0..2_000), rng.u64(0..2_500));
        match rng.u32(0..20) {
            0 => Self { taps_after: None, ..person },
            1 | 2 => Self { taps_after: None, cancels_after: Some(soon), ..person },
            3 | 4 => Self { taps_after: None, cancels_on_reader_after: Some(soon), ..person },
            // Both at about the same time.
            5 => Self { taps_after: Some(soon), cancels_after: Some(later), ..person },
            6..10 => Self { taps_after: Some(0), ..person },
            10 => Self { taps_after: Some(rng.u64(2_000..9_000)), ..person },
            _ => Self { taps_after: Some(soon), ..person },
        }
    }

    /// Does what is to be done now, whether or not the daemon lives.
    pub fn act(&mut self, world: &World) {
        if self.tapped.is_some_and(|at| self.hinted && at.elapsed() > HINTED_AFTER) {
            self.tapped = None;
            let hint = format!("{{\"reader\":\"{READER}\"}}");
            drop(world.ask_daemon(("POST", "/v1/hint", "application/json", &hint)));
        }
        if self.looked.is_some_and(|at| at.elapsed() < LOOKS) {
            return;
        }
        self.looked = Some(Instant::now());
        let path = format!("/simulator/readers/{READER}/screen");
        let screen = world.ask_stripe(("GET", &path, "text/plain", ""));
        if screen["screen"] == "present_card" {
            self.sees_prompt(world, &screen);
        } else {
            self.prompted = None;
        }
    }

    fn sees_prompt(&mut self, world: &World, screen: &Value) {
        let prompted = *self.prompted.get_or_insert_with(Instant::now);
        let due = |wait: Option<u64>| {
            wait.is_some_and(|wait| prompted.elapsed() >= Duration::from_millis(wait))
        };
        if due(self.cancels_after) {
            self.cancels_after = None;
            world.press("CANCEL");
        }
        if due(self.cancels_on_reader_after) && screen["may_cancel"] == true {
            self.cancels_on_reader_after = None;
            world.life.tell("the customer cancels on the reader".to_owned());
            let path = format!("/simulator/readers/{READER}/customer_cancel");
            world.ask_stripe(("POST", &path, FORM, ""));
        } else if due(self.taps_after) {
            self.taps(world);
        }
    }

    fn taps(&mut self, world: &World) {
        let number = if std::mem::take(&mut self.declined_first) { DECLINED } else { VISA };
        world.life.tell(format!("the customer presents card {number}"));
        let path = format!("/v1/test_helpers/terminal/readers/{READER}/present_payment_method");
        let form = format!("type=card_present&card_present[number]={number}");
        world.ask_stripe(("POST", &path, FORM, &form));
        self.prompted = None;
        self.tapped = Some(Instant::now());
    }
}
