//! The driver's turn: what it starts, what it holds back, and what it never does twice.

mod account;
mod claim;
mod machine;
mod orders;
mod place;
mod reader_power;
mod repeats;
mod stock;
mod sweep;
mod told;
mod upkeep;

use std::time::Duration;

use super::driver::{Driver, Effect, Event, Now};
use super::ledger::Batch;
use super::orders::Ordered;
use crate::demo::world::{answer, setup, simulator_request};
use crate::ids::SaleId;
use crate::journal::{Row, Stored, Summary};
use crate::kiosk::{Reason, Turned, View};
use crate::money::Money;
use crate::sale::fact::{Attention, Fact, Outcome};
use crate::sale::input::{Obstacle, VendNews};
use crate::simulator::{self, Card, Fault, Model};
use crate::stripe::Request;
use crate::stripe::meaning::NoAnswer;
use crate::time::{Moment, WallTime};

const EPOCH: i64 = 1_790_000_000_000;

/// A driver whose disk and network do only what the test says.
struct Bench {
    driver: Driver,
    model: Model,
    now: Moment,
    batches: Vec<Batch>,
    calls: Vec<(super::flights::FlightId, Request)>,
    /// Every request that ever went out.
    requests: Vec<Request>,
    vends: usize,
    power_cycles: usize,
    facts: Vec<Fact>,
    view: Option<View>,
    turned: Option<Turned>,
    recalls: Vec<Vec<SaleId>>,
    /// Sales that a vending machine was told not to wait for.
    called_off: Vec<SaleId>,
    ordered: Vec<Ordered>,
    /// What the log says.
    said: Vec<String>,
}

impl Bench {
    fn new(stored: &[Stored]) -> Self {
        let now = Moment::from_millis(900_000);
        let setup = setup(&"journal-1".parse().unwrap());
        let driver = Driver::new(setup, stored, 7, Self::at(now));
        let mut bench = Self {
            driver,
            model: Model::new(simulator::Setup::default()),
            now,
            batches: Vec::new(),
            calls: Vec::new(),
            requests: Vec::new(),
            vends: 0,
            power_cycles: 0,
            facts: Vec::new(),
            view: None,
            turned: None,
            recalls: Vec::new(),
            called_off: Vec::new(),
            ordered: Vec::new(),
            said: Vec::new(),
        };
        bench.turn(Event::DispenserReachable("main".parse().unwrap()));
        bench
    }

    /// Ready to sell.
    fn ready() -> Self {
        let mut bench = Self::new(&[]);
        bench.claim();
        assert_eq!(bench.view, Some(View::Idle));
        bench
    }

    /// The reader is seen free, claimed, and read back.
    fn claim(&mut self) {
        self.answer_all();
        self.wait(Duration::from_secs(3));
        self.answer_all();
    }

    fn at(moment: Moment) -> Now {
        Now { moment, wall: WallTime(EPOCH + i64::try_from(moment.as_millis()).unwrap()) }
    }

    fn turn(&mut self, event: Event) {
        for effect in self.driver.turn(event, Self::at(self.now)) {
            self.said.extend(repeats::said(&effect));
            match effect {
                Effect::Commit(batch) => self.batches.push(batch),
                Effect::Call { flight, request } => {
                    self.requests.push(request.clone());
                    self.calls.push((flight, request));
                }
                Effect::Vend { .. } => self.vends += 1,
                Effect::Show(view) => self.view = Some(view),
                Effect::Happened { fact, .. } => self.facts.push(fact),
                Effect::Turned(why, _) => self.turned = Some(why),
                Effect::PowerCycleReader => self.power_cycles += 1,
                Effect::AskDispenser { .. }
                | Effect::Ordered(_)
                | Effect::OrderRefused(_)
                | Effect::CallWorks { .. }
                | Effect::PriceDiffers { .. }
                | Effect::MenuAnswered(_)
                | Effect::Speak { .. }
                | Effect::Reason(..)
                | Effect::CallFailed { .. }
                | Effect::CancelsSpare { .. }
                | Effect::LeftAlone { .. } => {}
                Effect::SaleOrdered { ordered, .. } | Effect::Filled(ordered) => {
                    self.ordered.push(ordered);
                }
                Effect::Recall { sales } => self.recalls.push(sales),
                Effect::CallOff { sale, .. } => self.called_off.push(sale),
            }
        }
    }

    fn select(&mut self, sale: &str) {
        self.turn(Event::Selected { code: "A1".parse().unwrap(), sale: sale.parse().unwrap() });
    }

