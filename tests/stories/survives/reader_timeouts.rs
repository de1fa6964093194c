//! `terminal_reader_timeout`: the reader may or may not have got the prompt.

use serde_json::json;

use super::*;

#[track_caller]
fn sold_with_prompts(fault: &Value, prompts: usize) {
    let rig = Rig::ready();
    rig.reader_fault(fault);
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert_eq!(count(&rig, "POST", "/process_payment_intent"), prompts);
    assert_eq!(rig.books().payment_intents.len(), 1);
}

#[test]
fn a_reader_that_never_got_the_prompt_is_asked_again_with_a_new_key() {
    sold_with_prompts(&json!({ "timeout": { "prompts": false } }), 2);
}

#[test]
fn a_reader_that_prompts_although_stripe_says_timeout_is_not_asked_twice() {
    sold_with_prompts(&json!({ "timeout": { "prompts": true } }), 1);
}

#[test]
fn a_reader_that_prompts_two_seconds_late_is_not_asked_twice() {
    sold_with_prompts(&json!({ "timeout": { "prompts": true, "after_ms": 2000 } }), 1);
}
