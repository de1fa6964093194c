//! The simulator behind a real socket: faults of the wire as a client meets them.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kioskd::simulator::http::{LoggedRequest, RuleReport, Then, serve};
use kioskd::simulator::{Books, Model, NamedError, Setup};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;

mod schema;

/// A simulator on a loopback port, and a client that sends what it is told to.
struct Wire {
    base: String,
    client: Client,
}

impl Wire {
    async fn open() -> Self {
        let setup = Setup { authorization_takes: Duration::ZERO, ..Setup::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(listener, Arc::new(Mutex::new(Model::new(setup)))));
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap();
        Self { base, client }
    }

    fn post(&self, path: &str, form: &str) -> RequestBuilder {
        let request = self.client.post(format!("{}{path}", self.base)).bearer_auth("sk_test_wire");
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("stripe-version", "2026-10-28.endive")
            .body(form.to_owned())
    }

    fn create(&self, key: &str) -> RequestBuilder {
        let form = "amount=250&currency=usd&capture_method=manual&\
                    allowed_payment_method_types%5B%5D=card_present&metadata[sale]=S%201";
        self.post("/v1/payment_intents", form).header("idempotency-key", key)
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}{path}", self.base)).bearer_auth("sk_test_wire");
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }

    async fn put_fault(&self, fault: Value) {
        let request = self.client.post(format!("{}/simulator/faults", self.base));
        let reply = request.body(fault.to_string()).send().await.unwrap();
        assert_eq!(reply.status(), 200, "{}", reply.text().await.unwrap());
    }

    /// A form to the console.
    async fn console(&self, path: &str, form: &'static str) -> (u16, Value) {
        json(self.client.post(format!("{}/simulator/{path}", self.base)).body(form)).await
    }

    /// The code of the error that the reader's next command ends in.
    async fn command(&self) -> (u16, Value) {
        let path = "/v1/terminal/readers/tmr_simulated/cancel_action";
        let (status, reply) = json(self.post(path, "")).await;
        (status, reply["error"]["code"].clone())
    }

    async fn books(&self) -> Books {
        serde_json::from_value(self.get("/simulator/books").await).unwrap()
    }

    async fn log(&self) -> Vec<LoggedRequest> {
        serde_json::from_value(self.get("/simulator/requests").await).unwrap()
    }
}

