//! What the log says of effects and calls.

use std::time::Duration;

use crate::daemon::driver::Effect;
use crate::sale::input::Trouble;
use crate::stripe::meaning::{Answer, NoAnswer};
use crate::stripe::request::{Method, Wire};
use crate::telemetry::names::{self, Name};
use crate::telemetry::story::{self, Weight};

macro_rules! line {
    ($level:ident, $name:expr, $($rest:tt)+) => {{
        let name: Name = $name;
        tracing::$level!(EVENT = name.word, MESSAGE_ID = name.message_id, $($rest)+)
    }};
}

/// Tells of an effect, where it is news for people.
pub fn effect(effect: &Effect) {
    match effect {
        Effect::Happened { sale, fact } => {
            let text = story::sentence(fact);
            match story::weight(fact) {
                Weight::Step => line!(info, names::SALE_STEP, %sale, "{text}"),
                Weight::Trouble => line!(warn, names::SALE_STEP, %sale, "{text}"),
                Weight::Alarm => line!(
                    error, names::SALE_ALARM, %sale,
                    "{text}; see: kioskd sales {sale}"
                ),
            }
        }
        Effect::CallFailed { sale, call, trouble } => {
            let sale = sale.as_ref().map(ToString::to_string).unwrap_or_default();
            let why = why(trouble);
            line!(
                warn,
                names::CALL_FAILED,
                sale,
                ?call,
                "Stripe call without the wished result: {why}"
            );
        }
        Effect::Turned(why) => line!(info, names::TURNED, "no sale was opened: {why}"),
        Effect::Commit(_)
        | Effect::Call { .. }
        | Effect::Vend { .. }
        | Effect::AskDispenser { .. }
        | Effect::Show(_) => {}
    }
}

/// Tells of a call that has ended, with Stripe's own id for it.
pub fn call_ended(wire: &Wire, result: &Result<Answer, NoAnswer>, elapsed: Duration) {
    let path = &wire.path;
    let elapsed = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(answer) => {
            let request_id = answer.request_id.as_deref().unwrap_or("none");
            let (status, replayed) = (answer.status, answer.replayed);
            if wire.method == Method::Post {
                line!(info, names::CALL_ENDED, path, status, request_id, replayed, elapsed, "call");
            } else {
                line!(debug, names::CALL_ENDED, path, status, request_id, elapsed, "look");
            }
        }
        Err(NoAnswer::NotSent(why)) => {
            line!(warn, names::CALL_ENDED, path, elapsed, "the call was not sent: {why}");
        }
        Err(NoAnswer::Unknown(why)) => {
            line!(warn, names::CALL_ENDED, path, elapsed, "the call's fate is unknown: {why}");
        }
    }
}

/// Tells of a device.
pub fn device(name: &str, what: &str, trouble: bool) {
    if trouble {
        line!(warn, names::DEVICE, device = name, "{what}");
    } else {
        line!(info, names::DEVICE, device = name, "{what}");
    }
}

fn why(trouble: &Trouble) -> String {
    match trouble {
        Trouble::NotSent { why } => format!("not sent ({why})"),
        Trouble::Unknown { why } => format!("no answer of Stripe's own ({why})"),
        Trouble::NotYet { why } => format!("not executed ({why:?})"),
        Trouble::Refused(refusal) => refusal.to_string(),
    }
}
