//! What was left at Stripe: found, looked up, adopted, settled.

use super::*;
use crate::journal::Summary;
use crate::simulator::{Books, ErrorFields, InjectedError, Method};
use crate::time::StripeTime;

const OURS: [(&str, &str); 6] = [
    ("kiosk", "demo"),
    ("reader", "tmr_simulated"),
    ("controller", "demo-board"),
    ("journal", "lost-journal"),
    ("boot", "lost-boot"),
    ("products", "A1"),
];

fn server_error() -> InjectedError {
    InjectedError { status: 500, fields: ErrorFields::default() }
}

fn is_list(request: &Request) -> bool {
    matches!(request, Request::ListIntents { .. } | Request::SearchIntents { .. })
}

impl Bench {
    /// A PaymentIntent that somebody made an hour ago.
    fn left_behind(&mut self, sale: &str, change: Option<(&str, &str)>) -> String {
        let mut params: Vec<(String, String)> = [
            ("amount", "250"),
            ("currency", "usd"),
            ("allowed_payment_method_types[]", "card_present"),
            ("capture_method", "manual"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (word, name) in OURS.into_iter().chain([("sale", sale)]) {
            let name = change.filter(|(changed, _)| *changed == word).map_or(name, |(_, to)| to);
            params.push((format!("metadata[{word}]"), name.to_owned()));
        }
        let mut request = simulator::Request::post("/v1/payment_intents", &[]);
        request.params = params;
        assert_eq!(request.method, Method::Post);
        request = request.version(crate::stripe::API_VERSION);
        let response = self.model.handle(&request, Self::at(self.now).wall);
        let id = response.body.json()["id"].as_str().unwrap().to_owned();
        assert!(self.model.age_intent(&id.parse().unwrap(), Duration::from_hours(1)));
        id
    }

    /// Answers everything for a while: calls, the disk, and the journal by `stored`.
    fn settle(&mut self, stored: &[Stored]) {
        for _ in 0..10 {
            self.answer_all();
            for sales in std::mem::take(&mut self.recalls) {
                let find = |sale: &SaleId| stored.iter().find(|s| s.summary.sale == *sale).cloned();
                let known = sales.into_iter().map(|sale| (sale.clone(), find(&sale))).collect();
                self.turn(Event::Recalled(Some(known)));
            }
            self.flush();
            self.wait(Duration::from_secs(1));
        }
    }

    /// Stripe's books, without what was only to see what the account takes.
    fn books(&self) -> Books {
        let mut books = self.model.books();
        books.payment_intents.retain(|intent| intent.metadata.contains_key("sale"));
        books
    }

    fn statuses(&self) -> Vec<&'static str> {
        self.books().payment_intents.iter().map(|intent| intent.status.as_str()).collect()
    }
}

#[test]
fn the_start_takes_one_look_at_the_list_and_rests() {
    let mut bench = Bench::new(&[]);
    bench.settle(&[]);
    assert_eq!(bench.requests.iter().filter(|request| is_list(request)).count(), 1);
    bench.wait(Duration::from_hours(4));
    assert_eq!(bench.requests.iter().filter(|request| is_list(request)).count(), 1);
    bench.wait(Duration::from_hours(4));
    assert_eq!(bench.requests.iter().filter(|request| is_list(request)).count(), 2);
}

#[test]
fn a_journal_that_knows_sales_sells_while_the_list_is_still_under_way() {
    let mut bench = Bench::new(&[]);
    for _ in 0..10 {
        let (lists, others) = std::mem::take(&mut bench.calls)
            .into_iter()
            .partition::<Vec<_>, _>(|(_, request)| is_list(request));
        bench.calls = lists;
        for (flight, request) in others {
            let request = simulator_request(&request.wire());
            let response = bench.model.handle(&request, Bench::at(bench.now).wall);
            bench.turn(Event::Replied { flight, result: Ok(answer(&response)) });
        }
        bench.wait(Duration::from_secs(1));
    }
    assert!(bench.asks(is_list));
    bench.select("S1");
    assert_eq!(bench.turned, None);
}

#[test]
fn a_new_journal_sells_when_the_list_was_read() {
    let mut bench = Bench::new(&[]);
    let now = Bench::at(bench.now);
    bench.driver.sell_after_sweep(now);
    bench.select("S1");
    assert!(bench.turned.take().is_some());
    bench.settle(&[]);
    bench.select("S2");
    assert_eq!(bench.turned, None);
}

#[test]
fn what_the_index_did_not_have_yet_is_found_by_the_second_sweep_of_a_new_journal() {
    let mut bench = Bench::new(&[]);
    let now = Bench::at(bench.now);
    bench.driver.sell_after_sweep(now);
    let lag = |lag: Duration| move |setup: &mut simulator::Setup| setup.search_lags = lag;
    bench.model.set_up(lag(Duration::from_hours(2)), now.wall);
    bench.left_behind("LOST", None);
    bench.settle(&[]);
    assert!(bench.driver.kiosk().reasons().since(&Reason::Sweeping).is_none(), "it sells");
    assert_eq!(bench.statuses(), ["requires_payment_method"]);
    let now = Bench::at(bench.now);
    bench.model.set_up(lag(Duration::ZERO), now.wall);
    bench.wait(Duration::from_mins(14));
    bench.settle(&[]);
    assert_eq!(bench.statuses(), ["requires_payment_method"]);
    bench.wait(Duration::from_mins(6));
    bench.settle(&[]);
    assert_eq!(bench.statuses(), ["canceled"]);
}

#[test]
fn a_sweep_that_stripe_refuses_waits_for_minutes_and_a_new_journal_for_seconds() {
    for (is_new, expected) in [(false, 1), (true, 3)] {
        let mut bench = Bench::new(&[]);
        if is_new {
            let now = Bench::at(bench.now);
            bench.driver.sell_after_sweep(now);
        }
        for _ in 0..60 {
            bench.flush();
            for (flight, request) in std::mem::take(&mut bench.calls) {
                let list = is_list(&request);
                let request = simulator_request(&request.wire());
                let wall = Bench::at(bench.now).wall;
                let response = if list {
                    let too_many = InjectedError { status: 429, ..server_error() };
                    bench.model.handle_with_error(&request, &too_many, false, wall)
                } else {
                    bench.model.handle(&request, wall)
                };
                bench.turn(Event::Replied { flight, result: Ok(answer(&response)) });
            }
            bench.wait(Duration::from_secs(1));
        }
        let asked = bench.requests.iter().filter(|request| is_list(request)).count();
        assert!(if is_new { asked >= expected } else { asked == expected }, "{is_new}: {asked}");
        bench.wait(Duration::from_mins(16));
        bench.settle(&[]);
        assert!(bench.requests.iter().filter(|r| is_list(r)).count() > asked);
        assert!(bench.driver.kiosk().reasons().since(&Reason::Sweeping).is_none());
    }
}

#[test]
fn an_unpaid_orphan_is_written_down_cancelled_and_closed() {
    let mut bench = Bench::new(&[]);
    bench.left_behind("LOST", None);
    bench.settle(&[]);
    assert_eq!(bench.statuses(), ["canceled"]);
    assert!(matches!(bench.facts.first(), Some(Fact::Opened(_))));
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
    assert_eq!(bench.vends, 0);
}

#[test]
fn nothing_is_cancelled_before_the_adoption_is_on_disk() {
    let mut bench = Bench::new(&[]);
    bench.left_behind("LOST", None);
    bench.answer_all();
    bench.recalls.clear();
    bench.turn(Event::Recalled(Some(vec![("LOST".parse().unwrap(), None)])));
    for _ in 0..5 {
        bench.answer_all();
        bench.wait(Duration::from_secs(1));
    }
    assert_eq!(bench.statuses(), ["requires_payment_method"]);
    bench.settle(&[]);
    assert_eq!(bench.statuses(), ["canceled"]);
}

#[test]
fn a_held_orphan_asks_the_board_and_is_captured_if_the_goods_are_out() {
    for (news, status) in [
        (VendNews::Delivered, "succeeded"),
        (VendNews::Failed { reason: "jam".into() }, "canceled"),
        (VendNews::NotKnown, "canceled"),
    ] {
        let mut bench = Bench::ready();
        bench.select("S1");
        bench.settle(&[]);
        let reader = "tmr_simulated".parse().unwrap();
        bench.model.present_card(&reader, Card::VISA, Bench::at(bench.now).wall).unwrap();
        bench.model.advance(WallTime(Bench::at(bench.now).wall.0 + 10_000));
        let intent = bench.books().payment_intents[0].id.clone();
        bench.model.age_intent(&intent, Duration::from_hours(1));
        // The card with the journal is replaced.
        let model = bench.model;
        let mut bench = Bench { model, ..Bench::new(&[]) };
        bench.now = bench.now + Duration::from_mins(5);
        bench.settle(&[]);
        bench.turn(Event::Vend { order: "S1".parse().unwrap(), news });
        bench.settle(&[]);
        bench.settle(&[]);
        bench.settle(&[]);
        assert_eq!(bench.statuses(), [status]);
        assert_eq!(bench.vends, 0, "goods are never given for what was found");
    }
}

#[test]
fn clones_and_other_kiosks_are_never_touched() {
    let mut bench = Bench::new(&[]);
    for change in [("controller", "other-board"), ("kiosk", "demo-2"), ("reader", "tmr_other")] {
        bench.left_behind("LOST", Some(change));
    }
    bench.settle(&[]);
    assert_eq!(bench.statuses(), ["requires_payment_method"; 3]);
    assert!(bench.facts.is_empty());
}

#[test]
fn more_than_a_page_is_read_to_its_end() {
    let mut bench = Bench::new(&[]);
    let now = Bench::at(bench.now);
    bench.driver.sell_after_sweep(now);
    for n in 0..230 {
        bench.left_behind(&format!("LOST{n}"), None);
    }
    for _ in 0..60 {
        bench.settle(&[]);
    }
    let lists = bench.requests.iter().filter(|request| is_list(request)).count();
    assert_eq!(lists, 3);
    assert!(bench.statuses().iter().all(|status| *status == "canceled"));
    assert!(bench.driver.kiosk().reasons().since(&Reason::Sweeping).is_none());
}

impl Bench {
    /// Answers everything; creations happen, and are answered with an error of Stripe's own.
    fn fail_creations(&mut self, times: usize) {
        let mut failed = 0;
        while failed < times {
            self.flush();
            self.wait(Duration::from_secs(1));
            for (flight, request) in std::mem::take(&mut self.calls) {
                let fails = matches!(request, Request::CreateIntent { .. });
                failed += usize::from(fails);
                let request = simulator_request(&request.wire());
                let wall = Self::at(self.now).wall;
                let response = if fails {
                    self.model.handle_with_error(&request, &server_error(), true, wall)
                } else {
                    self.model.handle(&request, wall)
                };
                self.turn(Event::Replied { flight, result: Ok(answer(&response)) });
            }
        }
    }

