//! What was counted is on disk with what it was counted by, and what a person filled before they
//! are told so.

use super::*;
use crate::journal::{Count, Counts};
use crate::kiosk::stock::Filling;

/// A kiosk with so many colas, of which the journal has counted this.
fn counting(colas: u32, stored: &[Stored], counts: &Counts) -> Bench {
    let mut bench = Bench::new(&[]);
    let mut setup = bench.driver.kiosk().setup().clone();
    setup.catalog.get_mut(&"A1".parse().unwrap()).unwrap().stock = Some(colas);
    bench.driver = Driver::of_journal(setup, (stored, counts), 7, Bench::at(bench.now));
    bench.batches.clear();
    bench.calls.clear();
    bench.turn(Event::DispenserReachable("main".parse().unwrap()));
    bench.claim();
    bench
}

impl Bench {
    fn left(&self) -> u32 {
        self.driver.kiosk().stock_document().products[0].left
    }

    fn tap(&mut self) {
        self.select("S1");
        self.flush();
        self.answer_all();
        let wall = Self::at(self.now).wall;
        let reader = "tmr_simulated".parse().unwrap();
        self.model.present_card(&reader, Card::VISA, wall).unwrap();
        self.wait(Duration::from_secs(4));
        self.answer_all();
        self.flush();
        assert_eq!(self.vends, 1);
    }

    fn fills(&mut self, count: u32) {
        let filling = Filling::Add { code: "A1".parse().unwrap(), count };
        self.turn(Event::Filled { filling, by: "user 0".to_owned() });
    }
}

fn of(count: &Count) -> (u32, u64) {
    (count.left, count.version)
}

#[test]
fn a_delivery_and_its_count_are_written_together() {
    let mut bench = counting(5, &[], &Counts::default());
    bench.tap();
    bench.turn(Event::Vend { order: "S1".parse().unwrap(), news: VendNews::Delivered });
    let [batch] = &bench.batches[..] else { panic!("{:?}", bench.batches) };
    assert!(batch.rows.iter().any(|row| row.body.contains("delivered")), "{:?}", batch.rows);
    assert_eq!(batch.counts.iter().map(of).collect::<Vec<_>>(), [(4, 1)]);
    // The journal refuses it: the same goes again.
    let again = batch.clone();
    bench.disk_fails();
    bench.wait(Duration::from_secs(3));
    assert_eq!(bench.batches, [again]);
    bench.flush();
    for _ in 0..3 {
        bench.answer_all();
        bench.wait(Duration::from_secs(2));
        assert!(bench.batches.iter().all(|batch| batch.counts.is_empty()));
        bench.flush();
    }
}

#[test]
fn a_start_goes_on_with_what_was_counted_and_counts_what_it_ends_itself() {
    let mut before = counting(5, &[], &Counts::default());
    before.tap();
    let bodies: Vec<String> =
        before.facts.iter().map(|fact| serde_json::to_string(fact).unwrap()).collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let product = "A1".parse().unwrap();
    let on_record = Count { product, left: 3, version: 41, filled: None };
    let counts = Counts { sound: vec![on_record], damaged: vec!["B1".into()], newest: 41 };
    let mut bench = counting(5, &[stored("S1", &bodies)], &counts);
    assert_eq!(bench.left(), 3, "what was put in does not count any more");
    bench.flush();
    // The board does not answer: nobody knows.
    let mut written = Vec::new();
    for _ in 0..20 {
        bench.wait(Duration::from_secs(2));
        bench.answer_all();
        written.extend(bench.batches.iter().flat_map(|batch| batch.counts.iter().map(of)));
        bench.flush();
    }
    assert!(bench.facts.iter().any(|fact| matches!(fact, Fact::VendUnknown { .. })));
    assert_eq!((bench.left(), written), (2, vec![(2, 42)]));
}

#[test]
fn a_filling_is_answered_when_it_is_on_disk_and_not_before() {
    let mut bench = counting(0, &[], &Counts::default());
    bench.fills(6);
    assert_eq!((bench.left(), bench.ordered.as_slice()), (6, &[][..]));
    bench.flush();
    assert_eq!(bench.ordered, [Ordered::Decided]);
    bench.fills(1_000_000);
    assert!(matches!(bench.ordered.last(), Some(Ordered::Refused(_))), "{:?}", bench.ordered);
}

#[test]
fn a_filling_that_the_journal_does_not_take_is_said_to_be_none_yet_and_is_written_later() {
    let mut bench = counting(0, &[], &Counts::default());
    bench.fills(6);
    bench.disk_fails();
    assert!(!bench.driver.may_stop());
    for _ in 0..3 {
        bench.wait(Duration::from_secs(2));
        bench.disk_fails();
    }
    assert_eq!(bench.ordered, [Ordered::Unrecorded]);
    bench.wait(Duration::from_secs(3));
    assert_eq!(bench.batches[0].counts.iter().map(of).collect::<Vec<_>>(), [(6, 1)]);
    bench.flush();
    assert!(bench.driver.may_stop());
    assert_eq!(bench.ordered.len(), 1, "nobody waits any more");
}

#[test]
fn that_a_product_is_sold_out_and_that_it_was_filled_is_told_once_each() {
    let mut bench = counting(1, &[], &Counts::default());
    bench.tap();
    bench.turn(Event::Vend { order: "S1".parse().unwrap(), news: VendNews::Delivered });
    for _ in 0..5 {
        bench.flush();
        bench.answer_all();
        bench.wait(Duration::from_secs(20));
    }
    bench.select("S2");
    let code = "A1".parse().unwrap();
    assert_eq!(bench.turned, Some(Turned::SoldOut { code, left: 0 }));
    bench.fills(1);
    bench.flush();
    let said = bench.said.iter().map(String::as_str).filter(|line| line.contains("sold_out"));
    assert_eq!(said.collect::<Vec<_>>(), ["sold_out", "over: sold_out"]);
}