async fn json(request: RequestBuilder) -> (u16, Value) {
    let reply = request.send().await.unwrap();
    let status = reply.status().as_u16();
    (status, serde_json::from_str(&reply.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_sale_goes_through_over_http() {
    let wire = Wire::open().await;
    let (status, intent) = json(wire.create("K1")).await;
    assert_eq!((status, &intent["metadata"]["sale"]), (200, &"S 1".into()));
    let id = intent["id"].as_str().unwrap();
    let reader = "/v1/terminal/readers/tmr_simulated";
    let prompt = format!("payment_intent={id}");
    let (status, _) = json(wire.post(&format!("{reader}/process_payment_intent"), &prompt)).await;
    assert_eq!(status, 200);
    let screen = wire.get("/simulator/readers/tmr_simulated/screen").await;
    assert_eq!(screen["screen"], "present_card");
    let tap = format!("/v1/test_helpers{}/present_payment_method", &reader[3..]);
    assert_eq!(json(wire.post(&tap, "")).await.0, 200);
    let (_, captured) = json(wire.post(&format!("/v1/payment_intents/{id}/capture"), "")).await;
    assert_eq!(captured["status"], "succeeded");
    let query =
        format!("{reader}?expand[]=action.process_payment_intent.payment_intent.latest_charge");
    let object = wire.get(&query).await;
    let paid = &object["action"]["process_payment_intent"]["payment_intent"];
    assert_eq!(paid["latest_charge"]["captured"], true);
    assert_eq!(wire.books().await.payment_intents[0].amount_received, 250);
}

#[tokio::test]
async fn drop_after_executes_and_the_same_key_replays_it() {
    let wire = Wire::open().await;
    let rule = json!({"method": "POST", "path": "/v1/payment_intents", "then": "drop_after"});
    wire.put_fault(rule).await;
    wire.create("K1").send().await.unwrap_err();
    assert_eq!(wire.books().await.payment_intents.len(), 1);
    let reply = wire.create("K1").send().await.unwrap();
    assert_eq!(reply.headers()["idempotent-replayed"], "true");
    assert_eq!(wire.books().await.payment_intents.len(), 1);
    let log = wire.log().await;
    let seen: Vec<_> = log.iter().map(|call| (call.status, call.replayed, call.fault)).collect();
    assert_eq!(seen, [(Some(200), false, Some(Then::DropAfter)), (Some(200), true, None)]);
}

#[tokio::test]
async fn drop_before_executes_nothing() {
    let wire = Wire::open().await;
    wire.put_fault(json!({"path": "/v1/payment_intents", "then": "drop_before"})).await;
    wire.create("K1").send().await.unwrap_err();
    assert_eq!(wire.books().await.payment_intents.len(), 0);
    let reply = wire.create("K1").send().await.unwrap();
    assert!(!reply.headers().contains_key("idempotent-replayed"));
    let faults = wire.get("/simulator/faults").await;
    let reports: Vec<RuleReport> = serde_json::from_value(faults["rules"].clone()).unwrap();
    assert_eq!(reports[0].struck, 1);
}

#[tokio::test]
async fn damaged_replies_reach_the_client_as_such() {
    let wire = Wire::open().await;
    for then in ["truncate", "html", "status:500", "status:503", "status:429"] {
        wire.put_fault(json!({"path": "/v1/payment_intents", "then": then})).await;
    }
    let truncated = wire.create("K1").send().await.unwrap();
    assert_eq!(truncated.status(), 200);
    assert!(truncated.content_length().unwrap() > 500);
    truncated.text().await.unwrap_err();
    let html = wire.create("K2").send().await.unwrap();
    assert_eq!((html.status().as_u16(), html.headers().contains_key("request-id")), (502, false));
    assert!(html.text().await.unwrap().contains("<html>"));
    let stored = wire.create("K3").send().await.unwrap();
    assert_eq!(
        (stored.status().as_u16(), stored.headers().contains_key("request-id")),
        (500, true)
    );
    let edge = wire.create("K4").send().await.unwrap();
    assert_eq!((edge.status().as_u16(), edge.headers().contains_key("request-id")), (503, false));
    let bare: Value = serde_json::from_str(&edge.text().await.unwrap()).unwrap();
    let (status, limited) = json(wire.create("K5")).await;
    assert_eq!((schema::judge_reply(&bare), schema::judge_reply(&limited)), (vec![], vec![]));
    assert_eq!((status, &limited["error"]["code"]), (429, &"rate_limit".into()));
    assert_eq!(wire.books().await.payment_intents.len(), 1, "only the truncated one ran");
    assert_eq!(wire.create("K3").send().await.unwrap().status(), 500, "a 500 is replayed");
    assert_eq!(wire.create("K4").send().await.unwrap().status(), 200, "a 503 is not");
}

#[tokio::test]
async fn a_slow_call_runs_on_without_its_client_and_keeps_its_key_in_use() {
    let wire = Wire::open().await;
    let slow = json!({"path": "/v1/payment_intents", "then": "answer", "after_ms": 3_600_000});
    wire.put_fault(slow).await;
    let impatient = wire.create("K1").timeout(Duration::from_millis(300));
    assert!(impatient.send().await.unwrap_err().is_timeout());
    let (status, refused) = json(wire.create("K1")).await;
    assert_eq!((status, &refused["error"]["code"]), (409, &"idempotency_key_in_use".into()));
    assert_eq!(json(wire.create("K2")).await.0, 200, "nobody else waits");
    assert_eq!(wire.books().await.payment_intents.len(), 2);
}

#[tokio::test]
async fn readers_are_made_busy_deaf_and_sound_again_from_the_console() {
    let wire = Wire::open().await;
    wire.put_fault(json!({"reader": "tmr_simulated", "fault": {"updating": {}}})).await;
    assert_eq!(wire.command().await, (400, "terminal_reader_busy".into()));
    assert_eq!(wire.console("readers/tmr_simulated/updated", "").await.0, 200);
    assert_eq!(wire.console("readers/tmr_simulated/deaf", "").await.0, 200);
    assert_eq!(wire.command().await, (400, "terminal_reader_timeout".into()));
    let cycle = wire.console("readers/tmr_simulated/power_cycle", "off_ms=20&action=failed").await;
    assert_eq!((cycle.0, &cycle.1["screen"]), (200, &"offline".into()));
    while wire.command().await != (200, Value::Null) {}
    let reader = "/v1/terminal/readers/tmr_simulated";
    let status = "status=offline&seen_ago_ms=900000";
    assert_eq!(wire.console("readers/tmr_simulated/status", status).await.0, 200);
    assert_eq!(wire.get(reader).await["status"], "offline");
    let display = wire.console("readers/tmr_simulated/foreign_display", "").await;
    assert_eq!((display.0, &display.1["screen"]), (200, &"cart".into()));
    let payment = wire.console("readers/tmr_simulated/foreign_payment", "").await;
    assert_eq!((payment.0, &payment.1["screen"]), (200, &"present_card".into()));
    assert_eq!(wire.console("readers/tmr_simulated/customer_cancel", "").await.0, 400);
    let wrong = wire.console("readers/tmr_simulated/power_cycle", "off=20").await;
    let message = "the form knows no \"off\", only: off_ms, action";
    assert_eq!((wrong.0, &wrong.1["error"]), (400, &message.into()));
    assert_eq!(wire.console("readers/tmr_simulated/sing", "").await.0, 404);
}

#[tokio::test]
async fn errors_by_name_say_what_stripes_say_and_are_kept_as_stripes_are() {
    let wire = Wire::open().await;
    let path = "/v1/payment_intents";
    for (name, status, is_kept) in [
        ("lock_timeout", 429, false),
        ("rate_limit", 429, false),
        ("idempotency_key_in_use", 409, false),
        ("amount_too_small", 400, false),
        ("intent_invalid_state", 400, true),
        ("terminal_reader_hardware_fault", 400, true),
        ("terminal_reader_invalid_location_for_payment", 400, true),
    ] {
        wire.put_fault(json!({"path": path, "then": format!("error:{name}")})).await;
        let (got, body) = json(wire.create(name)).await;
        assert_eq!((got, &body["error"]["code"]), (status, &name.into()));
        assert!(body["error"]["message"].is_string());
        let again = wire.create(name).send().await.unwrap();
        assert_eq!(again.headers().contains_key("idempotent-replayed"), is_kept, "{name}");
        assert_eq!(again.status(), if is_kept { status } else { 200 });
    }
    wire.put_fault(json!({"path": path, "then": "error:unauthorized"})).await;
    assert_eq!(json(wire.create("401")).await.0, 401);
    wire.put_fault(json!({"path": path, "then": "error:forbidden"})).await;
    let (status, body) = json(wire.create("403")).await;
    let message = body["error"]["message"].as_str().unwrap();
    assert!(status == 403 && message.contains("'rak_payment_intent_write'"), "{message}");
}

#[tokio::test]
async fn a_rule_says_what_the_error_says_and_whether_it_is_kept() {
    let wire = Wire::open().await;
    let path = "/v1/payment_intents";
    wire.put_fault(json!({
        "path": path,
        "then": "status:402",
        "error": {"type": "card_error", "code": "card_declined", "decline_code": "fraudulent"},
        "stored": true,
        "executes": true,
        "headers": {"Retry-After": "7", "Stripe-Should-Retry": "false"},
    }))
    .await;
    let reply = wire.create("K1").send().await.unwrap();
    assert_eq!(reply.status(), 402);
    assert_eq!(reply.headers()["retry-after"], "7");
    assert_eq!(reply.headers()["stripe-should-retry"], "false");
    assert!(reply.headers().contains_key("request-id"));
    let (status, replayed) = json(wire.create("K1")).await;
    assert_eq!((status, &replayed["error"]["decline_code"]), (402, &"fraudulent".into()));
    assert_eq!(wire.books().await.payment_intents.len(), 1);
    let lost = json!({
        "path": path,
        "then": "error:api_error",
        "stored": false,
        "executes": true,
        "request_id": false,
    });
    wire.put_fault(lost).await;
    let reply = wire.create("K2").send().await.unwrap();
    assert_eq!(reply.status(), 500);
    assert!(!reply.headers().contains_key("request-id"));
    assert_eq!(json(wire.create("K2")).await.0, 200, "the repeat gets what the call gave");
    assert_eq!(wire.books().await.payment_intents.len(), 2);
    for wrong in [
        json!({"path": path, "then": "drop_after", "stored": true}),
        json!({"path": path, "then": "answer", "headers": {"Retry After": "1"}}),
        json!({"path": path, "then": "error:sunspots"}),
    ] {
        let put = wire.client.post(format!("{}/simulator/faults", wire.base));
        assert_eq!(json(put.body(wrong.to_string())).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn keys_are_revoked_limited_and_restored_from_the_console() {
    let wire = Wire::open().await;
    assert_eq!(wire.console("keys/revoke", "key=sk_test_wire").await.0, 200);
    let (status, refused) = json(wire.create("K1")).await;
    assert_eq!((status, &refused["error"]["code"]), (401, &"api_key_expired".into()));
    assert_eq!(wire.console("keys/restore", "").await.0, 200);
    assert_eq!(wire.console("keys/limit", "lacks=payment_intents_write").await.0, 200);
    assert_eq!(json(wire.create("K1")).await.0, 403);
    assert_eq!(wire.console("keys/limit", "lacks=sleep").await.0, 400);
    assert_eq!(wire.console("keys/limit", "").await.0, 400);
    assert_eq!(wire.console("keys/restore", "").await.0, 200);
    assert_eq!(json(wire.create("K1")).await.0, 200);
    let basic = wire.client.get(format!("{}/v1/payment_intents", wire.base));
    assert_eq!(json(basic.basic_auth("sk_test_wire", None::<&str>)).await.0, 200);
}

#[tokio::test]
async fn account_reader_and_location_are_changed_from_the_console() {
    let wire = Wire::open().await;
    let reader = "readers/tmr_simulated/setup";
    assert_eq!(wire.console("setup", "card_present=false&lists_lag_ms=60000").await.0, 200);
    let (_, intent) = json(wire.create("K1")).await;
    assert_eq!(intent["payment_method_types"], json!([]));
    assert_eq!(wire.get("/v1/payment_intents").await["data"], json!([]));
    assert_eq!(wire.console("setup", "card_present=true").await.0, 200);
    let (_, intent) = json(wire.create("K2")).await;
    assert_eq!(intent["payment_method_types"], json!(["card_present"]));
    assert_eq!(wire.console(reader, "location=&livemode=true").await.0, 200);
    let object = wire.get("/v1/terminal/readers/tmr_simulated").await;
    assert_eq!((&object["location"], &object["livemode"]), (&Value::Null, &json!(true)));
    assert_eq!(wire.console("locations/tml_ca", "country=CA").await.0, 200);
    let location = wire.get("/v1/terminal/locations/tml_ca").await;
    assert_eq!(location["address"]["country"], "CA");
    let wrong = wire.console("setup", "livemode=true&processes_again=maybe").await;
    let message = "processes_again cannot be \"maybe\"";
    assert_eq!((wrong.0, &wrong.1["error"]), (400, &message.into()));
    let (_, intent) = json(wire.create("K3")).await;
    assert_eq!(intent["livemode"], false, "a wrong form changes nothing");
}

#[tokio::test]
async fn the_page_names_every_error_and_every_setting() {
    let wire = Wire::open().await;
    let page = wire.client.get(format!("{}/simulator/", wire.base)).send().await.unwrap();
    let page = page.text().await.unwrap();
    for error in NamedError::ALL {
        assert!(page.contains(&format!("`{}`", error.name())), "{}", error.name());
    }
    for path in ["setup", "readers/tmr_simulated/setup"] {
        let (_, refused) = wire.console(path, "colour=red").await;
        let names = refused["error"].as_str().unwrap().split_once("only: ").unwrap().1;
        for name in names.split(", ") {
            assert!(page.contains(&format!("`{name}")), "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_no_call_is_refused_with_a_reason() {
    let wire = Wire::open().await;
    let put = wire.client.put(format!("{}/v1/payment_intents", wire.base));
    assert_eq!(json(put).await.0, 404);
    let typed = wire.client.post(format!("{}/v1/payment_intents", wire.base));
    let typed = typed.bearer_auth("sk_test").header("content-type", "application/json").body("{}");
    let (status, refused) = json(typed).await;
    assert_eq!(status, 400);
    assert!(refused["error"]["message"].as_str().unwrap().contains("x-www-form-urlencoded"));
    let nonsense = wire.client.post(format!("{}/simulator/faults", wire.base)).body("{\"a\":1}");
    assert_eq!(json(nonsense).await.0, 400);
    let cancel = "/simulator/readers/tmr_simulated/customer_cancel";
    let (status, refused) = json(wire.client.post(format!("{}{cancel}", wire.base))).await;
    assert_eq!((status, &refused["error"]), (400, &"tmr_simulated asks for no card now".into()));
    let anonymous = wire.client.get(format!("{}/v1/payment_intents", wire.base));
    assert_eq!(json(anonymous).await.0, 401);
}
