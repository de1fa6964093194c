//! What every call has in common: keys, versions, parameters, lists.

use super::*;

#[test]
fn the_version_decides_which_parameter_names_the_method_types() {
    let mut shop = Shop::open();
    let base = [("amount", "250"), ("currency", "usd")];
    let old = Request::post("/v1/payment_intents", &base)
        .with(&[("payment_method_types[]", "card_present")]);
    let refused = shop.call(&old);
    assert_refused(&refused, 400, "payment_method_types_no_longer_supported");
    assert_eq!(shop.call(&old.clone().version("2025-06-30.basil")).status, 200);
    assert_eq!(shop.call(&old.version("2026-08-26.dahlia")).status, 200);
    let new = create_request();
    assert_refused(&shop.call(&new.clone().version("2026-06-24.dahlia")), 400, "parameter_unknown");
    assert_eq!(shop.call(&new.version("2026-07-29.dahlia")).status, 200);
}

#[test]
fn an_allowed_type_that_cannot_be_had_is_dropped_silently() {
    let mut shop = Shop::open();
    let intent = shop.create(&[("allowed_payment_method_types[]", "interac_present")]);
    assert_eq!(shop.intent(&intent)["payment_method_types"], serde_json::json!(["card_present"]));
}

#[test]
fn a_stored_result_is_replayed_errors_included() {
    let mut shop = Shop::open();
    let create = create_request().keyed("K1");
    let first = shop.call(&create);
    let again = shop.call(&create);
    assert!(again.is_replayed && !first.is_replayed);
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("original-request"), first.header("request-id"));
    assert_eq!(shop.model.books().payment_intents.len(), 1);
    let fault = Fault::Timeout { prompts: true, after_ms: 0 };
    shop.model.put_fault(&reader(), fault, shop.now).unwrap();
    let path = "/v1/terminal/readers/tmr_simulated/process_payment_intent";
    let intent = first.body["id"].as_str().unwrap();
    let prompt = Request::post(path, &[("payment_intent", intent)]).keyed("K2");
    assert_refused(&shop.call(&prompt), 400, "terminal_reader_timeout");
    assert_eq!(shop.action()["status"], "in_progress", "the timeout was a false negative");
    let again = shop.call(&prompt);
    assert!(again.is_replayed);
    assert_refused(&again, 400, "terminal_reader_timeout");
}

#[test]
fn refusals_before_execution_are_not_stored() {
    let mut shop = Shop::open();
    let bad = create_request().with(&[("colour", "red")]).keyed("K");
    assert_refused(&shop.call(&bad), 400, "parameter_unknown");
    let mut no_key = create_request().keyed("K");
    no_key.api_key = None;
    assert_eq!(shop.call(&no_key).status, 401);
    let good = shop.call(&create_request().keyed("K"));
    assert!(good.status == 200 && !good.is_replayed);
}

#[test]
fn a_key_used_for_something_else_is_an_idempotency_error_and_is_forgotten_after_a_day() {
    let mut shop = Shop::open();
    shop.call(&create_request().keyed("K"));
    let other = create_request().with(&[("metadata[boot]", "2")]).keyed("K");
    let refused = shop.call(&other);
    assert_eq!(
        (refused.status, &refused.body["error"]["type"]),
        (400, &"idempotency_error".into())
    );
    shop.wait(Duration::from_hours(24));
    let anew = shop.call(&create_request().keyed("K"));
    assert!(anew.status == 200 && !anew.is_replayed);
    assert_eq!(shop.model.books().payment_intents.len(), 2);
}

fn server_error() -> InjectedError {
    NamedError::named("api_error").unwrap().with(ErrorFields::default())
}

#[test]
fn a_call_that_is_refused_anyway_is_not_stored_as_a_server_error() {
    let mut shop = Shop::open();
    let bad = create_request().with(&[("colour", "red")]).keyed("K");
    let reply = shop.model.handle_with_error(&bad, &server_error(), true, shop.now);
    assert_refused(&reply.into(), 400, "parameter_unknown");
    assert!(!shop.call(&bad).is_replayed);
}

#[test]
fn a_server_error_is_stored_whether_or_not_the_call_ran() {
    for (executes, made) in [(true, 1), (false, 0)] {
        let mut shop = Shop::open();
        let create = create_request().keyed("K");
        let reply = shop.model.handle_with_error(&create, &server_error(), executes, shop.now);
        assert_eq!(reply.status, 500);
        let again = shop.call(&create);
        assert!(again.is_replayed && again.status == 500);
        assert_eq!(shop.model.books().payment_intents.len(), made);
    }
}

