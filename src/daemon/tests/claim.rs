//! What the driver starts for the assignment of the reader, and when.

use std::time::Duration;

use super::{Bench, stored};
use crate::daemon::driver::{Driver, Event};
use crate::kiosk::Turned;
use crate::kiosk::claim::{Assignment, ReaderOrder};
use crate::sale::fact::Outcome;
use crate::simulator::{Method, Model, Request as Call};
use crate::stripe::Request;
use crate::time::WallTime;

fn is_assign(request: &Request) -> bool {
    matches!(request, Request::AssignReader { .. })
}

fn assigns(bench: &Bench) -> usize {
    bench.requests.iter().filter(|request| is_assign(request)).count()
}

/// Another board writes its serial on the reader, as its own kioskd would.
fn another_board_claims(model: &mut Model, now: WallTime) {
    let request = Call {
        method: Method::Post,
        path: "/v1/terminal/readers/tmr_simulated".into(),
        params: vec![("metadata[kioskd_controller]".into(), "board-2".into())],
        idempotency_key: None,
        api_key: Some("rk_test_other".into()),
        api_version: Some(crate::stripe::API_VERSION.into()),
    };
    assert_eq!(model.handle(&request, now).status, 200);
}

#[test]
fn a_new_reader_is_looked_at_claimed_once_and_read_back() {
    let mut bench = Bench::new(&[]);
    bench.answer_all();
    assert_eq!(assigns(&bench), 1);
    bench.select("S1");
    assert!(matches!(bench.turned, Some(Turned::OutOfOrder { .. })), "not read back yet");
    bench.wait(Duration::from_secs(3));
    bench.answer_all();
    assert_eq!(bench.driver.kiosk().assignment(), Assignment::Ours);
    bench.select("S2");
    bench.flush();
    bench.answer_all();
    assert!(bench.requests.iter().any(|request| matches!(request, Request::Process { .. })));
    assert_eq!(assigns(&bench), 1, "once");
}

#[test]
fn the_assignment_costs_no_call_on_the_customers_way() {
    let mut bench = Bench::ready();
    bench.wait(Duration::from_mins(1));
    bench.answer_all();
    let before = bench.requests.len();
    bench.select("S1");
    bench.flush();
    bench.answer_all();
    let calls = &bench.requests[before..];
    assert!(matches!(
        calls,
        [Request::CreateIntent { .. }, Request::ReadReader { .. }, Request::Process { .. }, ..]
    ));
    assert!(!calls.iter().any(is_assign));
}

#[test]
fn a_claim_without_an_answer_is_looked_into_and_repeated() {
    let mut bench = Bench::new(&[]);
    let (flight, request) = bench.calls.remove(0);
    let wire = crate::demo::world::simulator_request(&request.wire());
    let response = bench.model.handle(&wire, Bench::at(bench.now).wall);
    let result = Ok(crate::demo::world::answer(&response));
    bench.turn(Event::Replied { flight, result });
    assert!(bench.asks(is_assign));
    bench.fail_calls();
    for _ in 0..10 {
        bench.wait(Duration::from_secs(1));
        bench.answer_all();
    }
    assert_eq!(bench.driver.kiosk().assignment(), Assignment::Ours);
    let at = |wanted: fn(&Request) -> bool| bench.requests.iter().rposition(wanted).unwrap();
    let second = at(is_assign);
    assert!(assigns(&bench) == 2);
    assert!(matches!(bench.requests[second - 1], Request::ReadReader { .. }), "looked first");
}

#[test]
fn a_reader_of_another_board_is_left_alone_until_it_is_taken_over() {
    let mut bench = Bench::new(&[]);
    another_board_claims(&mut bench.model, Bench::at(bench.now).wall);
    for _ in 0..5 {
        bench.answer_all();
        bench.wait(Duration::from_secs(5));
        bench.select("S1");
        assert!(matches!(bench.turned.take(), Some(Turned::OutOfOrder { .. })));
    }
    let only_reads = |request: &Request| {
        matches!(
            request,
            Request::ReadReader { .. }
                | Request::ReadLocation { .. }
                | Request::SearchIntents { .. }
        )
    };
    assert!(bench.requests.iter().all(only_reads));
    bench.answer_all();
    bench.turn(Event::ReaderOrder(ReaderOrder::Assign { take_over: false }));
    assert_eq!(assigns(&bench), 0);
    bench.turn(Event::ReaderOrder(ReaderOrder::Assign { take_over: true }));
    bench.claim();
    assert_eq!(assigns(&bench), 1);
    assert_eq!(bench.driver.kiosk().assignment(), Assignment::Ours);
    bench.select("S2");
    assert_eq!(bench.turned, None);
}

#[test]
fn a_kiosk_whose_reader_was_taken_over_prompts_nobody_and_settles_on() {
    let mut bench = Bench::authorized();
    another_board_claims(&mut bench.model, Bench::at(bench.now).wall);
    bench.flush();
    let news = crate::sale::input::VendNews::Delivered;
    bench.turn(Event::Vend { order: "S1".parse().unwrap(), news });
    bench.flush();
    bench.answer_all();
    assert_eq!(bench.outcome(), Some(crate::sale::fact::Outcome::Sold));
    let before = bench.requests.len();
    bench.wait(Duration::from_secs(20));
    bench.select("S2");
    for _ in 0..3 {
        bench.flush();
        bench.answer_all();
        bench.wait(Duration::from_secs(1));
    }
    assert!(bench.driver.kiosk().front_sale().is_none(), "the customer does not wait in vain");
    let after = &bench.requests[before..];
    let touches = |request: &Request| {
        matches!(
            request,
            Request::Process { .. } | Request::ClearReader { .. } | Request::AssignReader { .. }
        )
    };
    assert!(!after.iter().any(touches), "{after:?}");
    assert!(matches!(bench.driver.kiosk().assignment(), Assignment::Elsewhere { .. }));
}

/// The configuration names another reader now, and a sale still stands on the one before, which
/// another board has taken over.
#[test]
fn what_a_reader_from_before_shows_is_not_taken_for_the_state_of_the_new_one() {
    let mut source = Bench::ready();
    source.select("S1");
    let mut bodies: Vec<String> = Vec::new();
    for _ in 0..4 {
        bodies.extend(source.batches.iter().flat_map(|b| b.rows.iter().map(|r| r.body.clone())));
        source.flush();
        source.answer_all();
    }
    another_board_claims(&mut source.model, Bench::at(source.now).wall);
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let mut bench = Bench::new(&[]);
    let mut setup = bench.driver.kiosk().setup().clone();
    setup.reader = "tmr_new".parse().unwrap();
    setup.boot = "boot-2".parse().unwrap();
    bench.driver = Driver::new(setup, &[stored("S1", &bodies)], 7, Bench::at(bench.now));
    bench.model = source.model;
    bench.calls.clear();
    bench.turn(Event::DispenserReachable("main".parse().unwrap()));
    // Nobody answers for the new reader yet: whatever is known is of the old one.
    for _ in 0..5 {
        bench.calls.retain(|(_, request)| {
            request.reader().is_none_or(|reader| reader.as_str() == "tmr_simulated")
        });
        bench.answer_all();
        bench.wait(Duration::from_secs(1));
        bench.flush();
        assert_eq!(bench.driver.kiosk().assignment(), Assignment::Unseen);
    }
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned), "{:?}", bench.facts);
}
