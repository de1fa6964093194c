//! The simulator speaks Stripe's language: every reply has the shape of Stripe's objects, and
//! every parameter that Stripe knows is known.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

use std::time::Duration;

use kioskd::ids::ReaderId;
use kioskd::simulator::{
    Card, EndedPrompt, ErrorFields, Fault, Model, NamedError, Request, Response, Right, Setup,
};
use kioskd::time::WallTime;
use serde_json::Value;

mod schema;

const READER: &str = "/v1/terminal/readers/tmr_simulated";
const PRESENT: &str = "/v1/test_helpers/terminal/readers/tmr_simulated/present_payment_method";

/// Checks each reply, and each request that was accepted, against the schema.
struct Stripe {
    model: Model,
    now: WallTime,
    checked: usize,
}

impl Stripe {
    fn open(setup: Setup) -> Self {
        let now = WallTime(1_795_000_000_000);
        Self { model: Model::new(setup), now, checked: 0 }
    }

    fn wait(&mut self, wait: Duration) {
        self.now = WallTime(self.now.0 + i64::try_from(wait.as_millis()).unwrap());
    }

    #[track_caller]
    fn call(&mut self, request: &Request) -> Response {
        let response = self.model.handle(request, self.now);
        if response.status == 200 {
            self.check_request(request);
        }
        self.check_body(&response.body.json());
        response
    }

    #[track_caller]
    fn post(&mut self, path: &str, params: &[(&str, &str)]) -> Value {
        self.call(&Request::post(path, params)).body.json()
    }

    #[track_caller]
    fn get(&mut self, path: &str, params: &[(&str, &str)]) -> Value {
        self.call(&Request::get(path).with(params)).body.json()
    }

    #[track_caller]
    fn check_body(&mut self, body: &Value) {
        self.expect_nothing_wrong(&schema::judge_reply(body), body);
    }

    #[track_caller]
    fn check_request(&mut self, request: &Request) {
        let wrong = schema::judge_request(request.method, &request.path, &request.params);
        self.expect_nothing_wrong(&wrong, request);
    }

    #[track_caller]
    fn expect_nothing_wrong(&mut self, wrong: &[String], what: &dyn std::fmt::Debug) {
        assert!(wrong.is_empty(), "{wrong:#?}\n{what:#?}");
        self.checked += 1;
    }

    /// A new PaymentIntent of 2.50 in the reader's hands.
    fn prompt(&mut self) -> String {
        let intent = self.post("/v1/payment_intents", &create("usd"));
        let id = intent["id"].as_str().unwrap().to_owned();
        self.prompt_again(&id);
        id
    }

    fn prompt_again(&mut self, id: &str) -> Value {
        let params = [
            ("payment_intent", id),
            ("process_config[enable_customer_cancellation]", "true"),
            ("process_config[skip_tipping]", "true"),
            ("expand[]", "action.process_payment_intent.payment_intent.latest_charge"),
        ];
        self.post(&format!("{READER}/process_payment_intent"), &params)
    }

    fn tap(&mut self, number: &str) {
        let params = [("type", "card_present"), ("card_present[number]", number)];
        let reply = self.post(PRESENT, &params);
        assert_eq!(reply["object"], "terminal.reader", "{reply}");
        self.wait(Duration::from_secs(2));
    }

    /// The reader, its PaymentIntent and charge in one object.
    fn look(&mut self) -> Value {
        let expand = "action.process_payment_intent.payment_intent.latest_charge";
        self.get(READER, &[("expand[]", expand)])
    }

    #[track_caller]
    fn expect_error(&mut self, request: &Request, code: &str) {
        let response = self.call(request);
        assert_eq!(response.error_code().as_deref(), Some(code), "{}", response.body);
    }
}

fn create(currency: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("amount", "250"),
        ("currency", currency),
        ("capture_method", "manual"),
        ("allowed_payment_method_types[]", "card_present"),
        ("description", "Cola"),
        ("statement_descriptor_suffix", "KIOSK"),
        ("metadata[sale]", "S1"),
        ("expand[]", "latest_charge"),
    ]
}

