//! Sales that must know whether they have a PaymentIntent, looked for in the account's list.

use super::*;
use crate::kiosk::out_of_order::Denied;
use crate::sale::fact::{Fact, Retraction};
use crate::sale::input::Refusal;
use crate::sale::key::Operation;

fn sought(bench: &mut Bench, sale: &str, stripe_time: Option<StripeTime>) -> SaleId {
    let sale = sale.parse().unwrap();
    let mut sale = Sale::open(Opened { sale, stripe_time, ..opened() });
    sale.evolve(&Fact::RetractionDecided { why: Retraction::Restarted, at: bench.now });
    sale.evolve(&Fact::KeyTooOld { operation: Operation::Create, n: 1 });
    let id = sale.id().clone();
    bench.kiosk.adopt(sale);
    id
}

fn is_list(wish: &SweepWish) -> bool {
    matches!(wish, SweepWish::List { .. })
}

#[test]
fn a_sale_that_is_sought_does_not_wait_for_the_next_sweep_and_is_looked_for_in_the_list() {
    let mut bench = Bench::new();
    bench.page(Vec::new());
    bench.done();
    bench.wait(Duration::from_hours(2));
    let id = sought(&mut bench, "SALE1", None);
    assert!(is_list(&bench.wish()), "absence in a search proves nothing");
    assert_eq!(bench.begins_at(), EPOCH + 2 * HOUR - 72 * HOUR, "nobody knows when it was opened");
    let mut young = unpaid(id.as_str());
    young.intent.created = bench.date();
    let found = bench.page(vec![young.clone(), unpaid("LOST")]);
    assert_eq!(found.sought, [(id, young.intent)], "its own sale knows it by its id, of any age");
    assert!(found.recall.is_empty(), "all else is left to the next sweep");
}

#[test]
fn a_sale_is_sought_from_its_opening_by_stripes_clock_on_and_never_beyond_three_days() {
    let mut bench = Bench::new();
    sought(&mut bench, "SALE1", Some(StripeTime(EPOCH - 2 * HOUR)));
    assert_eq!(bench.begins_at(), EPOCH - 2 * HOUR - 300);

    let mut bench = Bench::new();
    sought(&mut bench, "SALE1", Some(StripeTime(EPOCH - 2 * HOUR)));
    sought(&mut bench, "SALE2", Some(StripeTime(EPOCH - 5 * HOUR)));
    assert_eq!(bench.begins_at(), EPOCH - 5 * HOUR - 300, "the oldest of several");

    let mut bench = Bench::new();
    sought(&mut bench, "SALE1", Some(StripeTime(EPOCH - 400 * HOUR)));
    assert_eq!(bench.begins_at(), EPOCH - 72 * HOUR);

    let mut bench = Bench::new();
    sought(&mut bench, "SALE1", Some(StripeTime(EPOCH - 2 * HOUR)));
    sought(&mut bench, "SALE2", None);
    assert_eq!(bench.begins_at(), EPOCH - 72 * HOUR);
}

#[test]
fn the_list_is_read_only_until_all_that_is_sought_is_found() {
    let mut bench = Bench::new();
    let first = sought(&mut bench, "SALE1", None);
    let second = sought(&mut bench, "SALE2", None);
    bench.page_with_next(vec![unpaid("SALE1")], Some("pi_1"));
    assert!(bench.done().is_empty());
    for id in [first, second] {
        bench.kiosk.forget(&id);
    }
    assert!(is_list(&bench.wish()), "one is missing");
    bench.page_with_next(vec![unpaid("SALE2")], Some("pi_2"));
    assert!(bench.done().is_empty(), "none was sought in vain");
    assert!(!is_list(&bench.wish()));
}

#[test]
fn a_sale_that_is_sought_does_not_wait_for_a_search_that_is_under_way() {
    let mut bench = Bench::new();
    assert!(!is_list(&bench.wish()));
    let id = sought(&mut bench, "SALE1", None);
    assert!(is_list(&bench.wish()));
    let late = Listing {
        date: Some(bench.date()),
        is_search: true,
        intents: vec![unpaid("LOST")],
        next: None,
    };
    assert_eq!(bench.kiosk.listed(late, since(bench.now)), Found::default());
    assert!(bench.done().is_empty(), "a search says nothing about the list");
    bench.page(Vec::new());
    assert!(bench.done().contains(&id));
    bench.kiosk.forget(&id);
    assert_eq!(bench.begins_at(), EPOCH - 72 * HOUR, "the search begins anew");
}

#[test]
fn a_sale_is_sought_in_vain_only_when_the_whole_list_was_read_since_it_was_sought() {
    let mut bench = Bench::new();
    sought(&mut bench, "SALE1", None);
    bench.begins_at();
    let id = sought(&mut bench, "SALE2", None);
    bench.page(Vec::new());
    assert!(!bench.done().contains(&id), "this reading began before");
    bench.page(Vec::new());
    assert!(bench.done().contains(&id));
}

#[test]
fn a_page_of_the_list_that_comes_while_a_search_is_under_way_is_not_its_page() {
    let mut bench = Bench::new();
    let wish = bench.wish();
    let late = Listing { date: Some(bench.date()), is_search: false, intents: vec![], next: None };
    assert_eq!(bench.kiosk.listed(late, since(bench.now)), Found::default());
    assert_eq!(bench.wish(), wish, "the page is still wanted");
}

#[test]
fn what_could_not_be_cancelled_is_looked_at_again_in_ten_minutes_and_from_the_beginning() {
    let mut bench = Bench::new();
    bench.page(Vec::new());
    bench.done();
    bench.kiosk.sweep_again(bench.now);
    assert_eq!(bench.wish(), SweepWish::Wait(bench.now + Duration::from_mins(10)));
    bench.wait(Duration::from_mins(10));
    assert_eq!(bench.begins_at(), EPOCH + 600 - 72 * HOUR);
}

#[test]
fn a_permission_to_read_payments_is_missed_as_long_as_a_sweep_needs_it() {
    let narrow = Reason::KeyTooNarrow { denied: Denied::ReadPayment };
    for sweeps in [true, false] {
        let mut bench = Bench::new();
        bench.begins_at();
        let result = Err(Trouble::Refused(Refusal::Forbidden));
        let reply = Reply { call: Call::List, asked: bench.now, result };
        bench.kiosk.heard(None, &reply, since(bench.now));
        if !sweeps {
            bench.kiosk.sweep_interrupted(bench.now);
        }
        bench.kiosk.judge_open_sales(since(bench.now));
        assert_eq!(bench.kiosk.reasons().since(&narrow).is_some(), sweeps);
    }
}
