//! How many are left of a product, and what customers are told when none is.

use super::*;
use crate::ids::ProductCode;
use crate::kiosk::screen::Scarce;
use crate::kiosk::stock::{Filling, MOST, Shelf, StockStatus};
use crate::money::Money;

/// A kiosk with so many colas, and nuts that are not counted; customers may have a cart.
fn with(colas: u32, cart: bool) -> Bench {
    let mut setup = setup();
    let cola = setup.catalog.get_mut(&code("A1")).unwrap();
    cola.stock = Some(colas);
    let nuts = Product {
        name: "Nuts".into(),
        price: Money::new(400, "usd".parse().unwrap()),
        slot: "1".parse().unwrap(),
        dispenser: cola.dispenser.clone(),
        stock: None,
        disabled: false,
    };
    setup.catalog.insert(code("C1"), nuts);
    setup.cart_limit = cart.then_some(5);
    bench(setup)
}

fn bench(setup: Setup) -> Bench {
    let now = Moment::from_millis(100_000);
    let since = Since { moment: now, wall: WallTime(EPOCH * 1000) };
    let mut bench = Bench { kiosk: Kiosk::new(setup, since), now };
    bench.kiosk.dispenser_reachable(&"main".parse().unwrap(), true, since);
    bench.look(reader(None));
    bench.judge();
    bench
}

fn code(code: &str) -> ProductCode {
    code.parse().unwrap()
}

fn sold_out(left: u32) -> Turned {
    Turned::SoldOut { code: code("A1"), left }
}

impl Bench {
    fn judge(&mut self) {
        let since = self.since();
        self.kiosk.judge_stock(since);
    }

    fn left(&self) -> u32 {
        self.kiosk.stock_document().products[0].left
    }

