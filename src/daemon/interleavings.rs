//! News in an order that nobody would choose: each test is named after what went wrong.

use crate::daemon::driver::{Driver, Effect, Event, Now};
use crate::daemon::flights::FlightId;
use crate::daemon::ledger::{Batch, Ledger};
use crate::ids::{ItemNumber, SaleId};
use crate::kiosk::tests::setup;
use crate::sale::fact::{Attention, Opened};
use crate::sale::tests::opened;
use crate::sale::{Fact, Phase, Sale};
use crate::stripe::meaning::Answer;
use crate::time::{Moment, WallTime};

const DELIVERED: Fact = Fact::Delivered { item: ItemNumber::FIRST };

fn now(millis: u64) -> Now {
    Now { moment: Moment::from_millis(millis), wall: WallTime(0) }
}

fn sale(id: &str) -> Sale {
    Sale::open(Opened { sale: SaleId::new(id).unwrap(), ..opened() })
}

/// A ledger to which each of these sales has told one durable fact.
fn ledger_with(sales: &[&str]) -> Ledger {
    let mut ledger = Ledger::default();
    for id in sales {
        let batch = ledger.record(&sale(id), &[DELIVERED], now(0));
        assert!(batch.is_some(), "it goes out at once");
    }
    ledger
}

fn numbers(batches: &[Batch]) -> Vec<u64> {
    batches.iter().map(|batch| batch.number).collect()
}

fn id(text: &str) -> SaleId {
    SaleId::new(text).unwrap()
}

/// Two batches were under way; the first failed, and the second, of another sale, was written.
/// The ledger took the second for both: the facts of the first were gone, and what waited for
/// them went ahead.
#[test]
fn a_batch_that_is_written_does_not_vouch_for_one_that_failed_before_it() {
    let mut ledger = ledger_with(&["S1", "S2"]);
    assert!(ledger.failed(1, now(10).moment));
    ledger.committed(2);
    assert!(!ledger.is_flushed(&id("S1")), "nothing may rest on what is not on disk");
    assert!(!ledger.is_empty());
    let again = ledger.retries(now(10_000).moment);
    assert_eq!(numbers(&again), [1, 2], "in order, so that no summary gets older");
    ledger.committed(1);
    ledger.committed(2);
    assert!(ledger.is_flushed(&id("S1")) && ledger.is_flushed(&id("S2")) && ledger.is_empty());
}

/// A batch that was made between a retry and its confirmation was never sent, and was counted as
/// written with the next one.
#[test]
fn a_batch_that_waited_in_line_during_a_retry_is_sent() {
    let mut ledger = ledger_with(&["S1"]);
    assert!(ledger.failed(1, now(10).moment));
    assert_eq!(numbers(&ledger.retries(now(3_000).moment)), [1]);
    assert_eq!(ledger.record(&sale("S2"), &[DELIVERED], now(3_001)), None);
    ledger.committed(1);
    assert!(!ledger.is_flushed(&id("S2")));
    let due = ledger.next_wake().expect("the one in line has to be sent");
    assert_eq!(numbers(&ledger.retries(due)), [2]);
    ledger.committed(2);
    assert!(ledger.is_flushed(&id("S2")) && ledger.is_empty());
    assert_eq!(ledger.next_wake(), None);
}

/// A batch went out twice, was written, and its repeat failed: there was nothing left to retry, so
/// no write ever cleared the fault.
#[test]
fn a_failed_repeat_of_what_is_on_disk_is_no_news() {
    let mut ledger = ledger_with(&["S1"]);
    assert!(ledger.failed(1, now(10).moment));
    ledger.committed(1);
    assert!(!ledger.failed(1, now(20).moment));
    assert_eq!(ledger.next_wake(), None);
    assert!(!ledger.is_refused());
}

/// A driver that is ready to sell.
fn driver() -> Driver {
    let mut driver = Driver::new(setup(), &[], 7, now(0));
    let effects = driver.turn(Event::DispenserReachable("main".parse().unwrap()), now(0));
    let look = flights(&effects).pop().expect("it looks at the reader first");
    let reader = serde_json::json!({
        "object": "terminal.reader", "id": "tmr_1", "status": "online", "location": "tml_1",
        "metadata": {"kioskd_controller": setup().origin.controller},
    });
    driver.turn(answered(look, &reader), now(100));
    driver
}

fn answered(flight: FlightId, body: &serde_json::Value) -> Event {
    let answer = Answer {
        status: 200,
        request_id: Some("req_1".into()),
        date: None,
        retry_after: None,
        replayed: false,
        body: body.to_string().into_bytes(),
    };
    Event::Replied { flight, result: Ok(answer) }
}

fn flights(effects: &[Effect]) -> Vec<FlightId> {
    let calls = effects.iter().filter_map(|effect| {
        if let Effect::Call { flight, .. } = effect { Some(*flight) } else { None }
    });
    calls.collect()
}

fn batches(effects: &[Effect]) -> Vec<Batch> {
    let batches = effects.iter().filter_map(|effect| {
        if let Effect::Commit(batch) = effect { Some(batch.clone()) } else { None }
    });
    batches.collect()
}

fn select(driver: &mut Driver, sale: &str, millis: u64) -> Vec<Effect> {
    driver.turn(Event::Selected { code: "A1".parse().unwrap(), sale: id(sale) }, now(millis))
}

fn contradicted(number: u64, sale: &str) -> Event {
    Event::Contradicted { number, sale: id(sale), what: "broken".into() }
}

/// A damaged sale whose chain can take no more facts had its row refused every two seconds, and
/// the kiosk was out of order for it, restart or not.
#[test]
fn a_sale_that_the_journal_cannot_take_is_set_aside_and_the_kiosk_sells_on() {
    let mut driver = driver();
    let effects = select(&mut driver, "S1", 200);
    let number = batches(&effects)[0].number;
    let effects = driver.turn(contradicted(number, "S1"), now(300));
    let again = batches(&effects);
    assert_eq!(numbers(&again), [number]);
    assert!(again[0].rows.is_empty() && again[0].summaries.is_empty());
    let phase = &driver.kiosk().sale(&id("S1")).unwrap().phase;
    assert!(matches!(phase, Phase::NeedsAttention { why: Attention::Unreadable { .. } }));
    driver.turn(Event::Committed(number), now(400));
    let effects = select(&mut driver, "S2", 20_000);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Turned(..))), "{effects:?}");
}

/// A fact does not follow if the batch before it failed: that is no damage.
#[test]
fn a_gap_behind_a_failed_batch_is_no_contradiction() {
    let mut driver = driver();
    let effects = select(&mut driver, "S1", 200);
    let first = batches(&effects)[0].number;
    let intended = driver.turn(Event::CancelPressed, now(1_500));
    let second = batches(&intended).first().map_or(first + 1, |batch| batch.number);
    driver.turn(Event::CommitFailed(first), now(1_600));
    driver.turn(contradicted(second, "S1"), now(1_700));
    let phase = &driver.kiosk().sale(&id("S1")).unwrap().phase;
    assert!(matches!(phase, Phase::Retracting { .. }), "{phase:?}");
}
