//! What would keep the kiosk from selling is said by the daemon itself at its start, stops what
//! Stripe would refuse and nothing else, and is over by itself.

use std::process::Command;
use std::time::Duration;

use kioskd::simulator::IntentStatus;
use serde_json::json;

use crate::rig::{Rig, VISA, wait_for, wait_within};
use crate::survives::hints::hint;

fn reader(rig: &Rig, form: &str) {
    rig.set_up("readers/tmr_simulated/setup", form);
}

/// The reader is looked at, as it would be within a quarter of an hour.
fn look(rig: &Rig) {
    assert_eq!(hint(rig, "{\"reader\": \"tmr_simulated\"}"), 204);
}

/// A started kiosk whose reader is like this.
fn started(form: &str) -> Rig {
    let mut rig = Rig::without_daemon();
    rig.set_up("locations/tml_ca", "country=CA");
    reader(&rig, form);
    rig.start_as(Command::new(env!("CARGO_BIN_EXE_kioskd")));
    rig
}

#[track_caller]
fn wait_until_nothing_is_wrong(rig: &Rig) {
    wait_for("no reason to stand", || {
        let status = rig.status()?;
        let reasons = status["reasons"].as_array()?;
        (reasons.is_empty() && status["state"] == "ready").then_some(())
    });
}

#[test]
fn a_reader_in_another_country_is_said_loudly_and_sells_what_stripe_takes() {
    let rig = started("location=tml_ca");
    let reason = rig.wait_for_reason("reader_wrong_country");
    let what = "the reader stands in CA, where readers take cad only; kiosk.currency is usd";
    assert_eq!(reason["what"], what);
    wait_for("the kiosk to be ready", || (rig.status()?["state"] == "ready").then_some(()));
    let log = rig.log();
    let line = log.lines().find(|line| line.contains(what)).expect("the journal says it");
    assert!(line.contains("ERROR") && line.contains("do: correct the reader's location"), "{line}");
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    wait_until_nothing_is_wrong(&rig);
}

#[test]
fn it_is_over_once_the_reader_stands_where_it_should() {
    let rig = started("location=tml_ca");
    rig.wait_for_reason("reader_wrong_country");
    reader(&rig, "location=tml_simulated");
    look(&rig);
    wait_until_nothing_is_wrong(&rig);
    assert!(rig.log().contains("over: the reader stands in CA"));
}

#[test]
fn a_key_that_may_not_read_locations_sells_as_well() {
    let mut rig = Rig::without_daemon();
    rig.set_up("keys/limit", "lacks=locations_read");
    rig.start();
    rig.wait_for_request(("GET", "/v1/terminal/locations/tml_simulated"));
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    wait_until_nothing_is_wrong(&rig);
}

#[test]
fn a_location_that_is_never_answered_holds_nothing_up() {
    let mut rig = Rig::without_daemon();
    let rule = json!({"path": "/v1/terminal/locations/*", "then": "drop_after", "times": 1000});
    rig.fault(&rule);
    rig.start();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    wait_until_nothing_is_wrong(&rig);
}

#[test]
fn a_reader_without_location_or_of_the_other_mode_sells_nothing_until_that_is_mended() {
    for (wrong, code, right) in [
        ("location=", "reader_no_location", "location=tml_simulated"),
        ("livemode=true", "reader_wrong_mode", "livemode=false"),
    ] {
        let rig = started(wrong);
        rig.wait_for_reason(code);
        assert_eq!(rig.status().unwrap()["state"], "out_of_order");
        reader(&rig, right);
        wait_until_nothing_is_wrong(&rig);
    }
}

/// The account is tried one to two minutes after the start, if no customer came first.
#[test]
fn an_account_that_takes_no_cards_is_said_before_the_first_customer_and_leaves_nothing() {
    let mut rig = Rig::without_daemon();
    rig.set_up("setup", "card_present=false");
    rig.start();
    wait_within(Duration::from_mins(4), "the reason no_card_present", || {
        let status = rig.status()?;
        let reason = status["reasons"].as_array()?.first()?;
        (reason["code"] == "no_card_present").then_some(())
    });
    assert_eq!(rig.status().unwrap()["state"], "out_of_order");
    wait_for("the PaymentIntent to be cancelled", || {
        let states: Vec<_> = rig.books().payment_intents.iter().map(|i| i.status).collect();
        (states == [IntentStatus::Canceled]).then_some(())
    });
    assert!(rig.sales().is_empty(), "it is no sale");
    let prompts = |path: &str| path.ends_with("/process_payment_intent");
    assert!(!rig.requests().iter().any(|request| prompts(&request.path)), "nobody is asked to pay");
}