#[test]
fn a_sale_from_the_cart_to_the_refund_has_stripes_shape() {
    let mut stripe = Stripe::open(Setup::default());
    let cart = [
        ("type", "cart"),
        ("cart[currency]", "usd"),
        ("cart[total]", "250"),
        ("cart[tax]", "20"),
        ("cart[line_items][0][description]", "Cola"),
        ("cart[line_items][0][amount]", "230"),
        ("cart[line_items][0][quantity]", "1"),
    ];
    let shown = stripe.post(&format!("{READER}/set_reader_display"), &cart);
    assert_eq!(shown["action"]["set_reader_display"]["cart"]["tax"], 20);
    let id = stripe.prompt();
    let path = format!("/v1/payment_intents/{id}");
    stripe.post(&path, &[("amount", "260"), ("metadata[products]", "A1")]);
    stripe.post(&format!("{READER}/cancel_action"), &[]);
    stripe.prompt_again(&id);
    stripe.tap(Card::VISA.number());
    let paid = stripe.look();
    let intent = &paid["action"]["process_payment_intent"]["payment_intent"];
    let details = &intent["latest_charge"]["payment_method_details"]["card_present"];
    assert_eq!((&details["brand"], &details["last4"]), (&"visa".into(), &"4242".into()));
    let part = [("amount_to_capture", "200"), ("expand[]", "latest_charge")];
    let captured = stripe.post(&format!("{path}/capture"), &part);
    assert_eq!(captured["amount_received"], 200);
    let refund = [
        ("payment_intent", id.as_str()),
        ("amount", "50"),
        ("reason", "requested_by_customer"),
        ("metadata[sale]", "S1"),
        ("expand[]", "charge"),
        ("expand[]", "payment_intent"),
    ];
    let refund = stripe.post("/v1/refunds", &refund);
    assert_eq!(refund["status"], "succeeded", "{refund}");
    stripe.get(&format!("/v1/refunds/{}", refund["id"].as_str().unwrap()), &[]);
    stripe.get("/v1/refunds", &[("payment_intent", &id)]);
    let query = ("query", "created>=1 AND metadata['sale']:'none'");
    stripe.get("/v1/payment_intents/search", &[query, ("limit", "1")]);
    stripe.get("/v1/payment_intents/search", &[("query", "created>=1"), ("limit", "1")]);
    let charge = captured["latest_charge"]["id"].as_str().unwrap();
    stripe.get(&format!("/v1/charges/{charge}"), &[]);
    let list = [("created[gte]", "1"), ("limit", "3"), ("expand[]", "data.latest_charge")];
    assert_eq!(stripe.get("/v1/payment_intents", &list)["data"][0]["id"], id.as_str());
    let readers = [("status", "online"), ("limit", "3")];
    assert_eq!(stripe.get("/v1/terminal/readers", &readers)["data"][0]["id"], "tmr_simulated");
    let claimed = stripe.post(READER, &[("metadata[controller]", "c1"), ("label", "Lobby")]);
    assert_eq!(claimed["metadata"]["controller"], "c1");
    assert!(stripe.checked >= 30, "{} checks", stripe.checked);
}

#[test]
fn declines_of_every_card_have_stripes_shape() {
    for card in Card::ALL.into_iter().filter(|card| !card.is_interac()) {
        let mut stripe = Stripe::open(Setup::default());
        let id = stripe.prompt();
        stripe.tap(card.number());
        let reader = stripe.look();
        let intent = stripe.get(&format!("/v1/payment_intents/{id}"), &[]);
        if reader["action"]["status"] == "failed" {
            assert_eq!(intent["status"], "requires_payment_method");
            assert_eq!(reader["action"]["api_error"]["payment_intent"]["id"], id.as_str());
            stripe.prompt_again(&id);
            stripe.tap(Card::MASTERCARD.number());
        }
        let paid =
            stripe.get(&format!("/v1/payment_intents/{id}"), &[("expand[]", "latest_charge")]);
        assert_eq!(paid["status"], "requires_capture");
    }
}

#[test]
fn the_two_steps_have_stripes_shape() {
    let expand = |step| format!("action.{step}.payment_intent.latest_charge");
    let (of_collect, of_confirm) =
        (expand("collect_payment_method"), expand("confirm_payment_intent"));
    for collected_is_in_progress in [false, true] {
        let mut stripe = Stripe::open(Setup { collected_is_in_progress, ..Setup::default() });
        let id = stripe.post("/v1/payment_intents", &create("usd"))["id"].clone();
        let id = id.as_str().unwrap();
        let collect = [
            ("payment_intent", id),
            ("collect_config[enable_customer_cancellation]", "true"),
            ("collect_config[skip_tipping]", "true"),
            ("collect_config[allow_redisplay]", "unspecified"),
            ("expand[]", &of_collect),
        ];
        stripe.post(&format!("{READER}/collect_payment_method"), &collect);
        stripe.tap(Card::VISA_GB.number());
        let reader = stripe.get(READER, &[("expand[]", &of_collect)]);
        let about = &reader["action"]["collect_payment_method"];
        assert_eq!(about["payment_method"]["card_present"]["country"], "GB");
        assert_eq!(about["payment_intent"]["status"], "requires_confirmation");
        let confirm = [("payment_intent", id), ("expand[]", &of_confirm)];
        stripe.post(&format!("{READER}/confirm_payment_intent"), &confirm);
        stripe.wait(Duration::from_secs(2));
        let reader = stripe.get(READER, &[("expand[]", &of_confirm)]);
        let intent = &reader["action"]["confirm_payment_intent"]["payment_intent"];
        assert_eq!(intent["status"], "requires_capture");
    }
}

