//! What customers put into the cart, and what the display says of it.

use super::*;
use crate::ids::ItemNumber;
use crate::kiosk::Dispenser;
use crate::kiosk::cart::{CartLine, LEFT_AFTER};
use crate::kiosk::view::{Place, Rest};
use crate::money::Money;
use crate::sale::fact::CaptureMode;
use crate::sale::input::{RefundSeen, RefundStatus};

/// Cola at 2.50 on the main dispenser, and nuts at 4.00 on a slower one.
fn kiosk() -> Bench {
    let mut setup = setup();
    let nuts = Product {
        name: "Nuts".into(),
        price: Money::new(400, "usd".parse().unwrap()),
        slot: "1".parse().unwrap(),
        dispenser: "left".parse().unwrap(),
        stock: None,
        disabled: false,
    };
    setup.catalog.insert("C1".parse().unwrap(), nuts);
    setup
        .dispensers
        .insert("left".parse().unwrap(), Dispenser::of_its_word(Duration::from_secs(45)));
    setup.cart_limit = Some(3);
    let now = Moment::from_millis(100_000);
    let since = Since { moment: now, wall: WallTime(EPOCH * 1000) };
    let mut bench = Bench { kiosk: Kiosk::new(setup, since), now };
    for dispenser in ["main", "left"] {
        bench.kiosk.dispenser_reachable(&dispenser.parse().unwrap(), true, bench.since());
    }
    bench.look(reader(None));
    bench
}

impl Bench {
    fn add(&mut self, code: &str) -> Result<(), Turned> {
        let since = self.since();
        let added = self.kiosk.add_to_cart(&code.parse().unwrap(), since);
        if let Err(why) = &added {
            self.kiosk.show_turned(why.clone(), self.now);
        }
        added
    }

    fn remove(&mut self, code: &str) -> Result<(), Turned> {
        let since = self.since();
        self.kiosk.remove_from_cart(&code.parse().unwrap(), since)
    }

    fn pay(&mut self) -> Result<crate::sale::fact::Opened, Turned> {
        let since = self.since();
        let opened = self.kiosk.pay("S1".parse().unwrap(), since)?;
        self.kiosk.opened(opened.clone());
        Ok(opened)
    }
}

fn shows(lines: &[(&str, usize)], sum: u64) -> View {
    let lines = lines.iter().map(|(name, count)| CartLine { name: (*name).into(), count: *count });
    View::Cart { lines: lines.collect(), sum: Money::new(sum, "usd".parse().unwrap()) }
}

#[test]
fn the_display_shows_what_is_in_the_cart_and_what_it_costs() {
    let mut bench = kiosk();
    assert_eq!(bench.pay(), Err(Turned::CartEmpty));
    for code in ["A1", "C1", "A1"] {
        bench.add(code).unwrap();
    }
    assert_eq!(bench.view(), shows(&[("Cola", 2), ("Nuts", 1)], 900));
    assert_eq!(bench.add("A1"), Err(Turned::CartFull));
    assert_eq!(bench.view(), View::NotNow { why: Turned::CartFull });
    bench.remove("A1").unwrap();
    assert_eq!(bench.view(), shows(&[("Cola", 1), ("Nuts", 1)], 650));
    assert_eq!(bench.remove("Z9"), Err(Turned::NotInCart { code: "Z9".parse().unwrap() }));
    assert_eq!(bench.add("Z9"), Err(Turned::Unknown { code: "Z9".parse().unwrap() }));
    assert_eq!(bench.kiosk.status(bench.now).state, super::super::status::State::Busy);
}

#[test]
fn paying_freezes_the_cart_into_a_sale() {
    let mut bench = kiosk();
    for code in ["A1", "C1", "A1"] {
        bench.add(code).unwrap();
    }
    let opened = bench.pay().unwrap();
    assert_eq!((opened.codes(), opened.price().amount), ("A1,C1,A1".into(), 900));
    assert_eq!(opened.further[0].vend_timeout, Some(Duration::from_secs(45)));
    assert_eq!(opened.further[1].vend_timeout, None, "as the sale's policy says");
    assert_eq!(bench.add("A1"), Err(Turned::Busy));
    assert_eq!(bench.remove("A1"), Err(Turned::Busy));
    assert_eq!(bench.pay(), Err(Turned::Busy));
    let View::Connecting { product } = bench.view() else { panic!("{:?}", bench.view()) };
    assert_eq!((product.name.as_str(), product.further, product.price.amount), ("Cola", 2, 900));
}