    /// The sale as the journal has it, closed.
    fn closed(&self, sale: &str, intent: Option<&str>) -> Stored {
        assert!(self.outcome().is_some());
        let bodies: Vec<String> =
            self.facts.iter().map(|fact| serde_json::to_string(fact).unwrap()).collect();
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        let mut closed = stored(sale, &bodies);
        let intent = intent.map(|intent| intent.parse().unwrap());
        closed.summary = Summary { open: false, intent, ..closed.summary };
        closed
    }
}

#[test]
fn a_sale_that_ended_without_hearing_of_its_payment_intents_is_opened_again_for_one() {
    let mut bench = Bench::ready();
    bench.settle(&[]);
    bench.select("S1");
    bench.fail_creations(3);
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
    let closed = bench.closed("S1", None);
    bench.settle(&[]);
    assert_eq!(bench.statuses(), ["requires_payment_method"; 3], "nobody knows of them");

    bench.wait(Duration::from_mins(11));
    bench.batches.clear();
    bench.answer_all();
    let sales = bench.recalls.pop().expect("the journal is asked");
    bench.turn(Event::Recalled(Some(vec![(sales[0].clone(), Some(closed.clone()))])));
    let first = bench.batches[0].rows.first().map(|row| row.seq);
    assert_eq!(first, Some(closed.next_seq), "its facts go on where they ended");
    bench.settle(&[]);
    assert_eq!(bench.statuses(), ["canceled"; 3]);
}

#[test]
fn a_payment_intent_that_was_made_in_spite_of_an_error_is_cancelled_after_its_sale() {
    let mut bench = Bench::ready();
    bench.settle(&[]);
    bench.select("S1");
    bench.fail_creations(1);
    bench.settle(&[]);
    assert_eq!(bench.statuses(), ["requires_payment_method"; 2]);
    bench.turn(Event::CancelPressed);
    bench.settle(&[]);
    assert_eq!(bench.statuses(), ["requires_payment_method", "canceled"]);
    let its_own = bench.books().payment_intents[1].id.to_string();
    let closed = bench.closed("S1", Some(&its_own));
    let told = bench.facts.len();
    bench.wait(Duration::from_mins(11));
    bench.settle(&[closed]);
    assert_eq!(bench.statuses(), ["canceled"; 2]);
    assert_eq!(bench.facts.len(), told, "the sale stays as it is");
}

#[test]
fn a_creation_of_before_a_power_cut_is_found_in_the_list_and_cancelled() {
    let mut source = Bench::ready();
    source.select("S1");
    let mut opened: serde_json::Value =
        serde_json::from_str(&source.batches[0].rows[0].body).unwrap();
    opened["boot"] = "boot-before".into();
    let two_hours_ago = opened["stripe_time"].as_i64().unwrap() - 7200;
    opened["stripe_time"] = two_hours_ago.into();
    let mut bench = Bench::new(&[stored("S1", &[&opened.to_string()])]);
    bench.left_behind("S1", Some(("journal", "journal-1")));
    bench.settle(&[]);
    let since = StripeTime(two_hours_ago - 300);
    let narrow = |r: &Request| matches!(r, Request::ListIntents { created_gte, .. } if *created_gte == since);
    assert!(bench.requests.iter().any(narrow), "and not all of three days");
    assert!(!bench.requests.iter().any(|r| matches!(r, Request::CreateIntent { .. })));
    assert_eq!(bench.statuses(), ["canceled"]);
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}

#[test]
fn a_creation_of_before_a_power_cut_that_never_arrived_is_closed() {
    let mut source = Bench::ready();
    source.select("S1");
    let opened = source.batches[0].rows[0].body.replace("demo-boot", "boot-before");
    let mut bench = Bench::new(&[stored("S1", &[&opened])]);
    bench.settle(&[]);
    assert!(bench.facts.contains(&Fact::NeverCreated));
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
    assert!(bench.books().payment_intents.is_empty(), "none was made by a repeat");
}

#[test]
fn a_link_that_is_down_for_two_days_makes_no_second_payment_intent() {
    let mut bench = Bench::ready();
    bench.settle(&[]);
    bench.select("S1");
    bench.flush();
    // The request arrives, its answer is lost, and the link stays down.
    for (flight, request) in std::mem::take(&mut bench.calls) {
        let request = simulator_request(&request.wire());
        bench.model.handle(&request, Bench::at(bench.now).wall);
        let result = Err(NoAnswer::Unknown(Obstacle::Silence, "reset".into()));
        bench.turn(Event::Replied { flight, result });
    }
    for _ in 0..48 {
        bench.wait(Duration::from_hours(1));
        bench.fail_calls();
        bench.flush();
    }
    bench.model.forget_idempotency_keys();
    for _ in 0..10 {
        bench.settle(&[]);
        bench.wait(Duration::from_mins(1));
    }
    assert_eq!(bench.statuses(), ["canceled"]);
    assert_eq!(bench.outcome(), Some(Outcome::Abandoned));
}
