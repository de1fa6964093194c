//! What the log says of effects and calls. All lines are written here, so that each has its name.

use std::path::Path;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::daemon::driver::Effect;
use crate::daemon::identity::IdentityError;
use crate::daemon::orders::Ordered;
use crate::daemon::told::{About, ReasonNews};
use crate::ids::{PaymentIntentId, ReaderId, SaleId};
use crate::journal::LetGo;
use crate::kiosk::{Reason, Turned};
use crate::sale::Fact;
use crate::sale::input::{Call, Hindrance, Trouble};
use crate::stripe::meaning::{Answer, NoAnswer};
use crate::stripe::request::{Method, Wire};
use crate::telemetry::kinds;
use crate::telemetry::names::{Name, alarms, business, calls, machine};
use crate::telemetry::repeats::{Lasted, Told};
use crate::telemetry::story::{self, Weight};
use crate::time::WallTime;

macro_rules! line {
    (debug, $name:expr, $($rest:tt)+) => {{
        let name: Name = $name;
        tracing::debug!(EVENT = name.event, MESSAGE_ID = name.message_id, $($rest)+)
    }};
    ($weight:expr, $name:expr, $($rest:tt)+) => {{
        let name: Name = $name;
        let (event, id) = (name.event, name.message_id);
        match $weight {
            Weight::Step => tracing::info!(EVENT = event, MESSAGE_ID = id, $($rest)+),
            Weight::Trouble => tracing::warn!(EVENT = event, MESSAGE_ID = id, $($rest)+),
            Weight::Alarm => tracing::error!(EVENT = event, MESSAGE_ID = id, $($rest)+),
        }
    }};
}

pub mod configuration;

/// Tells of an effect, where it is news for people. The reader is the kiosk's.
pub fn effect(effect: &Effect, reader: &ReaderId) {
    match effect {
        Effect::Happened { sale, fact, about } => happened(sale, fact, about),
        Effect::CallFailed { sale, call, trouble, request_id, told } => {
            let name = kinds::of_trouble(trouble);
            let sale = sale.as_ref().map(SaleId::as_str);
            let what = format!("Stripe, {}: {}", asked(*call), why(trouble));
            let request_id = request_id.as_deref();
            if let Some(told) = told {
                let what = going_on(&what, *told);
                line!(
                    Weight::Trouble,
                    name,
                    SALE = sale,
                    READER = %reader,
                    REQUEST_ID = request_id,
                    "{what}"
                );
            } else {
                line!(debug, name, SALE = sale, REQUEST_ID = request_id, "{what}");
            }
        }
        Effect::CallWorks { sale, call, lasted } => {
            let sale = sale.as_ref().map(SaleId::as_str);
            let (what, after) = (asked(*call), after(*lasted));
            let text = format!("Stripe, {what}: it works again, {after}");
            line!(Weight::Step, calls::WORKS_AGAIN, SALE = sale, READER = %reader, "{text}");
        }
        Effect::Reason(reason, news) => reason_news(reason, *news, reader),
        Effect::SaleOrdered { sale, ordered: Ordered::Refused(why) } => {
            let name = machine::ORDER_REFUSED;
            line!(Weight::Step, name, SALE = %sale, "a person's order was refused: {why}");
        }
        Effect::SaleOrdered { sale, ordered: Ordered::Unrecorded } => {
            let name = machine::ORDER_UNRECORDED;
            line!(Weight::Trouble, name, SALE = %sale, "a person's order is not on disk yet");
        }
        Effect::LeftAlone { intent, why } => line!(
            Weight::Trouble,
            calls::LEFT_ALONE,
            PAYMENT_INTENT = %intent,
            "{intent} was found at Stripe and is not touched: {why}"
        ),
        Effect::CancelsSpare { intent } => line!(
            Weight::Step,
            calls::SPARE_CANCELLED,
            PAYMENT_INTENT = %intent,
            "{intent}: its sale took another one: cancelling it"
        ),
        Effect::PriceDiffers { code, asked, configured } => line!(
            Weight::Trouble,
            machine::PRICE_DIFFERS,
            "the vending machine asks {asked} for {code}, and {configured} is configured"
        ),
        Effect::Turned(why, told) => turned(why, *told),
        Effect::Commit(_)
        | Effect::Call { .. }
        | Effect::Vend { .. }
        | Effect::AskDispenser { .. }
        | Effect::CallOff { .. }
        | Effect::MenuAnswered(_)
        | Effect::SaleOrdered { ordered: Ordered::Decided | Ordered::Already, .. }
        | Effect::PowerCycleReader
        | Effect::Recall { .. }
        | Effect::Show(_)
        | Effect::Speak { .. }
        | Effect::Filled(_)
        | Effect::Ordered(_)
        | Effect::OrderRefused(_) => {}
    }
}

