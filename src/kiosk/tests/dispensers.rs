//! What a sale is opened with of its dispenser, and how long one that forgets is waited for.

use super::*;
use crate::sale::fact::UnknownVend;
use crate::sale::goods::Promise;

/// A relay, which neither knows of goods nor remembers.
fn of_a_relay() -> Bench {
    let mut bench = Bench::ready();
    let relay = Dispenser {
        vend_timeout: Duration::from_secs(4),
        promise: Promise { knows_delivery: false, can_be_asked: false },
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
