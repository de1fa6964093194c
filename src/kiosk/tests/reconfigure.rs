//! Another configuration comes while the kiosk runs.

use std::collections::BTreeSet;

use super::*;
use crate::ids::{DispenserName, ProductCode};
use crate::kiosk::stock::Filling;

/// A setup in which A1 costs more.
fn dearer() -> Setup {
    let mut setup = setup();
    let a1 = setup.catalog.get_mut(&"A1".parse().unwrap()).unwrap();
    a1.price.amount += 50;
    setup
}

fn names(names: &[&str]) -> BTreeSet<DispenserName> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

#[test]
fn the_next_sale_has_the_new_price() {
    let mut bench = Bench::ready();
    assert!(bench.kiosk.is_between_customers());
    let since = bench.since();
    bench.kiosk.reconfigure(dearer(), &BTreeSet::new(), since);
    assert_eq!(bench.view(), View::Idle, "nothing was begun anew");
    bench.select("S1").unwrap();
    let price = bench.kiosk.front_sale().unwrap().opened.price();
    assert_eq!(price.amount, opened().price().amount + 50);
}

#[test]
fn a_sale_that_holds_the_reader_or_is_at_a_dispenser_is_waited_for() {
    let mut bench = Bench::ready();
    bench.select("S1").unwrap();
    assert!(!bench.kiosk.is_between_customers(), "opening");
    let mut bench = Bench::presenting();
    assert!(!bench.kiosk.is_between_customers(), "a card is awaited");
    bench.give(&Input::CancelPressed);
    bench.wait(20);
    assert!(bench.kiosk.front_sale().is_some() || bench.kiosk.is_reader_held());
    assert!(!bench.kiosk.is_between_customers(), "it is taken back");
}

#[test]
fn who_the_kiosk_is_never_changes() {
    let mut bench = Bench::ready();
    let mut other = dearer();
    other.reader = "tmr_other".parse().unwrap();
    other.livemode = !other.livemode;
    let since = bench.since();
    bench.kiosk.reconfigure(other, &BTreeSet::new(), since);
    let setup = bench.kiosk.setup();
    assert_eq!((&setup.reader, setup.livemode), (&super::setup().reader, super::setup().livemode));
}

#[test]
fn a_dispenser_that_is_begun_anew_has_yet_to_say_that_it_is_there() {
    let mut bench = Bench::ready();
    let name = bench.kiosk.setup().dispensers.keys().next().unwrap().clone();
    let away = Reason::DispenserAway { dispenser: name.clone() };
    let since = bench.since();
    bench.kiosk.reconfigure(dearer(), &names(&[name.as_str()]), since);
    assert!(bench.stands(&away));
    assert!(bench.select("S1").is_err());
    bench.kiosk.dispenser_reachable(&name, true, since);
    bench.select("S1").unwrap();
}

#[test]
fn one_that_is_gone_is_no_reason_any_more_and_a_new_one_is_awaited() {
    let mut bench = Bench::ready();
    let name = bench.kiosk.setup().dispensers.keys().next().unwrap().clone();
    let other: DispenserName = "other".parse().unwrap();
    let mut setup = dearer();
    let known = setup.dispensers.remove(&name).unwrap();
    setup.dispensers.insert(other.clone(), known);
    for product in setup.catalog.values_mut() {
        product.dispenser = other.clone();
    }
    let since = bench.since();
    bench.kiosk.dispenser_reachable(&name, false, since);
    bench.kiosk.reconfigure(setup, &BTreeSet::new(), since);
    assert!(!bench.stands(&Reason::DispenserAway { dispenser: name }));
    assert!(bench.stands(&Reason::DispenserAway { dispenser: other }));
}

#[test]
fn what_was_counted_is_counted_on_and_what_is_new_begins_full() {
    let code: ProductCode = "A1".parse().unwrap();
    let counted = |of: Option<u32>| {
        let mut setup = dearer();
        setup.catalog.get_mut(&code).unwrap().stock = of;
        setup
    };
    let mut bench = Bench::ready();
    let since = bench.since();
    let left = |bench: &Bench| bench.kiosk.stock_document().products.first().map(|one| one.left);
    bench.kiosk.reconfigure(counted(Some(5)), &BTreeSet::new(), since);
    assert_eq!(left(&bench), Some(5));
    bench.kiosk.fill(&Filling::Set { code: code.clone(), left: 0 }, "user 0", since).unwrap();
    bench.kiosk.reconfigure(counted(Some(9)), &BTreeSet::new(), since);
    assert_eq!(left(&bench), Some(0));
    assert!(bench.stands(&Reason::SoldOut { product: code.clone() }));
    bench.kiosk.reconfigure(counted(None), &BTreeSet::new(), since);
    assert!(!bench.stands(&Reason::SoldOut { product: code.clone() }));
    bench.kiosk.reconfigure(counted(Some(9)), &BTreeSet::new(), since);
    assert_eq!(left(&bench), Some(0), "a drop-in that was missing for a day costs nothing");
}

#[test]
fn a_price_that_was_refused_is_tried_again_when_it_is_another() {
    let mut bench = Bench::ready();
    let since = bench.since();
    let code: ProductCode = "A1".parse().unwrap();
    let refused = Reason::PriceRefused { product: code, code: "amount_too_small".into() };
    bench.kiosk.reasons.raise(refused.clone(), since);
    bench.kiosk.reconfigure(setup(), &BTreeSet::new(), since);
    assert!(bench.stands(&refused), "the same price");
    bench.kiosk.reconfigure(dearer(), &BTreeSet::new(), since);
    assert!(!bench.stands(&refused));
}

#[test]
fn a_cart_is_a_customer_until_it_is_left() {
    let mut cart = setup();
    cart.cart_limit = Some(4);
    let mut bench = Bench::ready();
    let since = bench.since();
    bench.kiosk.reconfigure(cart, &BTreeSet::new(), since);
    bench.kiosk.add_to_cart(&"A1".parse().unwrap(), since).unwrap();
    assert!(!bench.kiosk.is_between_customers());
    bench.wait(31);
    bench.kiosk.empty_left_cart(bench.since().moment);
    assert!(bench.kiosk.is_between_customers());
}