    fn wait(&mut self, time: Duration) {
        self.now = self.now + time;
        self.turn(Event::Tick);
    }

    /// Answers every call that is under way, and those that follow from the answers.
    fn answer_all(&mut self) {
        for _ in 0..20 {
            for (flight, request) in std::mem::take(&mut self.calls) {
                let request = simulator_request(&request.wire());
                let response = self.model.handle(&request, Self::at(self.now).wall);
                self.turn(Event::Replied { flight, result: Ok(answer(&response)) });
            }
        }
    }

    fn fail_calls(&mut self) {
        for (flight, _) in std::mem::take(&mut self.calls) {
            let result = Err(NoAnswer::NotSent(Obstacle::Network, "no route".into()));
            self.turn(Event::Replied { flight, result });
        }
    }

    fn flush(&mut self) {
        for batch in std::mem::take(&mut self.batches) {
            self.turn(Event::Committed(batch.number));
        }
    }

    fn disk_fails(&mut self) {
        for batch in std::mem::take(&mut self.batches) {
            self.turn(Event::CommitFailed(batch.number));
        }
    }

    fn asks(&self, wanted: fn(&Request) -> bool) -> bool {
        self.calls.iter().any(|(_, request)| wanted(request))
    }

    /// A customer has tapped, Stripe has authorized, and the driver has seen it.
    fn authorized() -> Self {
        let mut bench = Self::ready();
        bench.select("S1");
        bench.flush();
        bench.answer_all();
        bench
            .model
            .present_card(&"tmr_simulated".parse().unwrap(), Card::VISA, Self::at(bench.now).wall)
            .unwrap();
        bench.wait(Duration::from_secs(4));
        bench.answer_all();
        assert!(matches!(bench.facts.last(), Some(Fact::VendIntended { .. })), "{:?}", bench.facts);
        bench
    }

    fn outcome(&self) -> Option<Outcome> {
        self.facts.iter().find_map(|fact| {
            if let Fact::Closed { outcome } = fact { Some(*outcome) } else { None }
        })
    }
}

fn is_process(request: &Request) -> bool {
    matches!(request, Request::Process { .. })
}

fn is_capture(request: &Request) -> bool {
    matches!(request, Request::Capture { .. })
}

#[test]
fn the_payment_intent_is_created_beside_the_flush_and_prompted_only_after_it() {
    let mut bench = Bench::ready();
    bench.wait(Duration::from_secs(1));
    bench.select("S1");
    assert!(bench.asks(|request| matches!(request, Request::CreateIntent { .. })));
    assert!(bench.asks(|request| matches!(request, Request::ReadReader { .. })), "rule 3");
    bench.answer_all();
    assert!(!bench.asks(is_process), "the sale is not on disk yet");
    bench.flush();
    assert!(bench.asks(is_process));
}

#[test]
fn the_payment_intent_goes_to_the_journal_at_once_and_nobody_waits_for_it() {
    let mut bench = Bench::ready();
    bench.wait(Duration::from_secs(1));
    bench.select("S1");
    bench.flush();
    bench.answer_all();
    let known = |batch: &Batch| batch.rows.iter().any(|row| row.body.contains("intent_created"));
    assert!(bench.batches.iter().any(known), "a kill must not lose which PaymentIntent it is");
    assert!(bench.requests.iter().any(is_process), "the prompt went out meanwhile");
}

#[test]
fn the_dispenser_is_fired_only_after_the_flush_and_once() {
    let mut bench = Bench::authorized();
    assert_eq!(bench.vends, 0, "the intent to vend is not on disk yet");
    bench.wait(Duration::from_secs(1));
    assert_eq!(bench.vends, 0);
    bench.flush();
    assert_eq!(bench.vends, 1);
    bench.wait(Duration::from_secs(1));
    bench.answer_all();
    assert_eq!(bench.vends, 1);
}

#[test]
fn the_capture_waits_for_the_flush_of_the_decision() {
    let mut bench = Bench::authorized();
    bench.flush();
    bench.turn(Event::Vend { order: "S1".parse().unwrap(), news: VendNews::Delivered });
    assert!(!bench.asks(is_capture));
    bench.flush();
    assert!(bench.asks(is_capture));
    bench.answer_all();
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
}

#[test]
fn without_a_journal_nothing_is_vended_and_nothing_sold() {
    let mut bench = Bench::authorized();
    bench.disk_fails();
    bench.wait(Duration::from_secs(5));
    assert_eq!(bench.vends, 0);
    assert!(bench.driver.kiosk().reasons().since(&Reason::Journal).is_some());
    assert!(!bench.batches.is_empty(), "it is tried again");
    bench.flush();
    assert_eq!(bench.vends, 1, "young enough: the customer still stands there");
    assert!(bench.driver.kiosk().reasons().since(&Reason::Journal).is_none());
}

