//! The calls under `/simulator/`: what tests and technicians see and do.

use std::collections::BTreeSet;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fields::{FieldError, Fields};
use super::reply::{Reply, json_reply, plain};
use super::rules::Rule;
use super::{Shell, lock, now, settings};
use crate::ids::{PaymentIntentId, ReaderId};
use crate::simulator::{Fault, LeftBehind, Model, Right};

/// A fault to be put on a reader.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReaderFault {
    reader: ReaderId,
    fault: Fault,
}

/// A status and what is wrong, or the body of a 200.
type Outcome = Result<Value, (u16, String)>;

/// The same for something that has nothing to show.
type Done = Result<(), (u16, String)>;

/// What the console can do.
const PAGE: &str = include_str!("console.md");

/// How long a reader that was power-cycled is offline.
const POWERS_UP_AFTER: Duration = Duration::from_secs(30);

#[expect(clippy::needless_pass_by_value, reason = "map_err gives the error away")]
fn bad(error: impl ToString) -> (u16, String) {
    (400, error.to_string())
}

impl Shell {
    pub(super) fn console(&self, parts: &Parts, body: &Bytes) -> Reply {
        let path = parts.uri.path();
        if parts.method == hyper::Method::GET && path == "/simulator/" {
            return plain(200, PAGE);
        }
        let segments: Vec<&str> = path.trim_start_matches("/simulator/").split('/').collect();
        let outcome = match (parts.method.as_str(), segments.as_slice()) {
            ("GET", ["books"]) => self.show_books(),
            ("GET", ["requests"]) => Ok(json!(lock(&self.log).requests())),
            ("GET", ["connections"]) => Ok(json!(*lock(&self.connections))),
            ("GET", ["faults"]) => Ok(self.show_faults()),
            ("POST", ["faults"]) => self.add_fault(body),
            ("DELETE", ["faults"]) => {
                lock(&self.rules).clear();
                Ok(self.show_faults())
            }
            ("GET", ["readers", id, "screen"]) => self.show_screen(id),
            ("POST", ["readers", id, verb]) => self.at_reader(id, verb, body),
            ("POST", ["setup"]) => self.set_up(|model| settings::change_account(model, body)),
            ("POST", ["locations", id]) => {
                self.set_up(|model| settings::put_location(model, id, body))
            }
            ("POST", ["keys", verb]) => self.at_keys(verb, body),
            ("POST", ["payment_intents", id, "expire"]) => self.expire(id),
            ("POST", ["payment_intents", id, "age"]) => self.age(id, body),
            ("POST", ["idempotency", "forget"]) => {
                lock(&self.model).forget_idempotency_keys();
                Ok(json!({}))
            }
            (method, _) => Err((404, format!("the simulator has no {method} {path}"))),
        };
        match outcome {
            Ok(body) => json_reply(200, &body),
            Err((status, message)) => json_reply(status, &json!({ "error": message })),
        }
    }

    fn show_books(&self) -> Outcome {
        let mut model = lock(&self.model);
        model.advance(now());
        serde_json::to_value(model.books()).map_err(|error| (500, error.to_string()))
    }

    fn show_faults(&self) -> Value {
        let rules = json!(lock(&self.rules).reports());
        json!({ "rules": rules, "readers": lock(&self.model).fault_reports() })
    }

    /// JSON with a `reader` is a fault of the reader, any other one of the wire.
    fn add_fault(&self, body: &Bytes) -> Outcome {
        let json: Value = serde_json::from_slice(body).map_err(bad)?;
        if json.get("reader").is_some() {
            let put: ReaderFault = serde_json::from_value(json).map_err(bad)?;
            lock(&self.model).put_fault(&put.reader, put.fault, now()).map_err(bad)?;
        } else {
            let rule: Rule = serde_json::from_value(json).map_err(bad)?;
            rule.check().map_err(bad)?;
            lock(&self.rules).add(rule);
        }
        Ok(self.show_faults())
    }

    fn show_screen(&self, reader: &str) -> Outcome {
        let reader = ReaderId::new(reader).map_err(bad)?;
        let mut model = lock(&self.model);
        model.advance(now());
        Ok(json!(model.reader_screen(&reader)))
    }

    fn set_up(&self, change: impl FnOnce(&mut Model) -> Result<(), FieldError>) -> Outcome {
        change(&mut lock(&self.model)).map_err(bad)?;
        Ok(json!({}))
    }

