//! The reader shows the product and its price before it asks for the card. Whatever goes wrong with
//! that, the sale goes on.

use std::time::Instant;

use crate::rig::{Rig, VISA, wait_for};

const CREATE: &str = "/v1/payment_intents";
const DISPLAY: &str = "/v1/terminal/readers/*/set_reader_display";

/// A kiosk that shows products, at a Stripe that takes its time to create a PaymentIntent.
fn kiosk(create_ms: u64) -> Rig {
    let mut rig = Rig::without_daemon();
    rig.configure("[payment]\nreader_display = true\n");
    slow(&rig, create_ms);
    rig.start();
    rig
}

fn slow(rig: &Rig, create_ms: u64) {
    rig.fault(&serde_json::json!(
        {"method": "POST", "path": CREATE, "after_ms": create_ms, "times": 100, "then": "answer"}
    ));
}

/// The reader commands so far, in their order.
fn commands(rig: &Rig) -> Vec<String> {
    let requests = rig.requests();
    let posted = requests.iter().filter(|request| request.method.as_str() == "POST");
    let verbs = posted.filter_map(|request| {
        let (_, rest) = request.path.split_once("/v1/terminal/readers/tmr_simulated/")?;
        Some(rest.to_owned())
    });
    verbs.collect()
}

#[test]
fn the_product_stands_on_the_reader_before_it_asks_for_the_card() {
    let rig = kiosk(500);
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert_eq!(commands(&rig), ["set_reader_display", "process_payment_intent"]);
}

#[test]
fn a_reader_that_shows_nothing_sells_and_the_next_customer_is_spared() {
    for fate in ["drop_before", "drop_after", "status:500", "status:400"] {
        let rig = kiosk(500);
        rig.fault(&serde_json::json!({"method": "POST", "path": DISPLAY, "then": fate}));
        for outcomes in [&["sold"][..], &["sold", "sold"]] {
            rig.keypad.press("A1");
            rig.tap(VISA);
            assert_eq!(rig.outcomes(), outcomes, "{fate}");
        }
        rig.audit();
        let shown = commands(&rig).iter().filter(|verb| *verb == "set_reader_display").count();
        assert_eq!(shown, 1, "{fate}");
    }
}

#[test]
fn a_product_that_comes_late_replaces_the_prompt_and_the_customer_is_asked_again() {
    let rig = kiosk(500);
    rig.hold("POST", DISPLAY, "before_ms");
    let pressed = Instant::now();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    assert!(pressed.elapsed().as_secs() < 4, "the prompt waits two seconds for it");
    wait_for("the prompt to be replaced", || {
        rig.log().contains("whether the reader asks is not known").then_some(())
    });
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn the_product_of_a_cancelled_sale_is_cleared() {
    let rig = kiosk(3000);
    rig.keypad.press("A1");
    rig.wait_for_request(("POST", "set_reader_display"));
    rig.keypad.press("CANCEL");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    wait_for("the reader to be cleared", || {
        commands(&rig).contains(&"cancel_action".to_owned()).then_some(())
    });
    rig.audit();
    assert_eq!(commands(&rig), ["set_reader_display", "cancel_action"]);
}

#[test]
fn nothing_is_shown_where_a_payment_of_others_runs() {
    let rig = kiosk(500);
    rig.fault(&serde_json::json!({"reader": "tmr_simulated", "fault": "foreign_action"}));
    rig.keypad.press("A1");
    wait_for("the foreign payment to be seen", || {
        rig.log().contains("reader_in_use").then_some(())
    });
    rig.keypad.press("CANCEL");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    assert_eq!(commands(&rig), Vec::<String>::new());
}
