//! Out of service by a person's order, until a person's order.

use super::Bench;
use crate::kiosk::Turned;
use crate::kiosk::service::Drained;
use crate::kiosk::status::State;
use crate::kiosk::view::View;
use crate::time::WallTime;

fn drained(why: &str) -> Drained {
    Drained { by: "user 0".into(), why: Some(why.into()), since: WallTime(1_790_000_000_000) }
}

#[test]
fn a_drain_lasts_until_it_is_ended_and_says_who_and_why() {
    let mut bench = Bench::ready();
    bench.kiosk.drain(drained("the door is open"), bench.now);
    assert_eq!(bench.view(), View::Stopping);
    assert_eq!(bench.select("S1"), Err(Turned::Draining));
    let status = bench.kiosk.status(bench.now);
    assert_eq!(status.state, State::Draining);
    let [reason] = status.reasons.as_slice() else { panic!("{:?}", status.reasons) };
    assert_eq!((reason.code.as_str(), reason.since.get(..10)), ("drained", Some("2026-09-21")));
    assert_eq!(reason.what, "user 0 has taken it out of service: \"the door is open\"");
    bench.kiosk.drain(drained("motor 3"), bench.now);
    let status = bench.kiosk.status(bench.now);
    assert_eq!(status.reasons.len(), 1, "the last words count");
    assert!(status.reasons[0].what.ends_with("\"motor 3\""), "{}", status.reasons[0].what);
    bench.kiosk.resume();
    assert_eq!(bench.view(), View::Idle);
    bench.select("S1").unwrap();
}

#[test]
fn whoever_is_in_front_is_served_to_the_end() {
    let mut bench = Bench::presenting();
    bench.kiosk.drain(drained("motor 3"), bench.now);
    assert!(matches!(bench.view(), View::PresentCard { .. }), "{:?}", bench.view());
}

#[test]
fn a_stop_is_not_ended_by_a_resume() {
    let mut bench = Bench::ready();
    bench.kiosk.drain(drained("motor 3"), bench.now);
    bench.kiosk.stop();
    bench.kiosk.resume();
    assert_eq!(bench.select("S1"), Err(Turned::Draining));
}