#[test]
fn interac_and_automatic_capture_have_stripes_shape() {
    let mut stripe = Stripe::open(Setup::default());
    let canada = [
        ("amount", "250"),
        ("currency", "cad"),
        ("capture_method", "automatic"),
        ("allowed_payment_method_types[]", "card_present"),
        ("allowed_payment_method_types[]", "interac_present"),
        ("payment_method_options[card_present][capture_method]", "manual"),
    ];
    let id = stripe.post("/v1/payment_intents", &canada)["id"].as_str().unwrap().to_owned();
    stripe.prompt_again(&id);
    let interac = [("type", "interac_present"), ("interac_present[number]", "4506445006931933")];
    stripe.post(PRESENT, &interac);
    stripe.wait(Duration::from_secs(2));
    let paid = stripe.look();
    let intent = &paid["action"]["process_payment_intent"]["payment_intent"];
    assert_eq!(intent["status"], "succeeded");
    assert_eq!(intent["latest_charge"]["payment_method_details"]["type"], "interac_present");
    let refused = Request::post("/v1/refunds", &[("payment_intent", &id)]);
    stripe.expect_error(&refused, "charge_not_refundable");
    let at_the_reader = [
        ("payment_intent", id.as_str()),
        ("amount", "250"),
        ("refund_payment_config[enable_customer_cancellation]", "true"),
        ("metadata[sale]", "S1"),
        ("metadata[n]", "1"),
    ];
    let path = format!("{READER}/refund_payment");
    stripe.post(&path, &at_the_reader);
    stripe.tap("4242424242424242");
    let other = stripe.look();
    assert_eq!(other["action"]["status"], "failed", "money goes back onto the card that paid");
    stripe.post(&path, &at_the_reader);
    stripe.post(PRESENT, &interac);
    stripe.wait(Duration::from_secs(2));
    let refunded = stripe.look();
    assert_eq!(refunded["action"]["status"], "succeeded");
    let list = stripe.get("/v1/refunds", &[("payment_intent", &id)]);
    assert_eq!(list["data"][0]["id"], refunded["action"]["refund_payment"]["refund"]);
    assert_eq!(list["data"][0]["metadata"]["sale"], "S1");
    stripe.expect_error(&Request::post(&path, &at_the_reader), "charge_already_refunded");
}

