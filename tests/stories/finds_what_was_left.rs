//! What a lost journal, or an answer that never came, has left at Stripe: found by its metadata,
//! settled, and nothing else touched.

use std::collections::BTreeMap;
use std::time::Duration;

use kioskd::simulator::IntentStatus;
use serde_json::json;

use crate::rig::{Behavior, PRICE, Rig, VISA, wait_for};

const CREATE: &str = "/v1/payment_intents";
const SEARCH: &str = "/v1/payment_intents/search";
const CAPTURE: &str = "/v1/payment_intents/*/capture";
const LOOK: &str = "/v1/terminal/readers/*";

/// Longer than what is left alone because a request may still be on its way.
const A_WHILE: Duration = Duration::from_mins(30);

/// Longer than Stripe keeps idempotency keys.
const A_DAY: Duration = Duration::from_hours(25);

/// The kiosk dies, and comes back with an empty journal half an hour later.
fn with_a_new_card(rig: &mut Rig) {
    rig.kill();
    rig.replace_the_card();
    rig.age_payment_intents(A_WHILE);
    rig.start();
}

fn statuses(rig: &Rig) -> Vec<IntentStatus> {
    rig.books().payment_intents.iter().map(|intent| intent.status).collect()
}

fn money(rig: &Rig) -> (u64, u64) {
    let books = rig.books();
    let sum = |of: fn(&kioskd::simulator::Totals) -> u64| books.totals.values().map(of).sum();
    (sum(|totals| totals.captured), sum(|totals| totals.held))
}

#[test]
fn a_creation_that_was_never_answered_and_a_new_card() {
    let mut rig = Rig::ready();
    rig.hold("POST", CREATE, "after_ms");
    rig.keypad.press("A1");
    wait_for("the PaymentIntent", || (!rig.books().payment_intents.is_empty()).then_some(()));
    with_a_new_card(&mut rig);
    assert_eq!(rig.outcomes(), ["abandoned"]);
    assert_eq!(statuses(&rig), [IntentStatus::Canceled]);
    rig.audit();
}

#[test]
fn a_prompt_that_still_stands_and_a_new_card() {
    let mut rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    with_a_new_card(&mut rig);
    assert_eq!(rig.outcomes(), ["abandoned"]);
    rig.audit();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold", "abandoned"]);
    rig.audit();
}

#[test]
fn a_hold_whose_goods_are_out_and_a_new_card() {
    let mut rig = Rig::ready();
    rig.hold("POST", CAPTURE, "before_ms");
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("the goods", || (!rig.machine.delivered().is_empty()).then_some(()));
    rig.wait_for_request(("POST", "/capture"));
    // The held capture never arrives: the journal that asked for it is gone, and so is its key.
    rig.kill();
    wait_for("the lost capture", || (money(&rig).0 == PRICE).then_some(()));
    rig.replace_the_card();
    rig.age_payment_intents(A_WHILE);
    rig.start();
    assert_eq!(rig.outcomes(), ["sold"], "what a kiosk has captured it has sold");
    rig.audit();
}

#[test]
fn a_hold_that_only_the_board_knows_the_goods_of_and_a_new_card() {
    let mut rig = Rig::ready();
    rig.machine.behave(Behavior::DropsSilently);
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("the goods", || (!rig.machine.delivered().is_empty()).then_some(()));
    with_a_new_card(&mut rig);
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(money(&rig), (PRICE, 0));
    rig.audit();
}

#[test]
fn a_hold_without_goods_and_a_new_card() {
    let mut rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    rig.fault(&json!(
        {"method": "GET", "path": LOOK, "times": 50, "before_ms": 4000, "then": "answer"}
    ));
    rig.tap(VISA);
    rig.wait_for_authorization();
    with_a_new_card(&mut rig);
    // The board does not know the sale, so nobody can say: `unknown_vend` is "release".
    assert_eq!(rig.outcomes(), ["released"]);
    assert!(rig.machine.delivered().is_empty(), "nothing is given for what was found");
    rig.audit();
}

#[test]
fn creations_that_were_answered_with_errors_and_happened_all_the_same() {
    let mut rig = Rig::ready();
    rig.fault(&json!({
        "method": "POST", "path": CREATE, "times": 3, "executes": true, "then": "status:500"
    }));
    rig.keypad.press("A1");
    wait_for("the end of the sale", || (rig.sales().len() == 1).then(|| rig.outcomes()));
    assert_eq!(statuses(&rig), [IntentStatus::RequiresPaymentMethod; 3], "nobody knows of them");
    rig.kill();
    rig.age_payment_intents(A_WHILE);
    rig.start();
    wait_for("their end", || (statuses(&rig) == [IntentStatus::Canceled; 3]).then_some(()));
    assert_eq!(rig.outcomes(), ["abandoned"], "it is still one sale");
    let id = rig.sales()[0]["id"].as_str().unwrap().to_owned();
    let story = String::from_utf8(rig.kioskd(&["sales", &id]).stdout).unwrap();
    assert!(story.contains("found at Stripe") && !story.contains("DAMAGED"), "{story}");
    rig.audit();
}

