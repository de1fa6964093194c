//! The account is tried without a trace: what is made is cancelled, now or by the sweep.

use std::time::Duration;

use super::Bench;
use crate::daemon::driver::Event;
use crate::kiosk::Reason;
use crate::sale::input::Obstacle;
use crate::simulator::IntentStatus;
use crate::stripe::Request;
use crate::stripe::meaning::NoAnswer;

const MINUTE: Duration = Duration::from_mins(1);

fn is_trial(request: &Request) -> bool {
    matches!(request, Request::TryAccount { .. })
}

fn trials(bench: &Bench) -> usize {
    bench.requests.iter().filter(|request| is_trial(request)).count()
}

/// The PaymentIntents at Stripe, by their state.
fn states(bench: &Bench) -> Vec<IntentStatus> {
    bench.model.books().payment_intents.iter().map(|intent| intent.status).collect()
}

/// Time passes, and all calls are answered.
fn pass(bench: &mut Bench, minutes: u32) {
    for _ in 0..minutes {
        bench.wait(MINUTE);
        bench.answer_all();
        bench.turn(Event::Recalled(Some(Vec::new())));
        bench.flush();
        bench.answer_all();
    }
}

fn takes_no_cards(bench: &Bench) -> bool {
    bench.driver.kiosk().reasons().since(&Reason::NoCardPresent).is_some()
}

fn set_card_present(bench: &mut Bench, may: bool) {
    let now = Bench::at(bench.now).wall;
    bench.model.set_up(
        |setup| {
            setup.payment_method_types.retain(|kind| kind != "card_present");
            setup.payment_method_types.extend(may.then(|| "card_present".to_owned()));
        },
        now,
    );
}

#[test]
fn a_kiosk_without_customers_tries_once_and_leaves_nothing() {
    let mut bench = Bench::ready();
    bench.wait(Duration::from_secs(50));
    assert_eq!(trials(&bench), 0);
    pass(&mut bench, 60);
    assert_eq!(trials(&bench), 1);
    assert_eq!(states(&bench), [IntentStatus::Canceled]);
    assert!(bench.facts.is_empty(), "it is no sale");
}

#[test]
fn a_customer_in_the_first_minute_makes_it_needless() {
    let mut bench = Bench::authorized();
    pass(&mut bench, 60);
    assert_eq!(trials(&bench), 0);
}

#[test]
fn an_account_that_takes_no_cards_is_named_and_over_by_itself() {
    let mut bench = Bench::ready();
    set_card_present(&mut bench, false);
    pass(&mut bench, 3);
    assert!(takes_no_cards(&bench));
    set_card_present(&mut bench, true);
    pass(&mut bench, 125);
    assert!(!takes_no_cards(&bench));
    assert_eq!(trials(&bench), 2);
    assert_eq!(states(&bench), [IntentStatus::Canceled; 2]);
}

#[test]
fn a_trial_whose_answer_is_lost_is_cancelled_by_the_sweep() {
    let mut bench = Bench::ready();
    bench.wait(2 * MINUTE);
    let at = bench.calls.iter().position(|(_, request)| is_trial(request)).unwrap();
    let (flight, request) = bench.calls.remove(at);
    let request = super::simulator_request(&request.wire());
    let made = bench.model.handle(&request, Bench::at(bench.now).wall);
    assert_eq!(made.status, 200);
    let silence = NoAnswer::Unknown(Obstacle::Silence, "reset".into());
    bench.turn(Event::Replied { flight, result: Err(silence) });
    pass(&mut bench, 5);
    assert_eq!(states(&bench), [IntentStatus::RequiresPaymentMethod], "it may be under way");
    pass(&mut bench, 20);
    assert_eq!(states(&bench), [IntentStatus::Canceled]);
    assert_eq!(trials(&bench), 1);
}

#[test]
fn no_sale_waits_for_a_trial() {
    let mut bench = Bench::ready();
    bench.wait(2 * MINUTE);
    assert!(bench.asks(is_trial));
    let at = bench.calls.iter().position(|(_, request)| is_trial(request)).unwrap();
    bench.calls.remove(at);
    bench.select("S1");
    bench.flush();
    bench.answer_all();
    assert!(bench.requests.iter().any(super::is_process), "the customer is asked for a card");
}
