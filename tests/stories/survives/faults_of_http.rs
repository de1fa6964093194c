//! Every fault of HTTP on each call of a sale: it is sold once all the same.

use serde_json::json;

use super::*;

const FAULTS: [(&str, Option<(&str, &str)>); 9] = [
    ("drop_before", None),
    ("drop_after", None),
    ("truncate", None),
    ("html", None),
    ("status:503", None),
    ("error:rate_limit", Some(("Retry-After", "1"))),
    ("error:lock_timeout", None),
    ("error:idempotency_key_in_use", None),
    ("error:api_error", None),
];

#[track_caller]
fn sold_in_spite_of_faults_on(method: &str, path: &str) {
    let rig = Rig::ready();
    for (then, header) in FAULTS {
        let mut rule = json!({ "method": method, "path": path, "then": then });
        if let Some((name, value)) = header {
            rule["headers"] = json!({ name: value });
        }
        rig.fault(&rule);
        sell_one(&rig);
        rig.forget_faults();
    }
    assert_eq!(rig.machine.delivered().len(), FAULTS.len());
    rig.audit();
}

#[test]
fn every_fault_of_creating_the_payment_intent_is_survived() {
    sold_in_spite_of_faults_on("POST", "/v1/payment_intents");
}

#[test]
fn every_fault_of_prompting_the_reader_is_survived() {
    sold_in_spite_of_faults_on("POST", "/v1/terminal/readers/*/process_payment_intent");
}

#[test]
fn every_fault_of_looking_at_the_reader_is_survived() {
    sold_in_spite_of_faults_on("GET", "/v1/terminal/readers/*");
}

#[test]
fn every_fault_of_capturing_is_survived() {
    sold_in_spite_of_faults_on("POST", "/v1/payment_intents/*/capture");
}

#[test]
fn every_fault_of_cancelling_is_survived() {
    let rig = Rig::ready();
    for (then, _) in FAULTS {
        let cancel = "/v1/payment_intents/*/cancel";
        rig.fault(&json!({ "method": "POST", "path": cancel, "then": then }));
        wait_until_ready(&rig);
        rig.keypad.press("A1");
        rig.wait_for_prompt();
        rig.keypad.press("CANCEL");
        let outcomes = rig.outcomes();
        assert!(outcomes.iter().all(|outcome| outcome == "abandoned"), "{then}: {outcomes:?}");
        rig.forget_faults();
    }
    assert_eq!(rig.sales().len(), FAULTS.len());
    rig.audit();
}
