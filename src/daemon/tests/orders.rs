//! A person's order is answered once it is on disk, and never later than a person waits.

use std::time::Duration;

use super::{Bench, stored};
use crate::daemon::driver::Event;
use crate::daemon::orders::Ordered;
use crate::sale::fact::Outcome;
use crate::sale::input::VendNews;
use crate::sale::resolve::{Asked, Order};
use crate::stripe::Request;

const WAIT: Duration = Duration::from_secs(2);

/// A sale was sold, and all of it is on disk.
fn sold() -> Bench {
    let mut bench = Bench::authorized();
    bench.flush();
    bench.turn(Event::Vend { order: "S1".parse().unwrap(), news: VendNews::Delivered });
    for _ in 0..3 {
        bench.flush();
        bench.answer_all();
        bench.wait(WAIT);
    }
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
    assert!(bench.batches.is_empty() && bench.driver.may_stop());
    bench
}

/// A person wants the money of the sale given back.
fn order_refund(bench: &mut Bench) {
    let bodies: Vec<String> =
        bench.facts.iter().map(|fact| serde_json::to_string(fact).unwrap()).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let order = Order { what: Asked::RefundSold { amount: None }, by: 1000, reason: None };
    let stored = Box::new(stored("S1", &bodies));
    bench.turn(Event::SaleOrdered { sale: "S1".parse().unwrap(), stored, order });
}

fn refunds(bench: &Bench) -> usize {
    bench.requests.iter().filter(|request| matches!(request, Request::Refund(_))).count()
}

#[test]
fn an_order_is_answered_when_it_is_on_disk_and_not_before() {
    let mut bench = sold();
    order_refund(&mut bench);
    bench.answer_all();
    bench.wait(WAIT);
    assert_eq!((bench.ordered.as_slice(), refunds(&bench)), (&[][..], 0));
    bench.flush();
    assert_eq!(bench.ordered, [Ordered::Decided]);
    bench.answer_all();
    assert_eq!(refunds(&bench), 1);
}

#[test]
fn what_was_decided_before_is_answered_when_that_is_on_disk() {
    let mut bench = sold();
    order_refund(&mut bench);
    let facts = bench.facts.len();
    order_refund(&mut bench);
    assert!(matches!(bench.ordered[..], [Ordered::Refused(_)]), "it is open again");
    assert_eq!(bench.facts.len(), facts);
    bench.flush();
    assert_eq!(bench.ordered.last(), Some(&Ordered::Decided));
}

#[test]
fn a_journal_that_refuses_it_is_said_so_within_seconds_and_it_is_done_later() {
    let mut bench = sold();
    order_refund(&mut bench);
    for _ in 0..3 {
        bench.disk_fails();
        bench.wait(WAIT);
    }
    assert_eq!(bench.ordered, [Ordered::Unrecorded]);
    assert_eq!(refunds(&bench), 0);
    bench.wait(WAIT);
    bench.flush();
    bench.answer_all();
    assert_eq!((bench.ordered.len(), refunds(&bench)), (1, 1));
}

#[test]
fn a_journal_that_says_nothing_is_not_waited_for_without_end() {
    let mut bench = sold();
    order_refund(&mut bench);
    let wake = bench.driver.next_wake().unwrap();
    assert!(wake.since(bench.now) <= Duration::from_secs(5), "the loop wakes for it");
    bench.wait(Duration::from_secs(5));
    assert_eq!(bench.ordered, [Ordered::Unrecorded]);
}

#[test]
fn an_order_that_contradicts_the_journal_is_refused_at_once() {
    let mut bench = sold();
    order_refund(&mut bench);
    let (number, sale) = (bench.batches.remove(0).number, "S1".parse().unwrap());
    bench.turn(Event::Contradicted { number, sale, what: "fact 20 is another".into() });
    let [Ordered::Refused(why)] = &bench.ordered[..] else { panic!("{:?}", bench.ordered) };
    assert!(why.contains("settle it at Stripe"), "{why}");
    assert_eq!(refunds(&bench), 0);
}