    /// Changes what a key, or every key, is good for.
    fn at_keys(&self, verb: &str, body: &Bytes) -> Outcome {
        let names: &[&str] = match verb {
            "limit" => &["key", "lacks"],
            "widen" => &["key", "has"],
            _ => &["key"],
        };
        let fields = Fields::read(body, names).map_err(bad)?;
        let key = fields.text("key");
        let rights = |field: &'static str| {
            let listed = fields.text(field).ok_or(FieldError::Missing { name: field });
            let listed = listed.map_err(bad)?.split(',').filter(|name| !name.is_empty());
            let rights: Result<BTreeSet<Right>, _> = listed.map(str::parse).collect();
            rights.map_err(bad)
        };
        let mut model = lock(&self.model);
        match verb {
            "revoke" => model.revoke_key(key),
            "restore" => model.restore_key(key),
            "limit" => model.limit_key(key, &rights("lacks")?),
            "widen" => model.widen_key(key, &rights("has")?),
            _ => return Err((404, format!("the simulator's keys know no {verb}"))),
        }
        Ok(json!({}))
    }

    /// Does something to a reader, and shows its screen.
    fn at_reader(&self, reader: &str, verb: &str, body: &Bytes) -> Outcome {
        let reader = &ReaderId::new(reader).map_err(bad)?;
        let model = &mut *lock(&self.model);
        match verb {
            "customer_cancel" => model.press_cancel_on_reader(reader, now()).map_err(bad),
            "answer" => answer_form(model, reader, body),
            "deaf" => model.deafen_reader(reader, now()).map_err(bad),
            "foreign_display" => model.put_fault(reader, Fault::ForeignDisplay, now()).map_err(bad),
            "foreign_payment" => model.put_fault(reader, Fault::ForeignAction, now()).map_err(bad),
            "online" => set_online(model, reader, body),
            "power_cycle" => power_cycle(model, reader, body),
            "setup" => settings::change_reader(model, reader, body).map_err(bad),
            "status" => show_status(model, reader, body),
            "updated" => model.end_reader_update(reader, now()).map_err(bad),
            _ => Err((404, format!("a reader of the simulator knows no {verb}"))),
        }?;
        Ok(json!(model.reader_screen(reader)))
    }

    /// A PaymentIntent that was made a while ago, without the wait for it.
    fn age(&self, intent: &str, body: &Bytes) -> Outcome {
        let intent = PaymentIntentId::new(intent).map_err(bad)?;
        let seconds =
            Fields::read(body, &["seconds"]).map_err(bad)?.parse("seconds").map_err(bad)?;
        let seconds = seconds.ok_or(FieldError::Missing { name: "seconds" }).map_err(bad)?;
        if lock(&self.model).age_intent(&intent, Duration::from_secs(seconds)) {
            Ok(json!({ "aged": intent }))
        } else {
            Err((404, format!("there is no {intent}")))
        }
    }

    fn expire(&self, intent: &str) -> Outcome {
        let intent = PaymentIntentId::new(intent).map_err(bad)?;
        let held = lock(&self.model).expire_authorization(&intent, now()).map_err(bad)?;
        Ok(json!({ "expired": held }))
    }
}

fn set_online(model: &mut Model, reader: &ReaderId, body: &Bytes) -> Done {
    let fields = Fields::read(body, &["online"]).map_err(bad)?;
    let is_online = fields.parse("online").map_err(bad)?;
    let is_online = is_online.ok_or(FieldError::Missing { name: "online" }).map_err(bad)?;
    model.set_reader_online(reader, is_online, now()).map_err(bad)
}

fn answer_form(model: &mut Model, reader: &ReaderId, body: &Bytes) -> Done {
    let fields = Fields::read(body, &["answer"]).map_err(bad)?;
    let answer = fields.text("answer").ok_or(FieldError::Missing { name: "answer" });
    model.answer_form(reader, answer.map_err(bad)?, now()).map_err(bad)
}

fn power_cycle(model: &mut Model, reader: &ReaderId, body: &Bytes) -> Done {
    let fields = Fields::read(body, &["off_ms", "action"]).map_err(bad)?;
    let words = [("stuck", LeftBehind::Stuck), ("failed", LeftBehind::Failed)];
    let left = fields.word("action", &words).map_err(bad)?.unwrap_or(LeftBehind::Stuck);
    let off = fields.millis("off_ms").map_err(bad)?.unwrap_or(POWERS_UP_AFTER);
    model.power_cycle_reader(reader, off, left, now()).map_err(bad)
}

fn show_status(model: &mut Model, reader: &ReaderId, body: &Bytes) -> Done {
    let fields = Fields::read(body, &["status", "seen_ago_ms"]).map_err(bad)?;
    let words = [("online", Some(true)), ("offline", Some(false)), ("true", None)];
    let status = fields.word("status", &words).map_err(bad)?;
    let status = status.ok_or(FieldError::Missing { name: "status" }).map_err(bad)?;
    let seen_ago = fields.millis("seen_ago_ms").map_err(bad)?;
    model.show_reader_status(reader, status, seen_ago, now()).map_err(bad)
}