#[test]
fn a_vend_that_could_not_be_recorded_in_time_is_not_made_any_more() {
    let mut bench = Bench::authorized();
    for _ in 0..16 {
        bench.disk_fails();
        bench.wait(Duration::from_secs(2));
        bench.answer_all();
    }
    bench.flush();
    bench.flush();
    bench.answer_all();
    assert_eq!(bench.vends, 0);
    assert_eq!(bench.outcome(), Some(Outcome::Released));
}

#[test]
fn rows_that_were_refused_by_the_disk_go_again_in_their_order() {
    let mut bench = Bench::ready();
    bench.select("S1");
    bench.disk_fails();
    bench.answer_all();
    bench.turn(Event::CancelPressed);
    bench.wait(Duration::from_secs(3));
    bench.wait(Duration::from_secs(3));
    let seqs: Vec<u32> =
        bench.batches.iter().flat_map(|batch| &batch.rows).map(|row| row.seq).collect();
    let mut sorted = seqs.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.first(), Some(&1));
    assert_eq!(sorted.len(), usize::try_from(*sorted.last().unwrap()).unwrap(), "no gap: {seqs:?}");
}

#[test]
fn a_batch_that_failed_is_not_taken_for_written_because_a_later_one_was() {
    let mut bench = Bench::authorized();
    let failed = bench.batches.remove(0);
    bench.turn(Event::CommitFailed(failed.number));
    // A later batch was already on its way to the disk, and found room.
    bench.turn(Event::Committed(failed.number + 1));
    bench.wait(Duration::from_secs(1));
    assert_eq!(bench.vends, 0, "the intent to vend is still not on disk");
    bench.wait(Duration::from_secs(2));
    assert!(bench.batches.contains(&failed), "it is tried again");
}

#[test]
fn lazy_facts_are_written_within_a_second_and_patient_ones_within_half_a_minute() {
    let mut bench = Bench::ready();
    bench.select("S1");
    bench.flush();
    bench.answer_all();
    bench.batches.clear();
    for (seconds, written) in [(1, false), (30, true), (1, false)] {
        bench.wait(Duration::from_secs(seconds));
        assert_eq!(bench.batches.iter().any(|batch| !batch.rows.is_empty()), written, "{seconds}");
        bench.flush();
    }
}

#[test]
fn another_systems_payment_is_waited_for_and_never_cleared() {
    let mut bench = Bench::ready();
    let reader = "tmr_simulated".parse().unwrap();
    bench.model.put_fault(&reader, Fault::ForeignAction, Bench::at(bench.now).wall).unwrap();
    bench.wait(Duration::from_secs(1));
    bench.select("S1");
    bench.flush();
    bench.answer_all();
    bench.wait(Duration::from_secs(2));
    for _ in 0..20 {
        bench.answer_all();
        bench.flush();
        bench.wait(Duration::from_secs(2));
    }
    let meddles =
        |request: &&Request| is_process(request) || matches!(request, Request::ClearReader { .. });
    assert_eq!(bench.requests.iter().find(meddles), None);
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
    bench.select("S2");
    assert!(matches!(bench.turned, Some(Turned::OutOfOrder { reason: Reason::ReaderInUse })));
}

#[test]
fn a_link_that_is_down_is_said_so_and_comes_back_by_itself() {
    let mut bench = Bench::ready();
    bench.select("S1");
    bench.flush();
    for _ in 0..60 {
        bench.fail_calls();
        bench.wait(Duration::from_secs(1));
    }
    let down = View::OutOfOrder { reason: Reason::Link { obstacle: Obstacle::Network } };
    assert_eq!(bench.view, Some(down));
    for _ in 0..30 {
        bench.answer_all();
        bench.flush();
        bench.wait(Duration::from_secs(1));
    }
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
    assert_eq!(bench.view, Some(View::Idle));
}

fn stored(sale: &str, bodies: &[&str]) -> Stored {
    let sale: SaleId = sale.parse().unwrap();
    let row = |(n, body): (usize, &&str)| Row {
        sale: sale.clone(),
        seq: u32::try_from(n + 1).unwrap(),
        at: WallTime(EPOCH),
        body: (*body).to_owned(),
    };
    let rows: Vec<Row> = bodies.iter().enumerate().map(row).collect();
    Stored {
        summary: Summary {
            sale: sale.clone(),
            opened_at: WallTime(EPOCH),
            product: "A1".into(),
            amount: Money::new(250, "usd".parse().unwrap()),
            phase: "prompting".into(),
            outcome: None,
            intent: None,
            open: true,
        },
        next_seq: u32::try_from(rows.len() + 1).unwrap(),
        rows,
        damage: None,
    }
}