fn turned(why: &Turned, told: Option<Told>) {
    let what = format!("no sale was opened: {why}");
    if let Some(told) = told {
        let what = going_on(&what, told);
        line!(Weight::Step, machine::TURNED_AWAY, "{what}");
    } else {
        line!(debug, machine::TURNED_AWAY, "{what}");
    }
}

fn happened(sale: &SaleId, fact: &Fact, about: &About) {
    let weight = story::weight(fact);
    let mut text = story::sentence(fact);
    if weight == Weight::Alarm {
        text.push_str(&format!("; see: kioskd sales {sale}"));
    }
    let outcome = if let Fact::Closed { outcome } = fact { Some(outcome.word()) } else { None };
    line!(
        weight,
        kinds::of_fact(fact),
        SALE = %sale,
        PAYMENT_INTENT = about.intent.as_ref().map(PaymentIntentId::as_str),
        READER = %about.reader,
        PHASE = about.phase,
        REQUEST_ID = about.request_id.as_deref(),
        OUTCOME = outcome,
        "{text}"
    );
}

fn reason_news(reason: &Reason, news: ReasonNews, reader: &ReaderId) {
    let (code, what, remedy) = (reason.code(), reason.what(), reason.remedy());
    let weight = weight_of(reason);
    let (weight, name, text) = match (news, weight) {
        (ReasonNews::Raised, Weight::Step) => (weight, kinds::of_reason(reason), what),
        (ReasonNews::Raised, Weight::Trouble | Weight::Alarm) => {
            (weight, kinds::of_reason(reason), format!("{what}; do: {remedy}"))
        }
        (ReasonNews::Still(lasted), _) => {
            let nth = nth(lasted, "try");
            (weight, kinds::of_reason(reason), format!("still: {what}; {nth}"))
        }
        (ReasonNews::Cleared(lasted), _) => {
            let since = local(lasted.since);
            (Weight::Step, business::OVER, format!("over: {what}, since {since}"))
        }
    };
    line!(weight, name, REASON = code, READER = %reader, "{text}");
}

/// What goes on, as a line says it.
fn going_on(what: &str, told: Told) -> String {
    match told {
        Told::First => what.to_owned(),
        Told::Another(_) => format!("now {what}"),
        Told::Still(lasted) => format!("still {what}; {}", nth(lasted, "try")),
        Told::Back(lasted) => format!("again {what}; {}", nth(lasted, "time")),
    }
}

/// Such as `12th try, since 14:02`.
fn nth(lasted: Lasted, what: &str) -> String {
    let Lasted { count, since } = lasted;
    let ending = match (count % 10, count % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        (_, _) => "th",
    };
    format!("{count}{ending} {what}, since {}", local(since))
}

fn after(lasted: Lasted) -> String {
    format!("after {} failures since {}", lasted.count, local(lasted.since))
}

/// A time as `journalctl` shows it.
fn local(time: WallTime) -> String {
    let Ok(time) = jiff::Timestamp::from_millisecond(time.0) else { return time.to_string() };
    TimeZone::system().to_datetime(time).strftime("%b %d %H:%M").to_string()
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
        // The line that says why the write failed is the alarm.
        | Reason::Journal
        | Reason::SoldOut { .. }
        | Reason::DispenserAway { .. } => Weight::Trouble,
    }
}

