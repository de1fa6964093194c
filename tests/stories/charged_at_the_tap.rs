//! `capture = "automatic"`: the card is charged at the tap. The product comes, or the money goes
//! back, once.

use serde_json::json;

use crate::rig::{Behavior, Rig, VISA, wait_for};

const REFUNDS: &str = "/v1/refunds";

fn charging() -> Rig {
    Rig::paying("capture = \"automatic\"")
}

/// A sale whose card is charged and whose product does not come.
fn jammed(fault: &serde_json::Value) -> Rig {
    let rig = charging();
    rig.machine.behave(Behavior::Jams);
    rig.fault(fault);
    rig.keypad.press("A1");
    rig.tap(VISA);
    rig
}

#[test]
fn a_delivered_product_needs_no_capture() {
    let rig = charging();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert!(!rig.requests().iter().any(|request| request.path.ends_with("/capture")));
}

#[test]
fn a_product_that_does_not_come_is_refunded() {
    // The display shows the newest view only: a refund at once could pass over the one before.
    let held = json!({"method": "POST", "path": REFUNDS, "before_ms": 2000, "then": "answer"});
    let rig = jammed(&held);
    assert_eq!(rig.outcomes(), ["refunded"]);
    rig.audit();
    assert_eq!(rig.refunds(), 1);
    for line in ["Your money will be refunded to your card.", "2.50 USD refunded (re_"] {
        wait_for(line, || rig.log().contains(line).then_some(()));
    }
}

/// The refund is carried out, and its answer does not arrive: it is found and not made again.
#[test]
fn a_refund_whose_answer_is_lost_is_made_once() {
    for then in ["drop_after", "drop_before", "truncate", "html"] {
        let fault = json!({"method": "POST", "path": REFUNDS, "then": then});
        let rig = jammed(&fault);
        assert_eq!(rig.outcomes(), ["refunded"], "{then}");
        rig.audit();
        assert_eq!(rig.refunds(), 1, "{then}");
    }
}

#[test]
fn a_refund_that_stripe_fails_to_answer_is_made_once() {
    for executes in [true, false] {
        let fault = json!(
            {"method": "POST", "path": REFUNDS, "executes": executes, "then": "status:500"}
        );
        let rig = jammed(&fault);
        assert_eq!(rig.outcomes(), ["refunded"], "executes: {executes}");
        rig.audit();
        assert_eq!(rig.refunds(), 1, "executes: {executes}");
    }
}

#[test]
fn killed_while_the_refund_is_under_way() {
    for when in ["before_ms", "after_ms"] {
        let fault = json!({"method": "POST", "path": REFUNDS, when: 4000, "then": "answer"});
        let mut rig = jammed(&fault);
        rig.wait_for_request(("POST", REFUNDS));
        rig.kill();
        rig.start();
        assert_eq!(rig.outcomes(), ["refunded"], "{when}");
        rig.audit();
        assert_eq!(rig.refunds(), 1, "{when}");
    }
}

#[test]
fn killed_after_the_charge_and_before_it_was_seen() {
    let mut rig = charging();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    rig.kill();
    rig.tap(VISA);
    rig.wait_for_authorization();
    rig.start();
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn killed_while_the_machine_turns() {
    let mut rig = charging();
    rig.machine.behave(Behavior::DropsSilently);
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("VEND", || (!rig.machine.delivered().is_empty()).then_some(()));
    rig.kill();
    rig.start();
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn cancelled_while_the_card_is_being_charged() {
    let rig = charging();
    rig.keypad.press("A1");
    rig.tap(VISA);
    rig.keypad.press("CANCEL");
    let outcomes = rig.outcomes();
    assert_eq!(outcomes, ["sold"], "who is charged gets the product");
    rig.audit();
}
