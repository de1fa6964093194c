//! Captures that cannot be done wait on disk, and the next customer does not.

use serde_json::json;

use super::*;

#[test]
fn sales_go_on_while_captures_wait_and_all_are_captured_in_the_end() {
    let mut rig = Rig::ready();
    let capture = "/v1/payment_intents/*/capture";
    rig.fault(&json!({ "path": capture, "then": "drop_before", "times": 1000 }));
    for sold in 1..=3 {
        wait_until_ready(&rig);
        rig.keypad.press("A1");
        rig.tap(VISA);
        wait_for("the product", || (rig.machine.delivered().len() == sold).then_some(()));
    }
    let output = rig.kioskd(&["sales", "--open"]);
    let list = String::from_utf8(output.stdout).unwrap();
    assert_eq!(list.matches("capturing 2.50 USD").count(), 3, "{list}");
    assert!(list.contains("no answer of Stripe's own") && list.contains("next try"), "{list}");
    assert!(list.contains("the hold lapses"), "{list}");
    // A restart loses none of them.
    rig.kill();
    rig.start();
    rig.forget_faults();
    assert_eq!(rig.outcomes(), ["sold", "sold", "sold"]);
    rig.audit();
}

#[test]
fn too_many_unpaid_deliveries_stop_new_sales_until_they_are_paid() {
    let rig = with_config("[payment]\nexposure_limit = 2\n");
    let capture = "/v1/payment_intents/*/capture";
    rig.fault(&json!({ "path": capture, "then": "drop_before", "times": 1000 }));
    for sold in 1..=2 {
        wait_until_ready(&rig);
        rig.keypad.press("A1");
        rig.tap(VISA);
        wait_for("the product", || (rig.machine.delivered().len() == sold).then_some(()));
    }
    rig.wait_for_reason("exposure");
    rig.keypad.press("A1");
    wait_for_words(&rig, "The machine needs service.");
    rig.forget_faults();
    assert_eq!(rig.outcomes(), ["sold", "sold"]);
    sell_one(&rig);
    rig.audit();
}