#[test]
fn amounts_and_currencies_that_stripe_does_not_charge_are_refused() {
    let mut shop = Shop::open();
    for (amount, currency, code) in [
        ("49", "usd", "amount_too_small"),
        ("0", "usd", "amount_too_small"),
        ("100000000", "usd", "amount_too_large"),
        ("2.50", "usd", "parameter_invalid_integer"),
        ("", "usd", "parameter_invalid_empty"),
    ] {
        let params = [("amount", amount), ("currency", currency)];
        assert_refused(&shop.post("/v1/payment_intents", &params), 400, code);
    }
    let unknown = shop.post("/v1/payment_intents", &[("amount", "250"), ("currency", "xxx")]);
    assert_eq!((unknown.status, &unknown.body["error"]["param"]), (400, &"currency".into()));
    let missing = shop.post("/v1/payment_intents", &[("amount", "250")]);
    assert_refused(&missing, 400, "parameter_missing");
}

#[test]
fn lists_are_newest_first_in_pages_and_from_a_time_on() {
    let mut shop = Shop::open();
    let first = shop.create(&[]);
    shop.wait(Duration::from_secs(10));
    let since = (shop.now.0 / 1000).to_string();
    let second = shop.create(&[]);
    let third = shop.create(&[]);
    let ids = |reply: Reply| -> Vec<String> {
        let data = reply.body["data"].as_array().unwrap().clone();
        data.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let list = Request::get("/v1/payment_intents");
    let recent = list.clone().with(&[("created[gte]", &since)]);
    assert_eq!(ids(shop.call(&recent)), [third.clone(), second.clone()]);
    let page = shop.call(&list.clone().with(&[("limit", "2")]));
    assert_eq!(page.body["has_more"], true);
    let rest = list.clone().with(&[("limit", "2"), ("starting_after", &second)]);
    assert_eq!(ids(shop.call(&rest)).as_slice(), std::slice::from_ref(&first));
    let back = |limit| list.clone().with(&[("limit", limit), ("ending_before", &first)]);
    let newer = shop.call(&back("1"));
    assert_eq!(newer.body["has_more"], true);
    assert_eq!(ids(newer).as_slice(), std::slice::from_ref(&second));
    assert_eq!(ids(shop.call(&back("2"))), [third, second]);
    let lost = shop.call(&list.with(&[("ending_before", "pi_none")]));
    assert_refused(&lost, 404, "resource_missing");
}

#[test]
fn a_search_finds_what_its_query_names_page_by_page() {
    let mut shop = Shop::open();
    let ours: Vec<String> = (0..3).map(|_| shop.create(&[("metadata[kiosk]", "a")])).collect();
    shop.create(&[("metadata[kiosk]", "b")]);
    let search = Request::get("/v1/payment_intents/search")
        .with(&[("query", "metadata['kiosk']:'a' AND created>=1"), ("limit", "2")]);
    let ids = |reply: &Reply| -> Vec<String> {
        let data = reply.body["data"].as_array().unwrap();
        data.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let page = shop.call(&search);
    assert_eq!(ids(&page), [ours[2].clone(), ours[1].clone()]);
    assert_eq!(page.body["has_more"], true);
    let next = page.body["next_page"].as_str().unwrap();
    let rest = shop.call(&search.clone().with(&[("page", next)]));
    assert_eq!(ids(&rest), [ours[0].clone()]);
    assert_eq!((&rest.body["has_more"], &rest.body["next_page"]), (&false.into(), &Value::Null));
    assert_eq!(shop.call(&search.with(&[("page", "nowhere")])).status, 400);
    let odd = Request::get("/v1/payment_intents/search").with(&[("query", "amount>1")]);
    assert_refused(&shop.call(&odd), 400, "simulator_query_not_simulated");
    assert_refused(
        &shop.call(&Request::get("/v1/payment_intents/search")),
        400,
        "parameter_missing",
    );
}

#[test]
fn what_stripe_knows_and_the_simulator_does_not_is_refused() {
    let mut shop = Shop::open();
    let reply = shop.call(&create_request().with(&[("confirm", "true")]));
    assert_refused(&reply, 400, "simulator_parameter_not_simulated");
    let reply = shop.call(&create_request().with(&[("expand[]", "customer")]));
    assert_eq!((reply.status, &reply.body["error"]["param"]), (400, &"expand".into()));
    assert_eq!(shop.post("/v1/payment_intents/pi_x/approve", &[]).status, 404);
    assert_eq!(shop.call(&create_request().version("yesterday")).status, 400);
}

#[test]
fn the_same_setup_and_calls_give_the_same_replies() {
    let run = |seed: u64| {
        let mut shop = Shop::with(Setup { seed, ..Setup::default() });
        let intent = shop.authorized();
        (shop.intent(&intent), shop.call(&create_request()).headers)
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7).0["id"], run(8).0["id"]);
    assert_eq!(run(7).0["id"].as_str().unwrap().len(), "pi_".len() + 24);
}

#[test]
fn replies_carry_stripes_own_time() {
    let mut shop = Shop::open();
    let reply = shop.call(&create_request());
    assert_eq!(reply.header("date"), Some("Wed, 18 Nov 2026 11:06:40 GMT"));
}