#[test]
fn every_way_to_end_without_money_has_stripes_shape() {
    let setup = Setup { refund_takes: Duration::from_mins(1), ..Setup::default() };
    let mut stripe = Stripe::open(setup);
    let reader = ReaderId::new("tmr_simulated").unwrap();
    // Canceled while prompted, by the customer, with a hold, and by itself.
    let id = stripe.prompt();
    let reason = [("cancellation_reason", "abandoned")];
    stripe.post(&format!("/v1/payment_intents/{id}/cancel"), &reason);
    assert_eq!(stripe.look()["action"]["failure_code"], "canceled");
    stripe.prompt();
    stripe.model.press_cancel_on_reader(&reader, stripe.now).unwrap();
    assert_eq!(stripe.look()["action"]["failure_code"], "customer_canceled");
    let id = stripe.prompt();
    stripe.tap(Card::AMEX.number());
    let released =
        stripe.post(&format!("/v1/payment_intents/{id}/cancel"), &[("expand[]", "latest_charge")]);
    assert_eq!(released["latest_charge"]["refunded"], true);
    stripe.prompt();
    stripe.tap(Card::VISA.number());
    stripe.wait(Duration::from_hours(48));
    let lapsed = stripe.look()["action"]["process_payment_intent"]["payment_intent"].clone();
    assert_eq!(lapsed["cancellation_reason"], "automatic");
    // Lost on the way.
    for fault in [
        Fault::ConnectionError { authorizes: true, after_ms: 0 },
        Fault::ConnectionError { authorizes: false, after_ms: 0 },
        Fault::StuckAction { authorizes: true },
        Fault::HardwareFault,
        serde_json::from_str(r#"{"declined":{"decline_code":"do_not_honor"}}"#).unwrap(),
        Fault::PromptEnds { after_ms: 1000, action: EndedPrompt::Failed },
        Fault::PromptEnds { after_ms: 1000, action: EndedPrompt::Gone },
    ] {
        stripe.model.put_fault(&reader, fault, stripe.now).unwrap();
        stripe.prompt();
        if matches!(fault, Fault::PromptEnds { .. }) {
            stripe.wait(Duration::from_secs(1));
        } else {
            stripe.tap(Card::VISA.number());
        }
        stripe.look();
        stripe.post(&format!("{READER}/cancel_action"), &[]);
    }
    stripe.model.put_fault(&reader, Fault::ForeignDisplay, stripe.now).unwrap();
    assert_eq!(stripe.look()["action"]["type"], "set_reader_display");
    assert!(stripe.model.fault_reports().iter().all(|report| report.struck));
}

#[test]
fn every_error_has_stripes_shape() {
    let mut stripe = Stripe::open(Setup::default());
    let reader = ReaderId::new("tmr_simulated").unwrap();
    let intents = "/v1/payment_intents";
    let refused = |params: &[(&str, &str)]| Request::post(intents, params);
    stripe.expect_error(&refused(&[("currency", "usd")]), "parameter_missing");
    stripe.expect_error(&refused(&[("amount", "1"), ("currency", "usd")]), "amount_too_small");
    let large = [("amount", "100000000"), ("currency", "usd")];
    stripe.expect_error(&refused(&large), "amount_too_large");
    stripe.expect_error(&refused(&[("amount", "x")]), "parameter_invalid_integer");
    stripe.expect_error(&refused(&[("amount", "")]), "parameter_invalid_empty");
    stripe.expect_error(&refused(&[("colour", "red")]), "parameter_unknown");
    let old = [("amount", "250"), ("currency", "usd"), ("payment_method_types[]", "card_present")];
    stripe.expect_error(&refused(&old), "payment_method_types_no_longer_supported");
    stripe.expect_error(&Request::get(format!("{intents}/pi_none")), "resource_missing");
    stripe.expect_error(&Request::get("/v1/terminal/readers/tmr_none"), "resource_missing");
    let mut anonymous = Request::get(intents);
    anonymous.api_key = None;
    assert_eq!(stripe.call(&anonymous).status, 401);
    assert_eq!(stripe.get("/v1/nothing", &[])["error"]["type"], "invalid_request_error");

    let online = refused(&[("amount", "250"), ("currency", "usd")]);
    let online = stripe.call(&online.keyed("K")).body.json()["id"].as_str().unwrap().to_owned();
    let prompt = |id: &str| {
        Request::post(format!("{READER}/process_payment_intent"), &[("payment_intent", id)])
    };
    stripe.expect_error(&prompt(&online), "payment_intent_incompatible_payment_method");
    let other = stripe.call(&refused(&create("eur")).keyed("K"));
    assert_eq!(other.body.json()["error"]["type"], "idempotency_error");
    let in_use = stripe.model.refuse_key_in_use(&refused(&create("eur")).keyed("K"), stripe.now);
    stripe.check_body(&in_use.body.json());

    let id = stripe.prompt();
    let capture = Request::post(format!("{intents}/{id}/capture"), &[]);
    stripe.expect_error(&capture, "payment_intent_unexpected_state");
    stripe.expect_error(&prompt(&id), "terminal_reader_busy");
    stripe.post(PRESENT, &[]);
    stripe.expect_error(
        &Request::post(format!("{READER}/cancel_action"), &[]),
        "terminal_reader_busy",
    );
    stripe.expect_error(&Request::post(format!("{intents}/{id}/cancel"), &[]), "lock_timeout");
    stripe.wait(Duration::from_secs(2));
    stripe.expect_error(&prompt(&id), "intent_invalid_state");
    let much = Request::post(format!("{intents}/{id}/capture"), &[("amount_to_capture", "251")]);
    stripe.expect_error(&much, "amount_too_large");
    let refund = Request::post("/v1/refunds", &[("payment_intent", &id)]);
    stripe.expect_error(&refund, "payment_intent_unexpected_state");
    assert_eq!(stripe.call(&capture).status, 200);
    assert_eq!(stripe.call(&refund).status, 200);
    stripe.expect_error(&refund, "charge_already_refunded");

    let id = stripe.prompt();
    stripe.post(PRESENT, &[]);
    stripe.wait(Duration::from_hours(50));
    let capture = Request::post(format!("{intents}/{id}/capture"), &[]);
    stripe.expect_error(&capture, "charge_expired_for_capture");
    let id = stripe.post(intents, &create("usd"))["id"].as_str().unwrap().to_owned();
    stripe
        .model
        .put_fault(&reader, Fault::Timeout { prompts: false, after_ms: 0 }, stripe.now)
        .unwrap();
    stripe.expect_error(&prompt(&id), "terminal_reader_timeout");
    stripe.model.put_fault(&reader, Fault::Offline, stripe.now).unwrap();
    stripe.expect_error(&prompt(&id), "terminal_reader_offline");
    let error = NamedError::named("api_error").unwrap().with(ErrorFields::default());
    let broken = stripe.model.handle_with_error(&prompt(&id), &error, true, stripe.now);
    assert_eq!(broken.status, 500);
    stripe.check_body(&broken.body.json());
}

#[test]
fn every_call_of_the_schema_can_be_judged() {
    assert_eq!(schema::calls_without_url(), Vec::<String>::new());
}

#[test]
fn errors_that_a_test_asked_for_have_stripes_shape() {
    let mut stripe = Stripe::open(Setup::default());
    let reader = ReaderId::new("tmr_simulated").unwrap();
    let intents = "/v1/payment_intents";
    let id = stripe.post(intents, &create("usd"))["id"].as_str().unwrap().to_owned();
    let prompt =
        Request::post(format!("{READER}/process_payment_intent"), &[("payment_intent", &id)]);
    for named in NamedError::ALL {
        let error = named.with(ErrorFields::default());
        let refused = stripe.model.refuse_with_error(&prompt, &error, stripe.now);
        stripe.check_body(&refused.body.json());
    }
    stripe.model.limit_key(None, &[Right::PaymentIntentsRead].into());
    assert_eq!(stripe.call(&Request::get(intents)).status, 403);
    stripe.model.revoke_key(None);
    stripe.expect_error(&Request::get(intents), "api_key_expired");
    stripe.model.restore_key(None);
    let with_key =
        |path: &str, key: &str| Request { api_key: Some(key.to_owned()), ..Request::get(path) };
    for path in ["/v1/balance", "/v1/customers", "/v1/payouts"] {
        assert_eq!(stripe.call(&with_key(path, "rk_test_kiosk")).status, 403);
        assert_eq!(stripe.call(&with_key(path, "sk_test_owner")).status, 200);
    }
    let location = stripe.get("/v1/terminal/locations/tml_simulated", &[]);
    assert_eq!(location["object"], "terminal.location");
    stripe.model.set_up(|setup| setup.cancel_needs_action = true, stripe.now);
    let idle = stripe.call(&Request::post(format!("{READER}/cancel_action"), &[]));
    assert_eq!(idle.status, 400);
    stripe.model.change_reader(&reader, |setup| setup.location = None).unwrap();
    assert_eq!(stripe.get(READER, &[])["location"], Value::Null);
    let nowhere = "terminal_reader_invalid_location_for_payment";
    stripe.expect_error(&prompt, nowhere);
}

#[test]
fn every_parameter_that_stripe_knows_is_known() {
    let calls = [
        Request::post("/v1/payment_intents", &[]),
        Request::post("/v1/payment_intents/pi_1", &[]),
        Request::post("/v1/payment_intents/pi_1/cancel", &[]),
        Request::post("/v1/payment_intents/pi_1/capture", &[]),
        Request::get("/v1/payment_intents"),
        Request::get("/v1/payment_intents/pi_1"),
        Request::post("/v1/refunds", &[]),
        Request::get("/v1/refunds"),
        Request::get(READER),
        Request::get("/v1/terminal/readers"),
        Request::post(READER, &[]),
        Request::post(format!("{READER}/refund_payment"), &[]),
        Request::post(PRESENT, &[]),
    ];
    let mut model = Model::new(Setup::default());
    for request in calls {
        let call = schema::call_name(request.method, &request.path).unwrap();
        for name in schema::parameters(call).iter().filter(|name| *name != "expand") {
            let response = model.handle(&request.clone().with(&[(name, "x")]), WallTime(0));
            assert_ne!(
                response.error_code().as_deref(),
                Some("parameter_unknown"),
                "{name} {request:?}"
            );
        }
        let response = model.handle(&request.clone().with(&[("colour", "x")]), WallTime(0));
        assert_eq!(response.error_code().as_deref(), Some("parameter_unknown"), "{request:?}");
    }
}
