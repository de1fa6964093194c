//! What customers are told of their money is on disk first: a daemon that dies in that moment keeps
//! its word.

use std::time::Duration;

use super::Bench;
use crate::daemon::driver::Event;
use crate::kiosk::View;
use crate::sale::input::VendNews;

fn vended(news: VendNews) -> Bench {
    let mut bench = Bench::authorized();
    bench.flush();
    bench.turn(Event::Vend { order: "S1".parse().unwrap(), news });
    bench
}

/// Bug: "your money will be refunded" stood there, the daemon was killed before that was on disk, and
/// the policy for vends of which nobody knows kept the money. Seed 202611270001008 found it.
#[test]
fn a_decision_that_may_be_lost_is_not_told() {
    let mut bench = vended(VendNews::Failed { reason: "jam".into() });
    assert!(matches!(bench.view, Some(View::Dispensing { .. })), "{:?}", bench.view);
    bench.flush();
    assert!(matches!(bench.view, Some(View::HoldWillBeReleased { .. })), "{:?}", bench.view);
    let mut bench = vended(VendNews::Delivered);
    assert!(matches!(bench.view, Some(View::Dispensing { .. })), "{:?}", bench.view);
    bench.flush();
    assert!(matches!(bench.view, Some(View::ThankYou { .. })), "{:?}", bench.view);
}

#[test]
fn while_the_disk_takes_nothing_nothing_is_promised() {
    let mut bench = vended(VendNews::Delivered);
    bench.disk_fails();
    assert_eq!(bench.view, Some(View::OperatorDecides));
    bench.wait(Duration::from_secs(3));
    bench.flush();
    assert!(matches!(bench.view, Some(View::ThankYou { .. })), "{:?}", bench.view);
}

#[test]
fn whoever_is_let_go_while_the_disk_takes_nothing_is_promised_nothing() {
    let mut bench = Bench::ready();
    bench.select("S1");
    bench.flush();
    bench.answer_all();
    bench.flush();
    bench.turn(Event::CancelPressed);
    bench.wait(Duration::from_secs(1));
    bench.disk_fails();
    bench.fail_calls();
    bench.wait(Duration::from_secs(10));
    assert_eq!(bench.view, Some(View::OperatorDecides), "that it is taken back may be lost");
}