#[test]
fn a_fact_of_the_future_stops_its_sale_and_no_other() {
    let mut source = Bench::ready();
    source.select("S1");
    let opened = source.batches[0].rows[0].body.clone();
    let unreadable = stored("S1", &[&opened, "{\"fact\":\"teleported\"}"]);
    let hopeless = stored("S2", &["nonsense"]);
    let mut bench = Bench::new(&[unreadable, hopeless]);
    bench.claim();
    let attention = Attention::Unreadable { what: String::new() };
    let found = bench.facts.iter().any(|fact| {
        matches!(fact, Fact::AttentionNeeded { why }
            if std::mem::discriminant(why) == std::mem::discriminant(&attention))
    });
    assert!(found, "{:?}", bench.facts);
    assert_eq!(bench.driver.kiosk().status(bench.now).open.needs_attention, 2);
    bench.select("S3");
    bench.flush();
    bench.answer_all();
    assert_eq!(bench.turned, None, "the kiosk sells on");
}

#[test]
fn a_sale_of_the_other_mode_waits_for_its_key_and_says_so() {
    let mut source = Bench::ready();
    source.select("S1");
    let opened = source.batches[0].rows[0].body.replace("\"livemode\":false", "\"livemode\":true");
    let mut bench = Bench::new(&[stored("S1", &[&opened])]);
    for _ in 0..5 {
        assert!(!bench.asks(|request| matches!(request, Request::CreateIntent { .. })));
        bench.answer_all();
        bench.wait(Duration::from_secs(5));
    }
    assert!(bench.driver.kiosk().reasons().since(&Reason::OtherMode).is_some());
    bench.flush();
    assert!(bench.driver.may_stop());
    bench.select("S2");
    assert_eq!(bench.turned, None, "it stands in nobody's way");
    assert!(bench.driver.kiosk().sale(&"S1".parse().unwrap()).is_some());
}

#[test]
fn a_payment_intent_that_the_key_does_not_see_is_never_a_conclusion() {
    let mut bench = Bench::authorized();
    bench.flush();
    bench.turn(Event::Vend { order: "S1".parse().unwrap(), news: VendNews::Delivered });
    bench.flush();
    // The key of another account: nothing is known there.
    let ours = std::mem::replace(&mut bench.model, Model::new(simulator::Setup::default()));
    for _ in 0..20 {
        bench.answer_all();
        bench.flush();
        bench.wait(Duration::from_secs(20));
    }
    assert_eq!(bench.outcome(), None);
    assert!(bench.driver.kiosk().reasons().since(&Reason::PaymentNotFound).is_some());
    bench.model = ours;
    for _ in 0..20 {
        bench.answer_all();
        bench.flush();
        bench.wait(Duration::from_mins(1));
    }
    assert_eq!(bench.outcome(), Some(Outcome::Sold));
    assert!(bench.driver.kiosk().reasons().since(&Reason::PaymentNotFound).is_none());
}

#[test]
fn a_damaged_sale_is_counted_and_never_added_to() {
    let mut source = Bench::ready();
    source.select("S1");
    let opened = source.batches[0].rows[0].body.clone();
    let damaged = Stored { damage: Some("fact 1 was changed".into()), ..stored("S1", &[&opened]) };
    let mut bench = Bench::new(&[damaged]);
    bench.answer_all();
    bench.wait(Duration::from_secs(5));
    assert!(bench.batches.is_empty(), "its chain would refuse every later row");
    assert_eq!(bench.driver.kiosk().status(bench.now).open.needs_attention, 1);
}

#[test]
fn stopping_takes_back_what_has_no_card_and_takes_no_new_sale() {
    let mut bench = Bench::ready();
    bench.select("S1");
    bench.flush();
    bench.answer_all();
    bench.turn(Event::Stopping);
    assert!(!bench.driver.may_stop());
    for _ in 0..10 {
        bench.answer_all();
        bench.flush();
        bench.wait(Duration::from_secs(1));
    }
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
    bench.flush();
    assert!(bench.driver.may_stop());
    bench.select("S2");
    assert_eq!(bench.turned, Some(Turned::Draining));
}
