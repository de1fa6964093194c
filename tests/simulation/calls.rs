//! Calls on their way to Stripe and back.

use kioskd::daemon::flights::FlightId;
use kioskd::sale::input::Obstacle;
use kioskd::simulator::{self, ErrorFields, IntentBook, NamedError};
use kioskd::stripe::meaning::{Answer, NoAnswer};
use kioskd::stripe::request::{Method, Wire};
use kioskd::stripe::{API_VERSION, Request};
use serde_json::Value;

use crate::account::answer;
use crate::auditor::Millis;
use crate::auditor::watch::{Money, Sent};
use crate::network::{Fate, Weather};
use crate::world::{Coming, World, millis};

/// How long it takes to notice that there is no network.
const NO_ROUTE: Millis = 100;

/// The errors with which Stripe answers a call, and how they are counted.
const ERRORS: [(&str, &str); 7] = [
    ("api_error", "stripe: 500"),
    ("terminal_reader_timeout", "stripe: terminal_reader_timeout"),
    ("terminal_reader_busy", "stripe: terminal_reader_busy"),
    ("terminal_reader_offline", "stripe: terminal_reader_offline"),
    ("intent_invalid_state", "stripe: intent_invalid_state"),
    ("payment_intent_unexpected_state", "stripe: payment_intent_unexpected_state"),
    ("terminal_reader_hardware_fault", "stripe: terminal_reader_hardware_fault"),
];

/// The errors with which Stripe refuses a call before it looks at it.
const EARLY: [(&str, &str); 4] = [
    ("rate_limit", "stripe: 429 rate_limit"),
    ("lock_timeout", "stripe: 429 lock_timeout"),
    ("idempotency_key_in_use", "stripe: 409 key in use"),
    ("unauthorized", "stripe: 401 once"),
];

impl World {
    /// A call leaves the kiosk.
    pub fn send(&mut self, flight: FlightId, request: &Request) {
        let wire = request.wire();
        let method = if wire.method == Method::Get { "GET" } else { "POST" };
        let line = format!("{method} {}", wire.path);
        let sent = Sent {
            line: &line,
            params: &wire.params,
            key: wire.key.as_ref().map(kioskd::ids::IdempotencyKey::as_str),
            is_reader_command: request.is_reader_command(),
        };
        self.watch.sent(flight.0, &sent);
        self.tally.count("calls");
        self.tell(|| format!("→ {line}"));
        let life = self.life;
        let (wait, result) = match self.network.weather(self.now) {
            Weather::NoRoute => {
                (NO_ROUTE, Err(NoAnswer::NotSent(Obstacle::Network, "no route".to_owned())))
            }
            Weather::BlackHole => (millis(wire.limit), Err(silence())),
            Weather::Portal => (80, Ok(portal())),
            Weather::Fair | Weather::NoReplies | Weather::TooMany | Weather::Failing => {
                let scripted = self.script.calls.iter().position(|(end, _)| line.ends_with(end));
                let fate = match scripted {
                    Some(at) => self.script.calls.remove(at).1,
                    None => self.draw_fate(&wire),
                };
                let there = self.draw_delay();
                let sent = self.now;
                let wire = Box::new(wire);
                self.may_arrive_twice(&wire);
                self.after(there, Coming::Arrives { life, flight, wire, fate, sent });
                return;
            }
        };
        self.after(wait, Coming::Answered { life, flight, result });
    }

    /// The network may deliver a call twice, the second one first. Each goes its own way.
    fn may_arrive_twice(&mut self, wire: &Wire) {
        if !self.chance(self.plan.rates.twice) {
            return;
        }
        let counted = match wire.method {
            Method::Get => "network: a GET delivered twice",
            Method::Post if wire.key.is_none() => "network: a POST without a key delivered twice",
            Method::Post => "network: a POST delivered twice",
        };
        self.tally.count(counted);
        let there = self.draw_delay();
        self.after(there, Coming::ArrivesAgain { wire: Box::new(wire.clone()) });
    }

    /// A call reaches Stripe once more. What that does is the network's doing, not kioskd's.
    pub fn arrives_again(&mut self, wire: Wire) {
        self.tell(|| format!("{} arrives once more", wire.path));
        let wall = self.wall();
        self.stripe.handle(simulator_request(wire), wall);
    }

    /// One way: tens of milliseconds, or many seconds.
    fn draw_delay(&mut self) -> Millis {
        if self.chance(self.plan.rates.slow) {
            self.tally.count("network: a slow way");
            return self.rng.u64(1_000..70_000);
        }
        self.rng.u64(10..60)
    }

    fn draw_fate(&mut self, wire: &Wire) -> Fate {
        match self.network.weather(self.now) {
            Weather::TooMany => return Fate::Early("rate_limit"),
            Weather::Failing => {
                return Fate::Error { name: "api_error", executed: self.rng.bool() };
            }
            Weather::NoReplies => return Fate::ReplyLost,
            Weather::Fair | Weather::NoRoute | Weather::BlackHole | Weather::Portal => {}
        }
        if !self.chance(self.plan.rates.calls) {
            return Fate::Answered;
        }
        let fate = match self.rng.u32(0..6) {
            0 => Fate::Lost,
            1 => Fate::ReplyLost,
            2 => Fate::Reset,
            3 => Fate::ResetAfter,
            4 => {
                let at_reader = wire.path.contains("/terminal/readers/");
                let most = if at_reader { ERRORS.len() } else { 1 };
                let (name, counted) = ERRORS[self.rng.usize(0..most)];
                self.tally.count(counted);
                Fate::Error { name, executed: self.rng.bool() }
            }
            _ => {
                let (name, counted) = EARLY[self.rng.usize(0..EARLY.len())];
                self.tally.count(counted);
                Fate::Early(name)
            }
        };
        match fate {
            Fate::Lost => self.tally.count("network: a request lost"),
            Fate::ReplyLost => self.tally.count("network: a reply lost"),
            Fate::Reset => self.tally.count("network: reset before the request was read"),
            Fate::ResetAfter => self.tally.count("network: reset after the request was read"),
            Fate::Answered | Fate::Error { .. } | Fate::Early(_) => {}
        }
        fate
    }