/// Tells of a call that has ended, with Stripe's own id for it. What came of it is told with the
/// effects of the turn that hears of it, under the same id.
pub fn call_ended(wire: &Wire, result: &Result<Answer, NoAnswer>, elapsed: Duration) {
    let path = &wire.path;
    let method = if wire.method == Method::Post { "POST" } else { "GET" };
    let elapsed = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(answer) => {
            let request_id = answer.request_id.as_deref();
            let (status, replayed) = (answer.status, answer.replayed);
            let replay = if replayed { ", a replay" } else { "" };
            line!(
                debug,
                calls::CALL_ENDED,
                REQUEST_ID = request_id,
                STATUS = status,
                ELAPSED_MS = elapsed,
                "{method} {path}: {status} in {elapsed} ms{replay}"
            );
        }
        Err(NoAnswer::NotSent(_, why)) => {
            line!(debug, calls::CALL_ENDED, "{method} {path} was not sent: {why}");
        }
        Err(NoAnswer::Unknown(_, why)) => {
            line!(debug, calls::CALL_ENDED, "the fate of {method} {path} is unknown: {why}");
        }
    }
}

/// Tells of a write that failed. What goes on failing is told as a reason not to sell.
pub fn journal_failed(why: &str, told: Option<Told>) {
    match told {
        Some(Told::First | Told::Another(_)) => line!(
            Weight::Alarm,
            machine::JOURNAL_FAILED,
            "the journal cannot be written: {why}; nothing is sold until it can; do: {}",
            Reason::Journal.remedy()
        ),
        Some(Told::Still(_) | Told::Back(_)) | None => {
            line!(debug, machine::JOURNAL_FAILED, "the journal still cannot be written: {why}");
        }
    }
}

/// Tells that the journal cannot be read, where it is not the truth about a sale that is asked for.
pub fn journal_unread(why: &str) {
    line!(Weight::Trouble, machine::JOURNAL_UNREAD, "the journal cannot be read: {why}");
}

/// What became of closed sales that are not there any more.
pub fn gone(LetGo { sales, before }: &LetGo) -> String {
    let before = WallTime(before.0.saturating_mul(1000)).to_string();
    let day = before.split('T').next().unwrap_or_default();
    format!("closed sales from before {day} are not kept (journal.keep), {sales} so far")
}

/// Tells that old sales go.
pub fn sales_let_go(let_go: &LetGo) {
    line!(Weight::Step, machine::SALES_LET_GO, "{}", gone(let_go));
}

/// Tells that old sales cannot go.
pub fn old_sales_stay(why: &str) {
    line!(Weight::Trouble, machine::OLD_SALES_STAY, "old sales cannot be deleted: {why}");
}

/// Tells of a count in the journal that does not hold.
pub fn stock_unread(what: &str) {
    let name = machine::STOCK_UNREAD;
    line!(Weight::Alarm, name, "{what}: it is counted on from product.CODE.stock; count it");
}

/// Tells of a sale whose record in the journal does not hold.
pub fn record_damaged(sale: &SaleId, what: &str) {
    line!(
        Weight::Alarm,
        alarms::RECORD_DAMAGED,
        SALE = %sale,
        "the journal of this sale is damaged: {what}; settle it at Stripe"
    );
}

/// Tells of what does not do its work any more.
pub fn hung(what: &str) {
    line!(
        Weight::Alarm,
        machine::HUNG,
        "does not answer: {what}; systemd's watchdog restarts kioskd"
    );
}

/// Tells that the daemon starts, is ready, or stops.
pub fn life(name: Name, what: &str) {
    line!(Weight::Step, name, "{what}");
}

/// Tells that a reload brought no new key.
pub fn key_kept(why: &str) {
    line!(Weight::Alarm, machine::KEY_KEPT, "{why}");
}

