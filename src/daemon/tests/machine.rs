//! A vending machine asks, and is told as soon as nothing will come of it.

use super::*;
use crate::kiosk::Asked;
use crate::money::Money;
use crate::sale::input::VendNews;

fn asked(minor: u64) -> Asked {
    Asked {
        dispenser: "main".parse().unwrap(),
        slot: "11".parse().unwrap(),
        otherwise: None,
        price: Money::new(minor, "usd".parse().unwrap()),
        its_price: true,
    }
}

fn ask(bench: &mut Bench, sale: &str, minor: u64) {
    bench.turn(Event::Asked { asked: asked(minor), sale: sale.parse().unwrap() });
}

/// Asked for, tapped and approved.
fn approved() -> Bench {
    let mut bench = Bench::ready();
    ask(&mut bench, "S1", 120);
    bench.flush();
    bench.answer_all();
    bench
        .model
        .present_card(&"tmr_simulated".parse().unwrap(), Card::VISA, Bench::at(bench.now).wall)
        .unwrap();
    bench.wait(Duration::from_secs(4));
    bench.answer_all();
    bench.flush();
    assert_eq!(bench.vends, 1, "{:?}", bench.facts);
    bench
}

#[test]
fn the_machines_price_is_charged_and_its_result_ends_the_sale() {
    let mut bench = approved();
    assert!(bench.requests.iter().any(|request| {
        matches!(request, Request::CreateIntent { opened, .. } if opened.price().amount == 120)
    }));
    let news = VendNews::Delivered;
    bench.turn(Event::Vend { order: "S1".parse().unwrap(), news });
    bench.flush();
    bench.answer_all();
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
}

#[test]
fn who_is_turned_away_is_told_at_once() {
    let mut bench = Bench::ready();
    ask(&mut bench, "S1", 10);
    assert!(matches!(bench.turned, Some(Turned::NoSuchPrice { .. })), "under the minimum");
    assert_eq!(bench.called_off, ["S1".parse().unwrap()]);
    ask(&mut bench, "S2", 250);
    ask(&mut bench, "S3", 250);
    assert_eq!(bench.turned, Some(Turned::Busy));
    assert_eq!(bench.called_off[1..], ["S3".parse().unwrap()]);
}

#[test]
fn a_sale_that_is_taken_back_lets_the_machine_go_and_never_vends() {
    let mut bench = Bench::ready();
    ask(&mut bench, "S1", 250);
    bench.flush();
    bench.answer_all();
    assert_eq!(bench.called_off, []);
    bench.turn(Event::CancelPressed);
    assert_eq!(bench.called_off, ["S1".parse().unwrap()], "before Stripe has said a word");
    for _ in 0..5 {
        bench.flush();
        bench.wait(Duration::from_secs(4));
        bench.answer_all();
    }
    assert_eq!((bench.outcome(), bench.vends), (Some(Outcome::Abandoned), 0));
}

#[test]
fn a_machine_that_gives_up_takes_its_own_sale_back_and_no_other() {
    let mut bench = Bench::ready();
    ask(&mut bench, "S1", 250);
    bench.flush();
    bench.answer_all();
    bench.turn(Event::Withdrawn { sale: "S2".parse().unwrap() });
    assert_eq!(bench.called_off, []);
    bench.turn(Event::Withdrawn { sale: "S1".parse().unwrap() });
    bench
        .model
        .present_card(&"tmr_simulated".parse().unwrap(), Card::VISA, Bench::at(bench.now).wall)
        .unwrap();
    for _ in 0..5 {
        bench.flush();
        bench.wait(Duration::from_secs(4));
        bench.answer_all();
    }
    assert_eq!(bench.vends, 0);
    assert_eq!(bench.outcome(), Some(Outcome::Released), "the tap came too late, and is let go");
}

#[test]
fn an_approval_that_the_machine_no_longer_waits_for_is_never_captured() {
    let mut bench = approved();
    let news = VendNews::NeverSent { why: "the machine gave up".into() };
    bench.turn(Event::Vend { order: "S1".parse().unwrap(), news });
    bench.flush();
    bench.answer_all();
    assert_eq!(bench.outcome(), Some(Outcome::Released));
    assert!(!bench.requests.iter().any(is_capture));
}

#[test]
fn a_price_that_differs_is_said_once_for_each_price() {
    let mut bench = Bench::ready();
    let of_prices = |bench: &Bench| {
        bench.said.iter().filter(|said| said.contains(", not ")).cloned().collect::<Vec<_>>()
    };
    for (sale, minor) in [("S1", 250), ("S2", 120), ("S3", 120), ("S4", 250), ("S5", 120)] {
        ask(&mut bench, sale, minor);
    }
    let differs = "1.20 USD, not 2.50 USD";
    assert_eq!(of_prices(&bench), [differs, differs]);
}
