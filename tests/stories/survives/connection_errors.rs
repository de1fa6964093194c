//! `connection_error` is no decline; and authorizations that are learned of too late.

use serde_json::json;

use super::*;

#[test]
fn a_card_that_was_authorized_although_the_reader_says_failed_is_vended_for() {
    let rig = Rig::ready();
    rig.reader_fault(&json!({ "connection_error": { "authorizes": true } }));
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn a_card_that_was_not_authorized_is_asked_for_again_on_the_same_payment_intent() {
    let rig = Rig::ready();
    rig.reader_fault(&json!({ "connection_error": { "authorizes": false } }));
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("the second prompt", || {
        (count(&rig, "POST", "/process_payment_intent") == 2).then_some(())
    });
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert_eq!(rig.books().payment_intents.len(), 1);
}

#[test]
fn a_card_that_is_authorized_some_seconds_after_the_failure_pays_once() {
    let rig = Rig::ready();
    rig.reader_fault(&json!({ "connection_error": { "authorizes": true, "after_ms": 3000 } }));
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn an_authorization_learned_of_too_late_is_released_and_not_vended_to_an_empty_room() {
    let rig = with_config("[payment]\nresume_window = \"5s\"\n");
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    rig.set_up("keys/revoke", "key=rk_test_bench");
    rig.tap(VISA);
    rig.wait_for_authorization();
    wait_for_words(&rig, "Please do not present a card now.");
    rig.wait_for_reason("api_key_rejected");
    // Nothing but time makes it too late.
    std::thread::sleep(std::time::Duration::from_secs(7));
    rig.set_up("keys/restore", "key=rk_test_bench");
    assert_eq!(rig.outcomes(), ["released"]);
    rig.audit();
    assert!(rig.machine.delivered().is_empty());
}
