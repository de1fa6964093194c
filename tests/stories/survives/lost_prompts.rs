//! Our prompt was replaced by another system, or ended by itself.

use serde_json::json;

use super::*;

#[test]
fn a_prompt_that_another_systems_cart_replaced_is_put_up_again() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    reader(&rig, "foreign_display", "");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert_eq!(count(&rig, "POST", "/process_payment_intent"), 2);
}

#[test]
fn a_prompt_that_another_systems_payment_replaced_waits_for_it() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    reader(&rig, "foreign_payment", "");
    wait_for_words(&rig, "The card reader is in use. One moment, please.");
    rig.tap(VISA);
    wait_for("our own prompt again", || {
        (count(&rig, "POST", "/process_payment_intent") == 2).then_some(())
    });
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(rig.machine.delivered().len(), 1);
}

#[test]
fn a_prompt_that_is_gone_is_put_up_again_on_the_same_payment_intent() {
    let rig = Rig::ready();
    rig.reader_fault(&json!({ "prompt_ends": { "after_ms": 1000, "action": "gone" } }));
    rig.keypad.press("A1");
    wait_for("the second prompt", || {
        (count(&rig, "POST", "/process_payment_intent") == 2).then_some(())
    });
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert_eq!(rig.books().payment_intents.len(), 1);
}

#[test]
fn a_prompt_that_failed_by_itself_is_put_up_again() {
    let rig = Rig::ready();
    rig.reader_fault(&json!({ "prompt_ends": { "after_ms": 1000, "action": "failed" } }));
    rig.keypad.press("A1");
    wait_for("the second prompt", || {
        (count(&rig, "POST", "/process_payment_intent") == 2).then_some(())
    });
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}