#[test]
fn a_sale_is_opened_only_if_all_of_its_dispensers_can_be_reached() {
    let mut bench = kiosk();
    bench.add("A1").unwrap();
    bench.add("C1").unwrap();
    let left = "left".parse().unwrap();
    bench.kiosk.dispenser_reachable(&left, false, bench.since());
    let reason = Reason::DispenserAway { dispenser: left };
    assert_eq!(bench.pay(), Err(Turned::OutOfOrder { reason: reason.clone() }));
    assert_eq!(bench.add("C1"), Err(Turned::OutOfOrder { reason }), "said at the key already");
    bench.remove("C1").unwrap();
    bench.pay().unwrap();
}

#[test]
fn a_cart_that_is_left_behind_is_nobodys() {
    let mut bench = kiosk();
    bench.add("A1").unwrap();
    bench.now = bench.now + LEFT_AFTER / 2;
    bench.add("A1").unwrap();
    let left = bench.now + LEFT_AFTER;
    assert_eq!(bench.kiosk.next_view_change(bench.now), Some(left));
    bench.kiosk.empty_left_cart(bench.now + LEFT_AFTER / 2);
    assert_eq!(bench.view(), shows(&[("Cola", 2)], 500));
    bench.kiosk.empty_left_cart(left);
    assert_eq!(bench.view(), View::Idle);
    bench.add("A1").unwrap();
    bench.kiosk.stop();
    assert_eq!(bench.view(), View::Stopping);
    assert_eq!(bench.kiosk.cart_status().unwrap().amount, None, "nothing is kept for later");
}

#[test]
fn a_kiosk_without_a_cart_says_nothing_to_its_keys() {
    let mut bench = Bench::ready();
    assert_eq!(bench.add("A1"), Err(Turned::NoCart));
    assert_eq!(bench.pay(), Err(Turned::NoCart));
    assert_eq!(bench.remove("A1"), Err(Turned::NoCart));
    assert_eq!(bench.view(), View::Idle);
    assert_eq!(bench.kiosk.cart_status(), None);
}

/// A cart of cola and nuts, paid, with the first under way.
fn vending() -> Bench {
    vending_at(false)
}

/// The same, perhaps with the card charged at the tap.
fn vending_at(tap: bool) -> Bench {
    let mut bench = kiosk();
    if tap {
        bench.kiosk.setup.policy.capture = CaptureMode::Automatic;
    }
    bench.add("A1").unwrap();
    bench.add("C1").unwrap();
    bench.pay().unwrap();
    for (call, status) in [
        (Call::Create { n: 1 }, IntentStatus::RequiresPaymentMethod),
        (Call::Prompt { n: 1 }, IntentStatus::RequiresPaymentMethod),
        (Call::Look, IntentStatus::RequiresCapture),
    ] {
        let paid = status == IntentStatus::RequiresCapture;
        let held = if paid { 650 } else { 0 };
        let mut intent = IntentSeen { amount: 650, amount_capturable: held, ..intent(status) };
        if tap && paid {
            let taken = IntentStatus::Succeeded;
            (intent.status, intent.amount_capturable, intent.amount_received) = (taken, 0, 650);
        }
        let date = Some(StripeTime(EPOCH + 1));
        let seen = Seen { date, reader: None, intent: Some(intent), refunds: None };
        let reply = Reply { call, asked: bench.now, result: Ok(seen) };
        bench.give(&Input::Replied(Box::new(reply)));
    }
    bench
}

impl Bench {
    fn dispenser(&mut self, item: ItemNumber, news: VendNews) {
        self.give(&Input::Dispenser { item, news });
    }
}

