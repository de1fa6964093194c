//! What a sale is opened with of its dispenser, and how long one that forgets is waited for.

use super::*;
use crate::kiosk::Asked;
use crate::money::Money;
use crate::sale::fact::{Opened, UnknownVend};
use crate::sale::goods::Promise;

/// A relay, which neither knows of goods nor remembers.
fn of_a_relay() -> Bench {
    let mut bench = Bench::ready();
    let relay = Dispenser {
        vend_timeout: Duration::from_secs(4),
        promise: Promise { knows_delivery: false, can_be_asked: false },
        asks: false,
        unknown_vend: Some(UnknownVend::Hold),
    };
    bench.kiosk.setup.dispensers.insert("main".parse().unwrap(), relay);
    bench
}

#[test]
fn a_sale_is_opened_with_what_its_dispenser_cannot_tell() {
    let mut bench = of_a_relay();
    bench.select("S1").unwrap();
    let opened = &bench.kiosk.front_sale().unwrap().opened;
    assert!(opened.product.forgotten);
    assert_eq!(opened.product.unknown_vend, Some(UnknownVend::Hold));
    assert_eq!(opened.policy.vend_timeout, Duration::from_secs(4));

    let mut bench = Bench::ready();
    bench.select("S1").unwrap();
    let opened = &bench.kiosk.front_sale().unwrap().opened;
    assert!(!opened.product.forgotten);
    assert_eq!(opened.product.unknown_vend, None, "as the policy says");
}

/// A vending machine that asks for what is in its slots.
fn of_a_machine() -> Bench {
    let mut bench = of_a_relay();
    let main = "main".parse().unwrap();
    bench.kiosk.setup.dispensers.get_mut(&main).unwrap().asks = true;
    bench
}

fn ask(bench: &Bench, slot: &str, (minor, its_price): (u64, bool)) -> Result<Opened, Turned> {
    let asked = Asked {
        dispenser: "main".parse().unwrap(),
        slot: slot.parse().unwrap(),
        otherwise: (slot == "65535").then(|| "A1".parse().unwrap()),
        price: Money::new(minor, "usd".parse().unwrap()),
        its_price,
    };
    bench.kiosk.asked(&asked, "S1".parse().unwrap(), bench.since())
}

#[test]
fn what_a_machine_asks_for_is_found_by_its_slot() {
    let bench = of_a_machine();
    let opened = ask(&bench, "11", (120, true)).unwrap();
    assert_eq!((opened.product.code.as_str(), opened.price().amount), ("A1", 120));
    let opened = ask(&bench, "11", (120, false)).unwrap();
    assert_eq!(opened.price().amount, 250, "what is configured");
    let opened = ask(&bench, "65535", (120, true)).unwrap();
    assert_eq!((opened.product.code.as_str(), opened.product.slot.as_str()), ("A1", "65535"));
    let slot = "99".parse().unwrap();
    assert_eq!(ask(&bench, "99", (120, true)), Err(Turned::NoSuchSlot { slot }));
    for minor in [0, 49, 100_000_000] {
        let price = Money::new(minor, "usd".parse().unwrap());
        assert_eq!(ask(&bench, "11", (minor, true)), Err(Turned::NoSuchPrice { price }));
    }
}

#[test]
fn what_a_machine_has_is_chosen_there_only() {
    let mut bench = of_a_machine();
    let code = "A1".parse().unwrap();
    assert_eq!(bench.select("S1"), Err(Turned::AtMachine { code }));
}

#[test]
fn one_that_forgets_is_not_waited_for_although_it_is_away() {
    let mut bench = of_a_relay();
    bench.select("S1").unwrap();
    bench.reply(Call::Create { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
    bench.reply(Call::Prompt { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
    bench.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
    bench.kiosk.dispenser_reachable(&"main".parse().unwrap(), false, bench.since());
    let news = VendNews::Unclear { why: "the chip is gone".into() };
    bench.give(&Input::Dispenser { item: ItemNumber::FIRST, news });
    let sale = bench.kiosk.front_sale().unwrap().clone();
    assert_eq!(bench.kiosk.due(&sale, bench.now), bench.now);
}