/// Tells of something in the configuration that may not be meant so.
pub fn configuration_doubted(warning: &str) {
    line!(Weight::Trouble, machine::CONFIGURATION_DOUBTED, "{warning}");
}

/// Tells that people cannot reach the daemon any more.
pub fn control_failed(error: &std::io::Error) {
    line!(Weight::Alarm, machine::CONTROL_FAILED, "the control socket has failed: {error}");
}

/// Tells that the control socket stays behind, which the next start mends.
pub fn socket_left(path: &Path, error: &std::io::Error) {
    let path = path.display();
    line!(debug, machine::STOPPED, "the control socket {path} was not removed: {error}");
}

/// Tells that a sale has no id.
pub fn no_random(error: &IdentityError) {
    line!(Weight::Alarm, machine::NO_RANDOM, "no sale can be opened: {error}");
}

/// Tells what a person has ordered through the control socket.
pub fn ordered(caller: &str, what: &str) {
    line!(Weight::Step, machine::ORDERED, "{caller} orders: {what}");
}

/// Tells that a board is there.
pub fn device_connected(name: &str, kind: &str) {
    let id = machine::DEVICE_CONNECTED;
    line!(Weight::Step, id, DEVICE = name, "{kind} {name:?} is connected");
}

/// Tells that a board is gone.
pub fn device_gone(name: &str, kind: &str, why: &str, told: Told) {
    let what = format!("{kind} {name:?} is gone: {why}");
    let what = match told {
        Told::First => format!("{what}; trying again"),
        Told::Another(_) | Told::Still(_) | Told::Back(_) => going_on(&what, told),
    };
    line!(Weight::Trouble, machine::DEVICE_GONE, DEVICE = name, "{what}");
}

/// Tells that a button is down for too long.
pub fn button_stuck(name: &str, what: &str, told: Told) {
    let stuck = format!("the button of {what} of the input {name:?} is stuck, and ignored");
    let stuck = match told {
        Told::First => stuck,
        Told::Another(_) | Told::Still(_) | Told::Back(_) => going_on(&stuck, told),
    };
    line!(Weight::Trouble, machine::BUTTON_STUCK, DEVICE = name, "{stuck}");
}

/// Tells that such a button came up.
pub fn button_freed(name: &str, what: &str) {
    let id = machine::BUTTON_FREED;
    line!(Weight::Step, id, DEVICE = name, "the button of {what} of the input {name:?} came up");
}

/// Tells what a device had to say beside its news.
pub fn remarked(name: &str, what: &str, told: Told) {
    let what = going_on(&format!("{name:?}: {what}"), told);
    line!(Weight::Trouble, machine::REMARKED, DEVICE = name, "{what}");
}

/// Tells that what a board sends cannot be read.
pub fn unreadable_lines(name: &str, total: u64) {
    line!(
        Weight::Trouble,
        machine::UNREADABLE_LINES,
        DEVICE = name,
        "{name:?} has sent {total} times what means nothing; check the baud rate and the wiring"
    );
}

/// Tells of the program that switches the reader's power off and on.
pub fn reader_power(works: bool, what: &str) {
    if works {
        line!(Weight::Trouble, machine::READER_POWER_CYCLE, "{what}");
    } else {
        line!(Weight::Trouble, machine::READER_POWER_CYCLE_FAILED, "{what}");
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
        Call::ShowMenu => "showing on the reader what there is to choose",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_says_how_often_and_since_when() {
        let nth = |count| nth(Lasted { count, since: WallTime(0) }, "try");
        let numbers = [1, 2, 3, 4, 11, 12, 13, 21, 101, 111, 1002].map(nth);
        let words = numbers.each_ref().map(|text| text.split(' ').next().unwrap());
        let expected = [
            "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "101st", "111th", "1002nd",
        ];
        assert_eq!(words, expected);
        assert!(numbers[5].starts_with("12th try, since "), "{}", numbers[5]);
    }
}
