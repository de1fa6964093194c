//! Codes of Stripe's that mean something for the sale.

use serde_json::json;

use super::*;

#[test]
fn a_price_that_stripe_refuses_takes_only_its_product_out_of_the_offer() {
    let rig = with_config("[product.B2]\nname = \"Gum\"\nprice = \"0.60\"\nslot = \"12\"\n");
    let create = "/v1/payment_intents";
    rig.fault(&json!({ "method": "POST", "path": create, "then": "error:amount_too_small" }));
    rig.keypad.press("B2");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    let reason = rig.wait_for_reason("price_refused");
    assert!(reason["what"].as_str().unwrap().contains("B2"), "{reason}");
    sell_one(&rig);
    rig.audit();
}

#[test]
fn an_account_that_cannot_take_cards_at_a_reader_is_said_to() {
    let rig = Rig::ready();
    rig.set_up("setup", "card_present=false");
    rig.keypad.press("A1");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    let reason = rig.wait_for_reason("no_card_present");
    assert!(reason["do"].as_str().unwrap().contains("Dashboard"), "{reason}");
    assert_eq!(count(&rig, "POST", "/process_payment_intent"), 0, "nothing was prompted");
}

#[test]
fn a_payment_intent_cancelled_by_a_person_ends_the_sale_and_charges_nobody() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    let intent = rig.books().payment_intents[0].id.to_string();
    assert!(rig.call_stripe(&format!("/v1/payment_intents/{intent}/cancel"), ""));
    assert_eq!(rig.outcomes(), ["abandoned"]);
    sell_one(&rig);
    rig.audit();
}

#[test]
fn a_hold_that_expired_before_it_was_captured_is_recorded_as_lost() {
    let rig = Rig::ready();
    let capture = "/v1/payment_intents/*/capture";
    rig.fault(&json!({ "path": capture, "then": "drop_before", "times": 1000 }));
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("the product", || (!rig.machine.delivered().is_empty()).then_some(()));
    rig.wait_for_authorization();
    let intent = rig.books().payment_intents[0].id.to_string();
    rig.set_up(&format!("payment_intents/{intent}/expire"), "");
    rig.forget_faults();
    assert_eq!(rig.outcomes(), ["lost"]);
    wait_for_words(&rig, "closed: lost");
}

#[test]
fn a_payment_intent_that_the_key_does_not_see_is_waited_for() {
    let rig = Rig::ready();
    let missing = |path: &str| {
        rig.fault(&json!({ "path": path, "then": "error:resource_missing", "times": 1000 }));
    };
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    missing("/v1/payment_intents/*/capture");
    missing("/v1/payment_intents/*");
    rig.tap(VISA);
    rig.wait_for_reason("payment_not_found");
    rig.forget_faults();
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn a_key_that_may_not_capture_stops_sales_until_it_may() {
    let rig = Rig::ready();
    rig.set_up("keys/limit", "key=rk_test_bench&lacks=captures");
    rig.keypad.press("A1");
    rig.tap(VISA);
    let reason = rig.wait_for_reason("api_key_too_narrow");
    assert!(reason["what"].as_str().unwrap().contains("capture"), "{reason}");
    rig.keypad.press("A1");
    wait_for_words(&rig, "The machine needs service.");
    rig.set_up("keys/restore", "key=rk_test_bench");
    // The technician has given the permission, and reloads.
    rig.hang_up();
    assert_eq!(rig.outcomes(), ["sold"]);
    wait_until_ready(&rig);
    rig.audit();
}

#[test]
fn a_revoked_key_is_replaced_by_a_reload_and_nothing_is_lost() {
    let rig = Rig::ready();
    rig.hold("POST", "/v1/payment_intents/*/capture", "before_ms");
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("the product", || (!rig.machine.delivered().is_empty()).then_some(()));
    rig.set_up("keys/revoke", "key=rk_test_bench");
    rig.keypad.press("A1");
    rig.wait_for_reason("api_key_rejected");
    std::fs::write(rig.path().join("key"), "rk_test_new\n").unwrap();
    rig.hang_up();
    wait_for_words(&rig, "the API key was read again");
    assert!(rig.outcomes().contains(&"sold".to_owned()));
    sell_one(&rig);
    rig.audit();
}
