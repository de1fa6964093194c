//! News in an order that nobody would choose: each test is named after what went wrong.

use crate::daemon::driver::Now;
use crate::daemon::ledger::{Batch, Ledger};
use crate::ids::SaleId;
use crate::sale::fact::Opened;
use crate::sale::tests::opened;
use crate::sale::{Fact, Sale};
use crate::time::{Moment, WallTime};

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
        let batch = ledger.record(&sale(id), &[Fact::Delivered], now(0));
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
    assert_eq!(ledger.record(&sale("S2"), &[Fact::Delivered], now(3_001)), None);
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