    /// Up to the vend of the first item.
    fn vending(&mut self) {
        self.select("S1").unwrap();
        self.reply(Call::Create { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
        self.reply(Call::Prompt { n: 1 }, Ok(IntentStatus::RequiresPaymentMethod));
        self.reply(Call::Look, Ok(IntentStatus::RequiresCapture));
        assert!(matches!(self.view(), View::Dispensing { .. }), "{:?}", self.view());
    }

    fn board_says(&mut self, news: VendNews) {
        self.give(&Input::Dispenser { item: ItemNumber::FIRST, news });
        self.judge();
    }

    fn fill(&mut self, filling: &Filling) -> Result<(), String> {
        let since = self.since();
        let filled = self.kiosk.fill(filling, "user 0", since);
        self.judge();
        filled
    }
}

#[test]
fn the_last_one_is_sold_and_then_customers_are_told_that_it_is_sold_out() {
    let mut bench = with(1, false);
    bench.vending();
    assert_eq!(bench.left(), 1, "nothing has come out");
    bench.board_says(VendNews::Delivered);
    assert_eq!(bench.left(), 0);
    assert!(bench.stands(&Reason::SoldOut { product: code("A1") }));
    assert_eq!(bench.select("S2"), Err(sold_out(0)));
    bench.wait(10);
    bench.kiosk.show_turned(sold_out(0), bench.now);
    assert_eq!(bench.view(), View::NotNow { why: sold_out(0) });
    bench.wait(10);
    let without = View::Shelf { sold_out: vec!["Cola".into()], few: vec![] };
    assert_eq!(bench.view(), without, "there are nuts");
    let since = bench.since();
    bench.kiosk.select(&code("C1"), "S3".parse().unwrap(), since).unwrap();
}

#[test]
fn each_item_is_counted_once_whatever_the_board_says_of_it_and_how_often() {
    let mut bench = with(5, false);
    bench.vending();
    bench.board_says(VendNews::Failed { reason: "jam".into() });
    assert_eq!(bench.left(), 5, "nothing came out");
    for _ in 0..3 {
        bench.board_says(VendNews::Delivered);
        assert_eq!(bench.left(), 4, "it came out after all");
    }
    assert_eq!(bench.kiosk.changed_shelves().len(), 1);
    assert_eq!(bench.kiosk.changed_shelves(), [], "each change is put on record once");
}

#[test]
fn what_nobody_knows_of_counts_as_gone_and_is_not_counted_again_when_it_came() {
    let mut bench = with(2, false);
    bench.vending();
    bench.board_says(VendNews::Unclear { why: "cut".into() });
    assert_eq!(bench.left(), 2);
    bench.wait(11);
    bench.give(&Input::Timer);
    assert_eq!(bench.left(), 1);
    bench.board_says(VendNews::Delivered);
    assert_eq!(bench.left(), 1);
}

#[test]
fn a_sale_that_the_journal_has_counted_is_not_counted_at_the_next_start() {
    let mut bench = with(5, false);
    bench.vending();
    bench.board_says(VendNews::Delivered);
    let sale = bench.kiosk.sale(&"S1".parse().unwrap()).unwrap().clone();
    let [(product, shelf)] = &bench.kiosk.changed_shelves()[..] else { panic!() };
    let mut next = with(5, false);
    next.kiosk.on_record([(product.clone(), shelf.clone())]);
    next.kiosk.restore(sale);
    next.give(&Input::Restarted { boot: "boot-1".parse().unwrap() });
    next.board_says(VendNews::Delivered);
    assert_eq!((next.left(), next.kiosk.changed_shelves()), (4, vec![]));
}

#[test]
fn what_an_open_sale_may_still_give_is_spoken_for() {
    let mut bench = with(1, false);
    bench.select("S1").unwrap();
    // The customer is gone, and the sale is another reader's business: it holds up nobody.
    bench.kiosk.front = None;
    bench.kiosk.setup.reader = "tmr_other".parse().unwrap();
    let since = bench.since();
    let select = |bench: &Bench| bench.kiosk.select(&code("A1"), "S2".parse().unwrap(), since);
    assert_eq!(select(&bench).unwrap_err(), sold_out(0));
    assert_eq!(bench.left(), 1, "it is still there");
    bench.kiosk.forget(&"S1".parse().unwrap());
    select(&bench).unwrap();
}

#[test]
fn no_cart_holds_more_than_there_is() {
    let mut bench = with(2, true);
    let since = bench.since();
    let mut add = |code: &str| bench.kiosk.add_to_cart(&code.parse().unwrap(), since);
    assert_eq!((add("A1"), add("C1"), add("A1")), (Ok(()), Ok(()), Ok(())));
    assert_eq!(add("A1"), Err(sold_out(2)));
    bench.kiosk.show_turned(sold_out(2), bench.now);
    assert_eq!(bench.view(), View::NotNow { why: sold_out(2) });
    // Whoever has opened the machine has taken one out.
    bench.fill(&Filling::Set { code: code("A1"), left: 1 }).unwrap();
    let pay = |bench: &mut Bench| bench.kiosk.pay("S1".parse().unwrap(), since);
    assert_eq!(pay(&mut bench).unwrap_err(), sold_out(1));
    bench.kiosk.remove_from_cart(&code("A1"), since).unwrap();
    pay(&mut bench).unwrap();
}

#[test]
fn a_machine_that_is_empty_says_so() {
    let mut setup = setup();
    setup.catalog.get_mut(&code("A1")).unwrap().stock = Some(0);
    let mut bench = bench(setup);
    let reason = Reason::SoldOut { product: code("A1") };
    assert_eq!(bench.view(), View::OutOfOrder { reason });
    assert_eq!(bench.select("S1"), Err(sold_out(0)));
    let status = bench.kiosk.status(bench.now);
    assert_eq!(status.state, crate::kiosk::status::State::OutOfOrder);
    assert_eq!(status.stock["A1"], StockStatus { left: 0, of: 0 });
    bench.fill(&Filling::Add { code: code("A1"), count: 1 }).unwrap();
    let few = vec![Scarce { name: "Cola".into(), left: 1 }];
    assert_eq!(bench.view(), View::Shelf { sold_out: vec![], few });
    bench.select("S1").unwrap();
}

#[test]
fn a_product_that_is_not_for_sale_is_said_to_be_none_and_the_others_are_sold() {
    let mut bench = with(0, false);
    bench.kiosk.setup.catalog.get_mut(&code("C1")).unwrap().disabled = true;
    let since = bench.since();
    let nuts = |bench: &Bench| bench.kiosk.select(&code("C1"), "S1".parse().unwrap(), since);
    assert_eq!(nuts(&bench).unwrap_err(), Turned::Disabled { code: code("C1") });
    assert!(matches!(bench.view(), View::OutOfOrder { .. }), "the other one is sold out");
    bench.fill(&Filling::Set { code: code("A1"), left: 3 }).unwrap();
    assert_eq!(bench.view(), View::Idle);
    bench.kiosk.show_turned(nuts(&bench).unwrap_err(), bench.now);
    assert_eq!(bench.view(), View::NotNow { why: Turned::Disabled { code: code("C1") } });
}

#[test]
fn people_fill_what_is_counted_and_nothing_else() {
    let mut bench = with(5, false);
    let set = |code: &str, left| Filling::Set { code: code.parse().unwrap(), left };
    assert_eq!(bench.fill(&set("Z9", 1)).unwrap_err(), "there is no product Z9");
    let refused = "C1 is not counted: set product.C1.stock";
    assert_eq!(bench.fill(&set("C1", 1)).unwrap_err(), refused);
    assert!(bench.fill(&set("A1", MOST + 1)).is_err());
    for count in [MOST, u32::MAX] {
        assert!(bench.fill(&Filling::Add { code: code("A1"), count }).is_err());
    }
    assert_eq!((bench.left(), bench.kiosk.changed_shelves()), (5, vec![]));
    bench.fill(&Filling::Add { code: code("A1"), count: 7 }).unwrap();
    assert_eq!(bench.left(), 12, "more than a full machine has is not for us to doubt");
    bench.fill(&Filling::All).unwrap();
    let entry = &bench.kiosk.stock_document().products[0];
    assert_eq!((entry.left, entry.of, entry.filled_by.as_deref()), (5, 5, Some("user 0")));
}

#[test]
fn what_is_on_record_counts_on_while_the_configuration_does_not_count_it() {
    let mut setup = setup();
    setup.catalog.get_mut(&code("A1")).unwrap().stock = None;
    let mut bench = bench(setup);
    bench.kiosk.on_record([(code("A1"), Shelf { left: 3, filled: None })]);
    assert_eq!(bench.kiosk.stock_document().products, []);
    bench.vending();
    bench.board_says(VendNews::Delivered);
    let left: Vec<u32> = bench.kiosk.changed_shelves().iter().map(|(_, s)| s.left).collect();
    assert_eq!(left, [2]);
}
