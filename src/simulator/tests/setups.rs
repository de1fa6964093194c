//! Accounts and readers that are not as a client hopes, and answers that Stripe leaves open.

use super::*;

fn change(shop: &mut Shop, change: impl FnOnce(&mut Setup)) {
    let now = shop.now;
    shop.model.set_up(change, now);
}

#[test]
fn an_account_without_in_person_payments_drops_card_present_silently() {
    let mut shop = Shop::open();
    change(&mut shop, |setup| setup.payment_method_types.retain(|kind| kind == "card"));
    let intent = shop.create(&[]);
    assert_eq!(shop.intent(&intent)["payment_method_types"], serde_json::json!([]));
    let refused = shop.prompt(&intent);
    assert_refused(&refused, 400, "payment_intent_incompatible_payment_method");
}

#[test]
fn a_reader_without_location_takes_no_payment() {
    let mut shop = Shop::open();
    shop.model.change_reader(&reader(), |setup| setup.location = None).unwrap();
    let intent = shop.create(&[]);
    assert_refused(&shop.prompt(&intent), 400, "terminal_reader_invalid_location_for_payment");
    let get = Request::get("/v1/terminal/readers/tmr_simulated");
    assert_eq!(shop.call(&get).body["location"], Value::Null);
}

#[test]
fn a_reader_may_be_of_live_mode_alone() {
    let mut shop = Shop::open();
    shop.model.change_reader(&reader(), |setup| setup.livemode = Some(true)).unwrap();
    let get = Request::get("/v1/terminal/readers/tmr_simulated");
    assert_eq!(shop.call(&get).body["livemode"], true);
    let intent = shop.create(&[]);
    assert_eq!(shop.intent(&intent)["livemode"], false);
}

#[test]
fn a_location_tells_its_country() {
    let mut shop = Shop::open();
    change(&mut shop, |setup| drop(setup.locations.insert("tml_ca".into(), "CA".into())));
    let mut get = |id: &str| shop.call(&Request::get(format!("/v1/terminal/locations/{id}")));
    assert_eq!(get("tml_simulated").body["address"]["country"], "US");
    assert_eq!(get("tml_ca").body["address"]["country"], "CA");
    assert_refused(&get("tml_none"), 404, "resource_missing");
}

#[test]
fn processing_again_what_is_prompted_may_be_accepted_and_prompts_once() {
    let mut shop = Shop::open();
    change(&mut shop, |setup| setup.processes_again = true);
    let (intent, other) = (shop.create(&[]), shop.create(&[]));
    assert_eq!(shop.prompt(&intent).status, 200);
    assert_eq!(shop.prompt(&intent).status, 200);
    assert_refused(&shop.prompt(&other), 400, "terminal_reader_busy");
    shop.model.present_card(&reader(), Card::VISA, shop.now).unwrap();
    assert_refused(&shop.prompt(&intent), 400, "terminal_reader_busy");
    shop.wait(Duration::from_secs(2));
    assert_refused(&shop.prompt(&intent), 400, "intent_invalid_state");
    assert_eq!(shop.model.books().payment_intents[0].authorized_charges, 1);
}

#[test]
fn cancel_action_may_be_refused_where_nothing_is_in_progress() {
    let mut shop = Shop::open();
    assert_eq!(shop.on_reader("cancel_action").status, 200);
    change(&mut shop, |setup| setup.cancel_needs_action = true);
    assert_eq!(shop.on_reader("cancel_action").status, 400);
    shop.authorized();
    assert_eq!(shop.on_reader("cancel_action").status, 400, "the action has ended");
    assert_eq!(shop.action()["status"], "succeeded");
    let next = shop.create(&[]);
    shop.prompt(&next);
    assert_eq!(shop.on_reader("cancel_action").status, 200);
}

#[test]
fn lists_may_lag_behind() {
    let mut shop = Shop::open();
    change(&mut shop, |setup| setup.lists_lag = Duration::from_secs(5));
    let intent = shop.create(&[]);
    let count = |shop: &mut Shop| {
        let list = shop.call(&Request::get("/v1/payment_intents")).body;
        list["data"].as_array().unwrap().len()
    };
    assert_eq!(count(&mut shop), 0);
    assert_eq!(shop.intent(&intent)["id"], intent.as_str(), "the object itself never lags");
    shop.wait(Duration::from_secs(4));
    assert_eq!(count(&mut shop), 0);
    shop.wait(Duration::from_secs(2));
    assert_eq!(count(&mut shop), 1);
}

#[test]
fn searches_may_lag_behind() {
    let mut shop = Shop::open();
    change(&mut shop, |setup| setup.search_lags = Duration::from_mins(1));
    shop.create(&[]);
    let search = Request::get("/v1/payment_intents/search").with(&[("query", "created>=1")]);
    let count = |shop: &mut Shop, request: &Request| {
        shop.call(request).body["data"].as_array().unwrap().len()
    };
    assert_eq!(count(&mut shop, &search), 0);
    assert_eq!(count(&mut shop, &Request::get("/v1/payment_intents")), 1, "lists do not");
    shop.wait(Duration::from_secs(62));
    assert_eq!(count(&mut shop, &search), 1);
}

#[test]
fn any_card_may_be_declined_for_any_reason() {
    let mut shop = Shop::open();
    for (json, code) in [
        (r#"{"declined":{"decline_code":"do_not_honor"}}"#, "card_declined"),
        (r#"{"declined":{"decline_code":"expired_card"}}"#, "expired_card"),
    ] {
        let fault: Fault = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&fault).unwrap(), json);
        shop.model.put_fault(&reader(), fault, shop.now).unwrap();
        let intent = shop.create(&[]);
        shop.prompt(&intent);
        shop.tap(Card::VISA);
        assert_eq!(shop.action()["failure_code"], code);
        assert_eq!(shop.intent(&intent)["last_payment_error"]["code"], code);
    }
    let unknown = r#"{"declined":{"decline_code":"bad_mood"}}"#;
    assert!(serde_json::from_str::<Fault>(unknown).is_err());
}

#[test]
fn a_broken_reader_fails_the_action_and_asks_no_issuer() {
    let mut shop = Shop::open();
    shop.model.put_fault(&reader(), Fault::HardwareFault, shop.now).unwrap();
    let intent = shop.create(&[]);
    shop.prompt(&intent);
    shop.tap(Card::VISA);
    assert_eq!(shop.action()["failure_code"], "terminal_reader_hardware_fault");
    assert_eq!(shop.status(&intent), "requires_payment_method");
    assert_eq!(shop.prompt(&intent).status, 200);
}