#[test]
fn a_new_card_sells_nothing_until_it_has_searched_and_says_so() {
    let mut rig = Rig::ready();
    rig.kill();
    rig.replace_the_card();
    rig.hold("GET", SEARCH, "before_ms");
    rig.start_as(std::process::Command::new(env!("CARGO_BIN_EXE_kioskd")));
    let reason = wait_for("the reason", || {
        let status = rig.status()?;
        let only = status["reasons"].as_array().filter(|reasons| reasons.len() == 1)?;
        (only[0]["code"] == "sweeping").then(|| only[0].clone())
    });
    assert!(reason["what"].as_str().unwrap().contains("journal is new"), "{reason}");
    assert!(reason["do"].as_str().unwrap().contains("wait"), "{reason}");
    rig.keypad.press("A1");
    wait_for("the kiosk to be ready", || (rig.status()?["state"] == "ready").then_some(()));
    assert!(rig.books().payment_intents.is_empty());
}

#[test]
fn a_known_card_sells_while_the_search_is_not_answered() {
    let mut rig = Rig::ready();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.kill();
    rig.fault(&json!({
        "method": "GET", "path": SEARCH, "times": 1000, "before_ms": 0, "then": "status:503"
    }));
    rig.start();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold", "sold"]);
    rig.audit();
}

#[test]
fn a_new_card_while_stripes_search_lags_behind() {
    let mut rig = Rig::ready();
    rig.machine.behave(Behavior::DropsSilently);
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("the goods", || (!rig.machine.delivered().is_empty()).then_some(()));
    rig.set_up("setup", "search_lags_ms=3600000");
    with_a_new_card(&mut rig);
    wait_for("the kiosk to be ready", || (rig.status()?["state"] == "ready").then_some(()));
    assert!(rig.sales().is_empty(), "nobody knows of the hold");
    rig.machine.behave(Behavior::Works);
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"], "and nobody's card pays for it");
    assert_eq!(money(&rig), (PRICE, PRICE));
    // The index has it, and a sweep comes: the next start's, here.
    rig.set_up("setup", "search_lags_ms=0");
    rig.kill();
    rig.start();
    wait_for("the hold of the lost journal", || (money(&rig) == (2 * PRICE, 0)).then_some(()));
    assert_eq!(rig.outcomes(), ["sold", "sold"]);
    rig.audit();
}

#[test]
fn clones_other_kiosks_and_unknown_products_are_never_touched() {
    let mut rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    rig.keypad.press("CANCEL");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    let ours = rig.books().payment_intents[0].metadata.clone();
    let changed = |word: &str, name: &str| -> BTreeMap<String, String> {
        let mut metadata = ours.clone();
        metadata.insert("sale".to_owned(), format!("OTHER{word}"));
        metadata.insert(word.to_owned(), name.to_owned());
        metadata
    };
    rig.make_payment_intent(&changed("controller", "another-board"));
    rig.make_payment_intent(&changed("kiosk", "another-kiosk"));
    rig.make_payment_intent(&changed("reader", "tmr_another"));
    rig.make_payment_intent(&changed("products", "unknown"));
    rig.make_payment_intent(&BTreeMap::new());
    rig.make_payment_intent(&changed("sale", "OURS"));
    with_a_new_card(&mut rig);
    wait_for("our own to be cancelled", || {
        (statuses(&rig).iter().filter(|s| **s == IntentStatus::Canceled).count() == 2).then_some(())
    });
    let open: Vec<String> = rig
        .books()
        .payment_intents
        .iter()
        .filter(|intent| intent.status == IntentStatus::RequiresPaymentMethod)
        .map(|intent| intent.metadata.get("sale").cloned().unwrap_or_default())
        .collect();
    assert_eq!(open, ["OTHERcontroller", "OTHERkiosk", "OTHERreader", "OTHERproducts", ""]);
    assert!(rig.log().contains("its product is not sold here"), "{}", rig.log());
}

#[test]
fn a_capture_whose_key_stripe_has_forgotten() {
    for when in ["before_ms", "after_ms"] {
        let mut rig = Rig::ready();
        rig.hold("POST", CAPTURE, when);
        rig.keypad.press("A1");
        rig.tap(VISA);
        rig.wait_for_request(("POST", "/capture"));
        rig.kill();
        wait_for("the capture", || (money(&rig).0 == PRICE).then_some(()));
        rig.age_payment_intents(A_DAY);
        rig.forget_keys();
        rig.start();
        assert_eq!(rig.outcomes(), ["sold"], "{when}");
        rig.audit();
    }
}

#[test]
fn a_release_whose_key_stripe_has_forgotten() {
    let mut rig = Rig::ready();
    rig.machine.behave(Behavior::Jams);
    rig.fault(&json!({
        "method": "POST", "path": "/v1/payment_intents/*/cancel", "times": 1,
        "then": "drop_before"
    }));
    rig.fault(&json!({
        "method": "GET", "path": "/v1/payment_intents/*", "times": 1000, "then": "drop_before"
    }));
    rig.keypad.press("A1");
    rig.tap(VISA);
    rig.wait_for_request(("POST", "/cancel"));
    rig.kill();
    assert_eq!(money(&rig), (0, PRICE), "the hold stands");
    rig.age_payment_intents(A_DAY);
    rig.forget_keys();
    rig.forget_faults();
    rig.start();
    assert_eq!(rig.outcomes(), ["released"]);
    assert!(rig.log().contains("Stripe may have forgotten request 1 to cancel"), "{}", rig.log());
    rig.audit();
}
