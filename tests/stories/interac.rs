//! Interac: charged at the tap, and refunded only onto the card itself, at the reader.

use serde_json::json;

use crate::rig::{Behavior, INTERAC, Rig, VISA, wait_for};

const REFUND: &str = "/v1/terminal/readers/*/refund_payment";

fn canadian() -> Rig {
    Rig::canadian("interac = true")
}

/// A customer has paid by Interac, and nothing came out: the reader asks for the card again.
fn asked_again(fault: Option<&serde_json::Value>) -> Rig {
    let rig = canadian();
    rig.machine.behave(Behavior::Jams);
    if let Some(fault) = fault {
        rig.fault(fault);
    }
    rig.keypad.press("A1");
    rig.tap(INTERAC);
    wait_for("the reader to ask for the card again", || {
        rig.log().contains("the reader asks for the card again").then_some(())
    });
    rig
}

#[track_caller]
fn wait_for_a_person(rig: &Rig) {
    wait_for("a person to be needed", || {
        rig.sales().iter().any(|sale| sale["phase"] == "needs_attention").then_some(())
    });
}

#[test]
fn one_payment_intent_takes_both_kinds_of_card() {
    let rig = canadian();
    rig.keypad.press("A1");
    rig.tap(INTERAC);
    assert_eq!(rig.outcomes(), ["sold"]);
    wait_for("the kiosk to be ready", || (rig.status()?["state"] == "ready").then_some(()));
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("two sales", || (rig.sales().len() == 2).then_some(()));
    assert_eq!(rig.outcomes(), ["sold", "sold"]);
    rig.audit();
    let captures = rig.requests().iter().filter(|call| call.path.ends_with("/capture")).count();
    assert_eq!(captures, 1, "the Visa was held, the Interac card charged at the tap");
}

#[test]
fn the_customer_presents_the_same_card_and_gets_the_money_back() {
    let rig = asked_again(None);
    wait_for("the display to say it", || {
        rig.log().contains("Present the same card again").then_some(())
    });
    rig.tap(INTERAC);
    assert_eq!(rig.outcomes(), ["refunded"]);
    rig.audit();
    assert_eq!(rig.refunds(), 1);
}

#[test]
fn another_card_is_refused_and_the_right_one_is_refunded() {
    let rig = asked_again(None);
    rig.tap(VISA);
    wait_for("another prompt", || rig.log().contains("(request 2)").then_some(()));
    rig.tap(INTERAC);
    assert_eq!(rig.outcomes(), ["refunded"]);
    rig.audit();
    assert_eq!(rig.refunds(), 1);
}

#[test]
fn a_customer_who_leaves_is_owed_the_money_and_the_kiosk_sells_on() {
    let rig = asked_again(None);
    wait_for_a_person(&rig);
    assert_eq!(rig.refunds(), 0);
    wait_for("the display to say it", || {
        rig.log().contains("The operator owes you CA$2.50.").then_some(())
    });
    rig.machine.behave(Behavior::Works);
    wait_for("the kiosk to be ready", || (rig.status()?["state"] == "ready").then_some(()));
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("the next customer's product", || (!rig.machine.delivered().is_empty()).then_some(()));
}

#[test]
fn a_customer_who_cancels_on_the_reader_is_owed_the_money() {
    let rig = asked_again(None);
    rig.wait_for_prompt();
    rig.cancel_on_reader();
    wait_for_a_person(&rig);
    assert_eq!(rig.refunds(), 0);
}

#[test]
fn a_prompt_whose_answer_is_lost_is_adopted() {
    let rig = canadian();
    rig.fault(&json!({"method": "POST", "path": REFUND, "then": "drop_after"}));
    rig.machine.behave(Behavior::Jams);
    rig.keypad.press("A1");
    rig.tap(INTERAC);
    wait_for("the reader to ask for the card again", || {
        rig.log().contains("the reader asks for the card again").then_some(())
    });
    rig.tap(INTERAC);
    assert_eq!(rig.outcomes(), ["refunded"]);
    rig.audit();
    assert_eq!(rig.refunds(), 1);
}

#[test]
fn killed_while_the_reader_asks_for_the_card_again() {
    let mut rig = asked_again(None);
    rig.kill();
    rig.tap(INTERAC);
    wait_for("the refund", || (rig.refunds() == 1).then_some(()));
    rig.start();
    assert_eq!(rig.outcomes(), ["refunded"]);
    rig.audit();
    assert_eq!(rig.refunds(), 1);
}
