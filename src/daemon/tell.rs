//! What the log says of effects and calls.

use std::time::Duration;

use crate::daemon::driver::Effect;
use crate::daemon::orders::Ordered;
use crate::ids::SaleId;
use crate::kiosk::Reason;
use crate::sale::input::{Call, Hindrance, Trouble};
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
        Effect::CallFailed { sale, call, trouble, first } => {
            let sale = sale.as_ref().map_or("none", |sale| sale.as_str());
            let why = why(trouble);
            if *first {
                line!(warn, names::CALL_FAILED, sale, "Stripe, {}: {why}", asked(*call));
            } else {
                line!(debug, names::CALL_FAILED, sale, "Stripe, {}: {why}", asked(*call));
            }
        }
        Effect::Raised(reason) => {
            let (code, what, remedy) = (reason.code(), reason.what(), reason.remedy());
            match weight_of(reason) {
                Weight::Step => line!(info, names::OUT_OF_ORDER, reason = code, "{what}"),
                Weight::Trouble => {
                    line!(warn, names::OUT_OF_ORDER, reason = code, "{what}; do: {remedy}");
                }
                Weight::Alarm => {
                    line!(error, names::OUT_OF_ORDER, reason = code, "{what}; do: {remedy}");
                }
            }
        }
        Effect::Cleared(reason) => {
            let what = reason.what();
            line!(info, names::OUT_OF_ORDER, reason = reason.code(), "over: {what}");
        }
        Effect::SaleOrdered { sale, ordered: Ordered::Refused(why) } => {
            line!(info, names::TURNED, %sale, "a person's order was refused: {why}");
        }
        Effect::SaleOrdered { sale, ordered: Ordered::Unrecorded } => {
            line!(warn, names::TURNED, %sale, "a person's order is not on disk yet");
        }
        Effect::LeftAlone { intent, why } => {
            line!(warn, names::SWEEP, %intent, "found at Stripe and not touched: {why}");
        }
        Effect::CancelsSpare { intent } => {
            line!(info, names::SWEEP, %intent, "its sale took another one: cancelling it");
        }
        Effect::Turned(why) => line!(info, names::TURNED, "no sale was opened: {why}"),
        Effect::Commit(_)
        | Effect::Call { .. }
        | Effect::Vend { .. }
        | Effect::AskDispenser { .. }
        | Effect::SaleOrdered { ordered: Ordered::Decided | Ordered::Already, .. }
        | Effect::PowerCycleReader
        | Effect::Recall { .. }
        | Effect::Show(_)
        | Effect::Ordered(_)
        | Effect::OrderRefused(_) => {}
    }
}

/// How loud a reason not to sell is.
fn weight_of(reason: &Reason) -> Weight {
    match reason {
        Reason::ReaderRestarting
        | Reason::ReaderUnassigned
        | Reason::Sweeping
        | Reason::Drained { .. } => Weight::Step,
        Reason::Clone
        | Reason::DeadlineNear
        | Reason::Exposure
        | Reason::Journal
        | Reason::ReaderWrongCountry { .. } => Weight::Alarm,
        Reason::Starting
        | Reason::Link { .. }
        | Reason::KeyRejected
        | Reason::KeyTooNarrow { .. }
        | Reason::ReaderOffline
        | Reason::ReaderDeaf
        | Reason::ReaderUpdating
        | Reason::ReaderInUse
        | Reason::ReaderRefuses { .. }
        | Reason::ReaderNotFound
        | Reason::ReaderAssignedElsewhere { .. }
        | Reason::ReaderWrongMode { .. }
        | Reason::ReaderNoLocation
        | Reason::NoCardPresent
        | Reason::PaymentsRefused { .. }
        | Reason::PriceRefused { .. }
        | Reason::PaymentNotFound
        | Reason::OtherMode
        | Reason::DispenserAway { .. } => Weight::Trouble,
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
                line!(
                    info,
                    names::CALL_ENDED,
                    path,
                    status,
                    request_id,
                    replayed,
                    elapsed,
                    "POST {path}: {status} in {elapsed} ms, {request_id}"
                );
            } else {
                line!(
                    debug,
                    names::CALL_ENDED,
                    path,
                    status,
                    request_id,
                    elapsed,
                    "GET {path}: {status} in {elapsed} ms, {request_id}"
                );
            }
        }
        // What that means is told with the effects of the turn that hears of it.
        Err(NoAnswer::NotSent(_, why)) => {
            line!(debug, names::CALL_ENDED, path, elapsed, "the call was not sent: {why}");
        }
        Err(NoAnswer::Unknown(_, why)) => {
            line!(debug, names::CALL_ENDED, path, elapsed, "the call's fate is unknown: {why}");
        }
    }
}

/// Tells of a write that failed. What goes on failing is not news.
pub fn journal_failed(why: &str, news: bool) {
    if news {
        line!(
            error,
            names::JOURNAL_FAILED,
            "nothing is sold until the journal can be written: {why}"
        );
    } else {
        line!(debug, names::JOURNAL_FAILED, "the journal still cannot be written: {why}");
    }
}

/// Tells of a sale whose facts contradict what the journal has of it.
pub fn sale_not_taken(sale: &SaleId, what: &str) {
    line!(error, names::SALE_ALARM, %sale, "the journal takes no fact of this sale: {what}");
}

/// Tells of what does not do its work any more.
pub fn hung(what: &str) {
    line!(error, names::HUNG, "does not answer: {what}; systemd's watchdog restarts kioskd");
}

/// Tells that the daemon starts, is ready, or stops.
pub fn life(what: &str) {
    line!(info, names::LIFE, "{what}");
}

/// Tells what a person has ordered through the control socket.
pub fn ordered(caller: &str, what: &str) {
    line!(info, names::ORDERED, "{caller} orders: {what}");
}

/// Tells of a device.
pub fn device(name: &str, what: &str, trouble: bool) {
    if trouble {
        line!(warn, names::DEVICE, device = name, "{what}");
    } else {
        line!(info, names::DEVICE, device = name, "{what}");
    }
}

/// What was asked, in words.
pub(super) fn asked(call: Call) -> &'static str {
    match call {
        Call::Create { .. } => "creating the PaymentIntent",
        Call::Prompt { .. } => "prompting the reader",
        Call::Confirm { .. } => "confirming the card",
        Call::ClearReader { .. } => "clearing the reader",
        Call::Cancel { .. } => "cancelling the PaymentIntent",
        Call::Capture { .. } => "capturing",
        Call::ShowCart => "showing the product on the reader",
        Call::Refund { .. } => "refunding",
        Call::RefundInPerson { .. } => "asking for the card to refund",
        Call::ListRefunds => "looking at the refunds",
        Call::Look => "looking at the reader",
        Call::Inspect => "looking at the PaymentIntent",
        Call::AssignReader => "assigning the reader to this board",
        Call::List => "listing PaymentIntents",
        Call::TryAccount => "seeing what the account takes",
        Call::ReadLocation => "reading the reader's location",
    }
}

/// What went wrong with a call, in words.
pub fn why(trouble: &Trouble) -> String {
    match trouble {
        Trouble::NotSent { why, .. } => format!("not sent ({why})"),
        Trouble::Unknown { why, .. } => format!("no answer of Stripe's own ({why})"),
        Trouble::NotYet { why: Hindrance::KeyRejected } => "the API key is rejected".into(),
        Trouble::NotYet { why: Hindrance::TooMany } => "too many requests at once".into(),
        Trouble::NotYet { why: Hindrance::KeyInUse } => "the same request is still running".into(),
        Trouble::Refused(refusal) => refusal.to_string(),
    }
}
