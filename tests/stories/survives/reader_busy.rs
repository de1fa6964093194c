//! The reader is busy: an update, another system's payment.

use serde_json::json;

use super::*;

#[test]
fn a_short_update_of_the_reader_is_named_and_waited_for() {
    let rig = Rig::ready();
    rig.reader_fault(&json!({ "updating": { "for_ms": 6000 } }));
    rig.keypad.press("A1");
    wait_for_words(&rig, "The card reader is updating. One moment, please.");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn a_long_update_sends_customers_away_and_ends_by_itself() {
    let rig = Rig::ready();
    rig.reader_fault(&json!({ "updating": {} }));
    rig.keypad.press("A1");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    let reason = rig.wait_for_reason("reader_updating");
    assert!(reason["do"].as_str().unwrap().contains("wait"), "{reason}");
    rig.keypad.press("A1");
    wait_for_words(&rig, "The card reader is updating. It is back in a few minutes.");
    reader(&rig, "updated", "");
    sell_one(&rig);
    rig.audit();
}

#[test]
fn another_systems_payment_is_waited_for_by_name_and_left_alone() {
    let rig = Rig::ready();
    reader(&rig, "foreign_payment", "");
    rig.keypad.press("A1");
    wait_for_words(&rig, "The card reader is in use. One moment, please.");
    rig.wait_for_reason("reader_in_use");
    // The stranger pays; then it is our customer's turn.
    rig.tap(VISA);
    wait_for("our own prompt", || {
        (count(&rig, "POST", "/process_payment_intent") > 0).then_some(())
    });
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(count(&rig, "POST", "/cancel_action"), 0, "a stranger's payment is never cleared");
    assert_eq!(rig.machine.delivered().len(), 1);
}
