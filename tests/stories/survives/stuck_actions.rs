//! A reader that lost its link in mid-payment leaves its action `in_progress` for ever.

use serde_json::json;

use super::*;

#[test]
fn a_stuck_action_without_an_authorization_is_cleared_and_fenced() {
    let rig = Rig::ready();
    rig.reader_fault(&json!({ "stuck_action": { "authorizes": false } }));
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["abandoned"]);
    assert_eq!(count(&rig, "POST", "/cancel_action"), 1);
    assert!(rig.books().payment_intents[0].canceled_at.is_some());
    sell_one(&rig);
    rig.audit();
}

#[test]
fn a_stuck_action_that_has_authorized_is_vended_for_and_cleared_before_the_next_prompt() {
    let rig = Rig::ready();
    rig.reader_fault(&json!({ "stuck_action": { "authorizes": true } }));
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    sell_one(&rig);
    rig.audit();
    assert_eq!(rig.machine.delivered().len(), 2);
}