#[test]
fn the_customer_reads_what_comes_now_and_what_became_of_the_rest() {
    let first = ItemNumber::FIRST;
    let mut bench = vending();
    let View::Dispensing { product, place } = bench.view() else { panic!("{:?}", bench.view()) };
    assert_eq!((product.name.as_str(), place), ("Cola", Place { number: 1, of: 2 }));
    bench.dispenser(first, VendNews::Delivered);
    let View::Dispensing { product, place } = bench.view() else { panic!("{:?}", bench.view()) };
    assert_eq!((product.name.as_str(), place), ("Nuts", Place { number: 2, of: 2 }));
    bench.dispenser(first.following(), VendNews::Failed { reason: "jam".into() });
    let kept = Money::new(250, "usd".parse().unwrap());
    let part = |rest| View::PartGiven { given: 1, of: 2, unknown: 0, kept, rest, receipt: None };
    assert_eq!(bench.view(), part(Rest::WillBeReleased), "a promise");
    let captured =
        IntentSeen { amount: 650, amount_received: 250, ..intent(IntentStatus::Succeeded) };
    let seen = Seen { date: None, reader: None, intent: Some(captured), refunds: None };
    let reply = Reply { call: Call::Capture { n: 1 }, asked: bench.now, result: Ok(seen) };
    bench.give(&Input::Replied(Box::new(reply)));
    assert_eq!(bench.view(), part(Rest::NotCharged), "Stripe has said so");
    bench.wait(8);
    assert_eq!(bench.view(), View::Idle);
}

#[test]
fn a_doubtful_item_waits_for_its_own_dispenser() {
    let mut bench = vending();
    bench.dispenser(ItemNumber::FIRST, VendNews::Delivered);
    let second = ItemNumber::FIRST.following();
    bench.dispenser(second, VendNews::Unclear { why: "cut".into() });
    bench.kiosk.dispenser_reachable(&"left".parse().unwrap(), false, bench.since());
    let sale = bench.kiosk.sale(&"S1".parse().unwrap()).unwrap().clone();
    let at = bench.now + Duration::from_secs(10);
    assert_eq!(bench.kiosk.due(&sale, at), at + Duration::from_mins(2));
}

#[test]
fn of_several_products_none_is_blamed_for_an_amount_that_stripe_refuses() {
    let mut bench = kiosk();
    bench.add("A1").unwrap();
    bench.add("C1").unwrap();
    bench.pay().unwrap();
    let refusal = Refusal::Other { code: "amount_too_small".into() };
    bench.hear(Call::Create { n: 1 }, Err(Trouble::Refused(refusal)));
    assert_eq!(bench.kiosk.reasons().iter().count(), 0);
}

#[test]
fn the_rest_is_called_released_or_refunded_when_stripe_has_said_so() {
    let rest = |bench: &Bench| {
        let View::PartGiven { rest, .. } = bench.view() else { panic!("{:?}", bench.view()) };
        rest
    };
    let mut bench = vending();
    bench.dispenser(ItemNumber::FIRST, VendNews::Delivered);
    bench.dispenser(ItemNumber::FIRST.following(), VendNews::Failed { reason: "jam".into() });
    let silence = || Trouble::Unknown { obstacle: Obstacle::Silence, why: "reset".into() };
    bench.reply(Call::Capture { n: 1 }, Err(silence()));
    assert_eq!(rest(&bench), Rest::WillBeReleased, "no answer says nothing");

    // Charged at the tap, the rest goes back.
    let mut bench = vending_at(true);
    bench.dispenser(ItemNumber::FIRST, VendNews::Delivered);
    bench.dispenser(ItemNumber::FIRST.following(), VendNews::Failed { reason: "jam".into() });
    assert_eq!(rest(&bench), Rest::WillBeRefunded);
    bench.reply(Call::Refund { n: 1 }, Err(silence()));
    assert_eq!(rest(&bench), Rest::WillBeRefunded, "no answer says nothing");
    let refund = RefundSeen {
        id: "re_1".parse().unwrap(),
        status: RefundStatus::Succeeded,
        amount: 400,
        currency: "usd".parse().unwrap(),
        sale: Some("S1".parse().unwrap()),
        n: Some(1),
    };
    let captured =
        IntentSeen { amount: 650, amount_received: 650, ..intent(IntentStatus::Succeeded) };
    let refunds = Some(vec![refund]);
    let seen = Seen { date: None, reader: None, intent: Some(captured), refunds };
    let reply = Reply { call: Call::ListRefunds, asked: bench.now, result: Ok(seen) };
    bench.give(&Input::Replied(Box::new(reply)));
    assert_eq!(rest(&bench), Rest::Refunded);
}
