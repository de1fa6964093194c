//! SIGKILL at each step of a sale, then a restart: one charge at most, and none without goods.

use crate::rig::{Behavior, Rig, VISA, wait_for};

const CREATE: &str = "/v1/payment_intents";
const PROCESS: &str = "/v1/terminal/readers/*/process_payment_intent";
const CAPTURE: &str = "/v1/payment_intents/*/capture";
const LOOK: &str = "/v1/terminal/readers/*";

/// Kills, starts again, and lets everything settle.
fn restart_and_audit(rig: &mut Rig) -> Vec<String> {
    rig.kill();
    rig.start();
    let outcomes = rig.outcomes();
    rig.audit();
    outcomes
}

fn selected(hold: Option<(&str, &str, &str)>) -> Rig {
    let rig = Rig::ready();
    if let Some((method, path, when)) = hold {
        rig.hold(method, path, when);
    }
    rig.keypad.press("A1");
    rig
}

#[test]
fn payment_intent_requested() {
    let mut rig = selected(Some(("POST", CREATE, "before_ms")));
    rig.wait_for_request(("POST", "/v1/payment_intents"));
    assert_eq!(restart_and_audit(&mut rig), ["abandoned"]);
}

#[test]
fn payment_intent_created() {
    let mut rig = selected(Some(("POST", CREATE, "after_ms")));
    wait_for("the PaymentIntent", || (!rig.books().payment_intents.is_empty()).then_some(()));
    assert_eq!(restart_and_audit(&mut rig), ["abandoned"]);
    assert_eq!(rig.books().payment_intents.len(), 1, "the same key brings the same one");
}

#[test]
fn prompt_sent() {
    for when in ["before_ms", "after_ms"] {
        let mut rig = selected(Some(("POST", PROCESS, when)));
        rig.wait_for_request(("POST", "process_payment_intent"));
        assert_eq!(restart_and_audit(&mut rig), ["abandoned"], "{when}");
    }
}

#[test]
fn prompting_and_the_customer_is_gone() {
    let mut rig = selected(None);
    rig.wait_for_prompt();
    assert_eq!(restart_and_audit(&mut rig), ["abandoned"]);
}

#[test]
fn prompting_and_the_customer_taps_while_the_daemon_is_dead() {
    let mut rig = selected(None);
    rig.wait_for_prompt();
    rig.kill();
    rig.tap(VISA);
    rig.wait_for_authorization();
    rig.start();
    // Young, in the same boot, and the board does not know the sale: the customer gets the cola.
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn authorized_and_not_seen() {
    let mut rig = selected(None);
    rig.wait_for_prompt();
    rig.fault(&serde_json::json!(
        {"method": "GET", "path": LOOK, "times": 50, "before_ms": 4000, "then": "answer"}
    ));
    rig.tap(VISA);
    rig.wait_for_authorization();
    assert_eq!(restart_and_audit(&mut rig), ["sold"]);
}

#[test]
fn vend_sent() {
    let mut rig = selected(None);
    rig.machine.behave(Behavior::DropsSilently);
    rig.tap(VISA);
    wait_for("VEND", || (!rig.machine.delivered().is_empty()).then_some(()));
    assert_eq!(restart_and_audit(&mut rig), ["sold"]);
    assert!(rig.machine.lines().iter().any(|line| line.starts_with("STATUS ")));
}

#[test]
fn ok_received() {
    let mut rig = selected(Some(("POST", CAPTURE, "before_ms")));
    rig.tap(VISA);
    wait_for("OK in the log", || rig.log().contains("the product came out").then_some(()));
    assert_eq!(restart_and_audit(&mut rig), ["sold"]);
}

#[test]
fn capture_sent() {
    for when in ["before_ms", "after_ms"] {
        let mut rig = selected(Some(("POST", CAPTURE, when)));
        rig.tap(VISA);
        rig.wait_for_request(("POST", "/capture"));
        assert_eq!(restart_and_audit(&mut rig), ["sold"], "{when}");
    }
}
