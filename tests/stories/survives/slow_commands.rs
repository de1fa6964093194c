//! A reader command may take more than a minute to answer; nobody waits for it.

use serde_json::json;

use super::*;

/// The reader prompts at once, and the command's reply comes 20 s later.
fn slow_prompt(rig: &Rig) {
    let path = "/v1/terminal/readers/*/process_payment_intent";
    rig.fault(&json!({ "method": "POST", "path": path, "after_ms": 20_000, "then": "answer" }));
}

#[test]
fn a_customer_who_taps_before_the_command_is_answered_is_served() {
    let rig = Rig::ready();
    slow_prompt(&rig);
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    let answered = |line: &str| line.contains("call_ended") && line.contains("/process_payment_");
    assert!(!rig.log().lines().any(answered), "the product came before the reply");
    rig.audit();
}

#[test]
fn a_customer_who_cancels_before_the_command_is_answered_does_not_wait_for_it() {
    let rig = Rig::ready();
    slow_prompt(&rig);
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    wait_for_words(&rig, "the reader asks for card 1");
    rig.keypad.press("CANCEL");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    assert!(rig.books().payment_intents[0].canceled_at.is_some());
    rig.audit();
}
