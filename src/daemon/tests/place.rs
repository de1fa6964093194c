//! The reader's location is read beside whatever else goes on, and holds nothing up.

use std::time::Duration;

use super::Bench;
use crate::daemon::driver::Event;
use crate::kiosk::View;
use crate::simulator::Right;
use crate::stripe::Request;
use crate::stripe::meaning::NoAnswer;

const HOUR: Duration = Duration::from_hours(1);

fn is_place(request: &Request) -> bool {
    matches!(request, Request::ReadLocation { .. })
}

fn reads(bench: &Bench) -> usize {
    bench.requests.iter().filter(|request| is_place(request)).count()
}

fn is_said(bench: &Bench) -> bool {
    let reasons = bench.driver.kiosk().status(bench.now).reasons;
    reasons.iter().any(|reason| reason.code == "reader_wrong_country")
}

/// A driver whose simulated reader stands in this country.
fn started_in(country: &str) -> Bench {
    let mut bench = Bench::new(&[]);
    move_to(&mut bench, country);
    bench.claim();
    bench
}

fn move_to(bench: &mut Bench, country: &str) {
    let now = Bench::at(bench.now).wall;
    let country = country.to_owned();
    bench.model.set_up(|setup| drop(setup.locations.insert("tml_simulated".into(), country)), now);
}

/// Time passes, and all calls are answered.
fn pass(bench: &mut Bench, time: Duration) {
    bench.wait(time);
    bench.answer_all();
}

#[test]
fn a_location_that_fits_is_read_once() {
    let mut bench = started_in("US");
    for _ in 0..10 {
        pass(&mut bench, HOUR);
    }
    assert_eq!(reads(&bench), 1);
    assert!(!is_said(&bench));
}

#[test]
fn one_that_does_not_is_said_read_rarely_and_over_by_itself() {
    let mut bench = started_in("DE");
    assert!(is_said(&bench));
    assert_eq!(bench.view, Some(View::Idle), "and it sells on");
    for _ in 0..4 {
        pass(&mut bench, HOUR);
    }
    assert_eq!(reads(&bench), 5);
    move_to(&mut bench, "US");
    pass(&mut bench, HOUR);
    assert!(!is_said(&bench));
}

#[test]
fn no_sale_waits_for_it() {
    let mut bench = Bench::ready();
    bench.turn(Event::KeyReplaced);
    assert!(bench.asks(is_place));
    let held = bench.calls.iter().position(|(_, request)| is_place(request)).unwrap();
    let (flight, _) = bench.calls.remove(held);
    bench.wait(Duration::from_secs(1));
    bench.select("S1");
    bench.flush();
    bench.answer_all();
    assert!(bench.requests.iter().any(super::is_process), "the customer is asked for a card");
    let silence = NoAnswer::Unknown(crate::sale::input::Obstacle::Silence, "late".into());
    bench.turn(Event::Replied { flight, result: Err(silence) });
    assert_eq!(bench.driver.kiosk().reasons().iter().count(), 0);
}

#[test]
fn a_key_that_may_not_read_it_is_no_reason_until_it_may() {
    let mut bench = Bench::new(&[]);
    move_to(&mut bench, "DE");
    bench.model.limit_key(None, &[Right::LocationsRead].into());
    bench.claim();
    assert_eq!(bench.driver.kiosk().reasons().iter().count(), 0);
    assert_eq!(reads(&bench), 1);
    bench.model.limit_key(None, &[].into());
    bench.turn(Event::KeyReplaced);
    pass(&mut bench, Duration::from_secs(3));
    assert!(is_said(&bench));
}
