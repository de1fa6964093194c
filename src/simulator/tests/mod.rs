//! How the model behaves, seen through its calls.

use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::ids::{PaymentIntentId, ReaderId};
use crate::time::WallTime;

mod calls;
mod conditions;
mod keys;
mod payments;
mod readers;
mod setups;
mod two_steps;

/// A model with the time of day, and words for what kiosk and customer do.
struct Shop {
    model: Model,
    now: WallTime,
}

/// A reply whose body can be looked into.
struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Value,
    is_replayed: bool,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    fn error_code(&self) -> Option<&str> {
        self.body["error"]["code"].as_str()
    }
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        let is_replayed = response.is_replayed();
        let Response { status, headers, body } = response;
        Self { status, headers, body: body.json(), is_replayed }
    }
}

fn reader() -> ReaderId {
    ReaderId::new("tmr_simulated").unwrap()
}

impl Shop {
    fn open() -> Self {
        Self::with(Setup::default())
    }

    fn with(setup: Setup) -> Self {
        Self { model: Model::new(setup), now: WallTime(1_795_000_000_000) }
    }

    fn call(&mut self, request: &Request) -> Reply {
        self.model.handle(request, self.now).into()
    }

    fn post(&mut self, path: &str, params: &[(&str, &str)]) -> Reply {
        self.call(&Request::post(path, params))
    }

    fn wait(&mut self, wait: Duration) {
        self.now = WallTime(self.now.0 + i64::try_from(wait.as_millis()).unwrap());
        self.model.advance(self.now);
    }

    fn create(&mut self, more: &[(&str, &str)]) -> String {
        let reply = self.call(&create_request().with(more));
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body["id"].as_str().unwrap().to_owned()
    }

    fn prompt(&mut self, intent: &str) -> Reply {
        let params =
            [("payment_intent", intent), ("process_config[enable_customer_cancellation]", "true")];
        self.post("/v1/terminal/readers/tmr_simulated/process_payment_intent", &params)
    }

    fn tap(&mut self, card: Card) {
        self.model.present_card(&reader(), card, self.now).unwrap();
        self.wait(Duration::from_secs(2));
    }

    /// A PaymentIntent with a hold on a card.
    fn authorized(&mut self) -> String {
        let intent = self.create(&[]);
        assert_eq!(self.prompt(&intent).status, 200);
        self.tap(Card::VISA);
        assert_eq!(self.status(&intent), "requires_capture");
        intent
    }

    fn intent(&mut self, id: &str) -> Value {
        self.call(&Request::get(format!("/v1/payment_intents/{id}"))).body
    }

    fn status(&mut self, id: &str) -> String {
        self.intent(id)["status"].as_str().unwrap().to_owned()
    }

    fn action(&mut self) -> Value {
        self.call(&Request::get("/v1/terminal/readers/tmr_simulated")).body["action"].clone()
    }

    fn act(&mut self, intent: &str, verb: &str, params: &[(&str, &str)]) -> Reply {
        self.post(&format!("/v1/payment_intents/{intent}/{verb}"), params)
    }

    fn on_reader(&mut self, verb: &str) -> Reply {
        self.post(&format!("/v1/terminal/readers/tmr_simulated/{verb}"), &[])
    }
}

fn create_request() -> Request {
    let params = [
        ("amount", "250"),
        ("currency", "usd"),
        ("capture_method", "manual"),
        ("allowed_payment_method_types[]", "card_present"),
        ("metadata[sale]", "S1"),
    ];
    Request::post("/v1/payment_intents", &params)
}

#[track_caller]
fn assert_refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.error_code()), (status, Some(code)), "{}", reply.body);
}