    /// A call reaches Stripe, whether or not its sender still lives.
    pub fn arrives(
        &mut self,
        life: u32,
        flight: FlightId,
        wire: Wire,
        (fate, sent): (Fate, Millis),
    ) {
        if wire.path.ends_with("/cancel_action") {
            let stranger = self.stranger_on_reader();
            self.watch.strangers_are_left_alone(sent, stranger);
        }
        let limit = sent + millis(wire.limit);
        let request = simulator_request(wire);
        let wall = self.wall();
        let now = self.now;
        let by_limit = move |result| (limit.saturating_sub(now), result);
        let back = self.draw_delay();
        let (wait, result) = match fate {
            Fate::Lost => by_limit(Err(silence())),
            Fate::Reset => (back, Err(reset())),
            Fate::ReplyLost => {
                self.stripe.handle(request, wall);
                by_limit(Err(silence()))
            }
            Fate::ResetAfter => {
                self.stripe.handle(request, wall);
                (back, Err(reset()))
            }
            Fate::Answered => (back, Ok(self.stripe.handle(request, wall))),
            Fate::Error { name, executed } => {
                let error = NamedError::named(name).unwrap().with(ErrorFields::default());
                let response =
                    self.stripe.changes().handle_with_error(&request, &error, executed, wall);
                (back, Ok(answer(response, wall)))
            }
            Fate::Early(name) => {
                let error = NamedError::named(name).unwrap().with(ErrorFields::default());
                let response = self.stripe.changes().refuse_with_error(&request, &error, wall);
                (back, Ok(answer(response, wall)))
            }
        };
        if life != self.life {
            return;
        }
        let (wait, result) =
            if now + wait > limit { by_limit(Err(silence())) } else { (wait, result) };
        self.after(wait, Coming::Answered { life, flight, result });
    }

    /// Reads as the auditor, past all faults.
    pub fn read(&mut self, path: String, params: &[(&str, &str)]) -> Value {
        let wall = self.wall();
        let request = simulator::Request::get(path).with(params);
        let request = simulator::Request { api_key: Some("sk_test_auditor".into()), ..request };
        self.stripe.read(&request, wall)
    }

    /// Since when another system's payment waits on the reader, if one does.
    fn stranger_on_reader(&mut self) -> Option<Millis> {
        let since = self.stranger_since?;
        let reader = self.setup.reader.clone();
        let reader = self.read(format!("/v1/terminal/readers/{reader}"), &[]);
        let action = &reader["action"];
        let waits = action["status"] == "in_progress";
        let intent = action["process_payment_intent"]["payment_intent"].as_str()?.to_owned();
        let intent = self.read(format!("/v1/payment_intents/{intent}"), &[]);
        let theirs = intent["metadata"].get("kiosk").is_none();
        // What is canceled or paid by now is nobody's any more.
        let status = intent["status"].as_str();
        let is_dead = matches!(status, Some("canceled" | "succeeded"));
        (waits && theirs && !is_dead).then_some(since)
    }

    /// What Stripe has of a sale's money.
    pub fn money_of(&self, sale: &str) -> Vec<Money> {
        let books = self
            .stripe
            .books_of(|metadata| metadata.get("sale").is_some_and(|named| named == sale));
        let wall = self.wall().0;
        let money = |intent: IntentBook| {
            let given_back = intent.refunded > 0 && intent.refunded >= intent.amount_received;
            let age = |charged: i64| u64::try_from(wall - charged * 1000).unwrap_or_default();
            Money {
                status: if given_back { "refunded" } else { intent.status.as_str() }.to_owned(),
                covers: intent.amount_capturable + intent.amount_received,
                currency: intent.currency.code().to_owned(),
                age: intent.charged_at.map(age),
            }
        };
        books.payment_intents.into_iter().map(money).collect()
    }
}

fn silence() -> NoAnswer {
    NoAnswer::Unknown(Obstacle::Silence, "no reply came in time".to_owned())
}

fn reset() -> NoAnswer {
    NoAnswer::Unknown(Obstacle::Silence, "connection reset by peer".to_owned())
}

fn portal() -> Answer {
    Answer {
        status: 200,
        request_id: None,
        date: None,
        retry_after: None,
        replayed: false,
        body: b"<html>Welcome to the airport</html>".to_vec(),
    }
}

/// A call as the simulator takes it.
fn simulator_request(wire: Wire) -> simulator::Request {
    simulator::Request {
        method: match wire.method {
            Method::Get => simulator::Method::Get,
            Method::Post => simulator::Method::Post,
        },
        path: wire.path,
        params: wire.params,
        idempotency_key: wire.key.as_ref().map(ToString::to_string),
        api_version: Some(API_VERSION.to_owned()),
        api_key: Some("rk_test_simulated".to_owned()),
    }
}
