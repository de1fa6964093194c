//! How the model behaves, seen through its calls.

use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::ids::{PaymentIntentId, ReaderId};
use crate::time::WallTime;

/// A model with the time of day, and words for what kiosk and customer do.
struct Shop {
    model: Model,
    now: WallTime,
}

fn reader() -> ReaderId {
    ReaderId::new("tmr_simulated").unwrap()
}

impl Shop {
    fn open() -> Self {
        Self::with(Setup::default())
    }

    fn with(setup: Setup) -> Self {
        Self { model: Model::new(setup), now: WallTime(1_795_000_000_000) }
    }

    fn call(&mut self, request: &Request) -> Response {
        self.model.handle(request, self.now)
    }

    fn post(&mut self, path: &str, params: &[(&str, &str)]) -> Response {
        self.call(&Request::post(path, params))
    }

    fn wait(&mut self, wait: Duration) {
        self.now = WallTime(self.now.0 + i64::try_from(wait.as_millis()).unwrap());
        self.model.advance(self.now);
    }

    fn create(&mut self, more: &[(&str, &str)]) -> String {
        let reply = self.call(&create_request().with(more));
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body["id"].as_str().unwrap().to_owned()
    }

    fn prompt(&mut self, intent: &str) -> Response {
        let params =
            [("payment_intent", intent), ("process_config[enable_customer_cancellation]", "true")];
        self.post("/v1/terminal/readers/tmr_simulated/process_payment_intent", &params)
    }

    fn tap(&mut self, card: Card) {
        self.model.present_card(&reader(), card, self.now).unwrap();
        self.wait(Duration::from_secs(2));
    }

    /// A PaymentIntent with a hold on a card.
    fn authorized(&mut self) -> String {
        let intent = self.create(&[]);
        assert_eq!(self.prompt(&intent).status, 200);
        self.tap(Card::VISA);
        assert_eq!(self.status(&intent), "requires_capture");
        intent
    }

    fn intent(&mut self, id: &str) -> Value {
        self.call(&Request::get(format!("/v1/payment_intents/{id}"))).body
    }

    fn status(&mut self, id: &str) -> String {
        self.intent(id)["status"].as_str().unwrap().to_owned()
    }

    fn action(&mut self) -> Value {
        self.call(&Request::get("/v1/terminal/readers/tmr_simulated")).body["action"].clone()
    }

    fn act(&mut self, intent: &str, verb: &str, params: &[(&str, &str)]) -> Response {
        self.post(&format!("/v1/payment_intents/{intent}/{verb}"), params)
    }

    fn on_reader(&mut self, verb: &str) -> Response {
        self.post(&format!("/v1/terminal/readers/tmr_simulated/{verb}"), &[])
    }
}

fn create_request() -> Request {
    let params = [
        ("amount", "250"),
        ("currency", "usd"),
        ("capture_method", "manual"),
        ("allowed_payment_method_types[]", "card_present"),
        ("metadata[sale]", "S1"),
    ];
    Request::post("/v1/payment_intents", &params)
}

#[track_caller]
fn assert_refused(reply: &Response, status: u16, code: &str) {
    assert_eq!((reply.status, reply.error_code()), (status, Some(code)), "{}", reply.body);
}

#[test]
fn a_card_is_held_at_the_tap_and_charged_at_the_capture() {
    let mut shop = Shop::open();
    let intent = shop.authorized();
    assert_eq!(shop.action()["status"], "succeeded");
    assert_eq!(shop.model.books().payment_intents[0].amount_capturable, 250);
    let reply = shop.act(&intent, "capture", &[]);
    assert_eq!((reply.status, &reply.body["status"]), (200, &"succeeded".into()));
    let book = &shop.model.books().payment_intents[0];
    assert_eq!((book.amount_received, book.captured_charges, book.amount_capturable), (250, 1, 0));
    assert_refused(&shop.act(&intent, "capture", &[]), 400, "payment_intent_unexpected_state");
    assert_refused(&shop.act(&intent, "cancel", &[]), 400, "payment_intent_unexpected_state");
}

#[test]
fn a_partial_capture_releases_the_rest_and_more_than_is_held_is_refused() {
    let mut shop = Shop::open();
    let intent = shop.authorized();
    let too_much = [("amount_to_capture", "251")];
    assert_refused(&shop.act(&intent, "capture", &too_much), 400, "amount_too_large");
    let reply = shop.act(&intent, "capture", &[("amount_to_capture", "100")]);
    assert_eq!(reply.body["amount_received"], 100);
    assert_eq!(shop.model.books().totals.values().next().unwrap().held, 0);
    let charge = reply.body["latest_charge"].as_str().unwrap();
    let charge = shop.call(&Request::get(format!("/v1/charges/{charge}"))).body;
    assert_eq!(
        (&charge["amount_captured"], &charge["amount_refunded"]),
        (&100.into(), &150.into())
    );
}

#[test]
fn a_declined_card_leaves_the_intent_open_for_another_one() {
    let mut shop = Shop::open();
    let intent = shop.create(&[]);
    shop.prompt(&intent);
    shop.tap(Card::INSUFFICIENT_FUNDS);
    let action = shop.action();
    assert_eq!(action["failure_code"], "card_declined");
    assert_eq!(action["api_error"]["decline_code"], "insufficient_funds");
    let object = shop.intent(&intent);
    assert_eq!(object["status"], "requires_payment_method");
    assert_eq!(object["last_payment_error"]["decline_code"], "insufficient_funds");
    assert_eq!(shop.prompt(&intent).status, 200);
    shop.tap(Card::MASTERCARD);
    let object = shop.intent(&intent);
    assert_eq!(
        (&object["status"], &object["last_payment_error"]),
        (&"requires_capture".into(), &Value::Null)
    );
    let book = &shop.model.books().payment_intents[0];
    assert_eq!((book.declined_charges, book.authorized_charges), (1, 1));
}

#[test]
fn only_an_intent_that_wants_a_payment_method_is_processed() {
    let mut shop = Shop::open();
    let held = shop.authorized();
    assert_refused(&shop.prompt(&held), 400, "intent_invalid_state");
    let reply = shop.prompt(&held);
    assert_eq!(reply.body["error"]["payment_intent"]["id"], held.as_str());
    let canceled = shop.create(&[]);
    shop.act(&canceled, "cancel", &[]);
    assert_refused(&shop.prompt(&canceled), 400, "intent_invalid_state");
    assert_refused(&shop.prompt("pi_none"), 404, "resource_missing");
}

#[test]
fn a_reader_runs_one_payment_and_a_display_replaces_it_silently() {
    let mut shop = Shop::open();
    let first = shop.create(&[]);
    let second = shop.create(&[]);
    shop.prompt(&first);
    assert_refused(&shop.prompt(&second), 400, "terminal_reader_busy");
    let cart = [
        ("type", "cart"),
        ("cart[currency]", "usd"),
        ("cart[total]", "250"),
        ("cart[line_items][0][description]", "Cola"),
        ("cart[line_items][0][amount]", "250"),
        ("cart[line_items][0][quantity]", "1"),
    ];
    let reply = shop.post("/v1/terminal/readers/tmr_simulated/set_reader_display", &cart);
    assert_eq!(reply.body["action"]["type"], "set_reader_display");
    assert_eq!(shop.status(&first), "requires_payment_method");
    assert_eq!(shop.prompt(&second).status, 200, "a display blocks nobody");
}

#[test]
fn nothing_is_canceled_while_a_card_is_being_authorized() {
    let mut shop = Shop::open();
    let intent = shop.create(&[]);
    shop.prompt(&intent);
    shop.model.present_card(&reader(), Card::VISA, shop.now).unwrap();
    assert_eq!(shop.model.next_event(), Some(WallTime(shop.now.0 + 1500)));
    assert_refused(&shop.on_reader("cancel_action"), 400, "terminal_reader_busy");
    assert_refused(&shop.act(&intent, "cancel", &[]), 429, "lock_timeout");
    shop.wait(Duration::from_millis(1499));
    assert_eq!(shop.status(&intent), "requires_payment_method");
    shop.wait(Duration::from_millis(1));
    assert_eq!(shop.status(&intent), "requires_capture");
}

#[test]
fn where_cancel_wins_the_card_is_not_charged() {
    let cancel_while_authorizing = CancelWhileAuthorizing::Cancels;
    let mut shop = Shop::with(Setup { cancel_while_authorizing, ..Setup::default() });
    let intent = shop.create(&[]);
    shop.prompt(&intent);
    shop.model.present_card(&reader(), Card::VISA, shop.now).unwrap();
    assert_eq!(shop.act(&intent, "cancel", &[]).body["status"], "canceled");
    shop.wait(Duration::from_secs(5));
    assert_eq!(shop.status(&intent), "canceled");
    assert_eq!(shop.model.books().payment_intents[0].authorized_charges, 0);
}

#[test]
fn cancel_action_clears_the_screen_and_not_the_intent() {
    let mut shop = Shop::open();
    let intent = shop.create(&[]);
    shop.prompt(&intent);
    assert_eq!(shop.on_reader("cancel_action").body["action"], Value::Null);
    assert_eq!(shop.status(&intent), "requires_payment_method");
    assert_eq!(shop.model.reader_screen(&reader()), Screen::Idle);
    shop.model.present_card(&reader(), Card::VISA, shop.now).unwrap_err();
}

#[test]
fn a_canceled_intent_ends_its_prompt() {
    let mut shop = Shop::open();
    let intent = shop.create(&[]);
    shop.prompt(&intent);
    shop.act(&intent, "cancel", &[]);
    assert_eq!(shop.action()["failure_code"], "canceled");
    assert_eq!(shop.model.reader_screen(&reader()), Screen::Canceled);
}

#[test]
fn the_cancel_button_exists_only_if_it_was_asked_for() {
    let mut shop = Shop::open();
    let intent = shop.create(&[]);
    shop.prompt(&intent);
    shop.model.press_cancel_on_reader(&reader(), shop.now).unwrap();
    let action = shop.action();
    assert_eq!(
        (&action["failure_code"], &action["api_error"]),
        (&"customer_canceled".into(), &Value::Null)
    );
    let plain = [("payment_intent", intent.as_str())];
    shop.post("/v1/terminal/readers/tmr_simulated/process_payment_intent", &plain);
    let refused = shop.model.press_cancel_on_reader(&reader(), shop.now).unwrap_err();
    assert_eq!(refused, SimulatorError::NotCancelable { reader: reader() });
}

#[test]
fn a_hold_lapses_after_two_days_and_cannot_be_captured() {
    let mut shop = Shop::open();
    let intent = shop.authorized();
    let expand = Request::get(format!("/v1/payment_intents/{intent}"))
        .with(&[("expand[]", "latest_charge")]);
    let charge = shop.call(&expand).body["latest_charge"].clone();
    let before =
        charge["payment_method_details"]["card_present"]["capture_before"].as_i64().unwrap();
    assert_eq!(before, charge["created"].as_i64().unwrap() + 2 * 24 * 3600);
    shop.wait(Duration::from_hours(48));
    let object = shop.intent(&intent);
    assert_eq!(
        (&object["status"], &object["cancellation_reason"]),
        (&"canceled".into(), &"automatic".into())
    );
    assert_refused(&shop.act(&intent, "capture", &[]), 400, "charge_expired_for_capture");
    assert!(shop.model.books().payment_intents[0].expired);
}

#[test]
fn a_hold_can_be_made_to_lapse_at_once() {
    let mut shop = Shop::open();
    let intent = PaymentIntentId::new(shop.authorized()).unwrap();
    shop.model.expire_authorization(&intent, shop.now).unwrap();
    assert_refused(&shop.act(intent.as_str(), "capture", &[]), 400, "charge_expired_for_capture");
    shop.model.expire_authorization(&intent, shop.now).unwrap_err();
    assert_eq!(shop.model.next_event(), None);
}

#[test]
fn interac_is_charged_at_the_tap_where_a_card_is_held() {
    for (card, status) in [(Card::VISA, "requires_capture"), (Card::INTERAC, "succeeded")] {
        let mut shop = Shop::open();
        let canada = [
            ("amount", "250"),
            ("currency", "cad"),
            ("allowed_payment_method_types[]", "card_present"),
            ("allowed_payment_method_types[]", "interac_present"),
            ("payment_method_options[card_present][capture_method]", "manual"),
        ];
        let intent = shop.post("/v1/payment_intents", &canada).body["id"].clone();
        let intent = intent.as_str().unwrap();
        shop.prompt(intent);
        shop.tap(card);
        assert_eq!(shop.status(intent), status);
    }
}

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
    assert!(again.is_replayed() && !first.is_replayed());
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("original-request"), first.header("request-id"));
    assert_eq!(shop.model.books().payment_intents.len(), 1);
    let fault = Fault::Timeout { prompts: true };
    shop.model.put_fault(&reader(), fault, shop.now).unwrap();
    let path = "/v1/terminal/readers/tmr_simulated/process_payment_intent";
    let intent = first.body["id"].as_str().unwrap();
    let prompt = Request::post(path, &[("payment_intent", intent)]).keyed("K2");
    assert_refused(&shop.call(&prompt), 400, "terminal_reader_timeout");
    assert_eq!(shop.action()["status"], "in_progress", "the timeout was a false negative");
    let again = shop.call(&prompt);
    assert!(again.is_replayed());
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
    assert!(good.status == 200 && !good.is_replayed());
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
    assert!(anew.status == 200 && !anew.is_replayed());
    assert_eq!(shop.model.books().payment_intents.len(), 2);
}

#[test]
fn a_server_error_is_stored_whether_or_not_the_call_ran() {
    for (executes, made) in [(true, 1), (false, 0)] {
        let mut shop = Shop::open();
        let create = create_request().keyed("K");
        let reply = shop.model.handle_with_server_error(&create, executes, shop.now);
        assert_eq!(reply.status, 500);
        let again = shop.call(&create);
        assert!(again.is_replayed() && again.status == 500);
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
fn refunds_end_when_nothing_is_left() {
    let mut shop = Shop::open();
    let intent = shop.authorized();
    let of_intent = [("payment_intent", intent.as_str())];
    let refused = shop.post("/v1/refunds", &of_intent);
    assert_refused(&refused, 400, "payment_intent_unexpected_state");
    shop.act(&intent, "capture", &[]);
    let part = [("payment_intent", intent.as_str()), ("amount", "100")];
    assert_eq!(shop.post("/v1/refunds", &part).body["status"], "succeeded");
    assert_eq!(shop.post("/v1/refunds", &of_intent).body["amount"], 150);
    assert_refused(&shop.post("/v1/refunds", &of_intent), 400, "charge_already_refunded");
    let list = shop.call(&Request::get("/v1/refunds").with(&of_intent)).body;
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    assert_eq!(shop.model.books().payment_intents[0].refunded, 250);
}

#[test]
fn a_slow_refund_is_pending_first() {
    let refund_takes = Duration::from_mins(1);
    let mut shop = Shop::with(Setup { refund_takes, ..Setup::default() });
    let intent = shop.authorized();
    shop.act(&intent, "capture", &[]);
    let refund = shop.post("/v1/refunds", &[("payment_intent", &intent)]).body;
    assert_eq!(refund["status"], "pending");
    shop.wait(refund_takes);
    let path = format!("/v1/refunds/{}", refund["id"].as_str().unwrap());
    assert_eq!(shop.call(&Request::get(path)).body["status"], "succeeded");
}

#[test]
fn a_connection_error_may_hide_an_authorization() {
    for (authorizes, status) in [(true, "requires_capture"), (false, "requires_payment_method")] {
        let mut shop = Shop::open();
        shop.model.put_fault(&reader(), Fault::ConnectionError { authorizes }, shop.now).unwrap();
        let intent = shop.create(&[]);
        shop.prompt(&intent);
        shop.tap(Card::VISA);
        assert_eq!(shop.action()["failure_code"], "connection_error");
        assert_eq!(shop.status(&intent), status);
        assert!(shop.model.fault_reports()[0].struck);
    }
}

#[test]
fn a_stuck_action_stays_in_progress_until_it_is_canceled() {
    let mut shop = Shop::open();
    shop.model.put_fault(&reader(), Fault::StuckAction { authorizes: true }, shop.now).unwrap();
    let intent = shop.create(&[]);
    shop.prompt(&intent);
    shop.tap(Card::VISA);
    shop.wait(Duration::from_hours(1));
    assert_eq!(shop.action()["status"], "in_progress");
    assert_eq!(shop.status(&intent), "requires_capture");
    let next = shop.create(&[]);
    assert_refused(&shop.prompt(&next), 400, "terminal_reader_busy");
    assert_eq!(shop.on_reader("cancel_action").status, 200);
    assert_eq!(shop.prompt(&next).status, 200);
}

#[test]
fn an_offline_reader_refuses_at_once_and_says_so_two_minutes_later() {
    let mut shop = Shop::open();
    let intent = shop.create(&[]);
    shop.model.set_reader_online(&reader(), false, shop.now).unwrap();
    assert_refused(&shop.prompt(&intent), 400, "terminal_reader_offline");
    let get = Request::get("/v1/terminal/readers/tmr_simulated");
    assert_eq!(shop.call(&get).body["status"], "online");
    shop.wait(Duration::from_mins(2));
    let object = shop.call(&get).body;
    assert_eq!(object["status"], "offline");
    assert_eq!(object["last_seen_at"], shop.now.0 - 120_000);
    shop.model.set_reader_online(&reader(), true, shop.now).unwrap();
    assert_eq!(shop.prompt(&intent).status, 200);
}

#[test]
fn a_link_lost_in_mid_payment_leaves_the_action_in_progress_for_ever() {
    let mut shop = Shop::open();
    let intent = shop.create(&[]);
    shop.prompt(&intent);
    shop.model.present_card(&reader(), Card::VISA, shop.now).unwrap();
    shop.model.set_reader_online(&reader(), false, shop.now).unwrap();
    shop.wait(Duration::from_hours(1));
    assert_eq!(shop.action()["status"], "in_progress");
    assert_eq!(shop.status(&intent), "requires_capture");
}

#[test]
fn another_systems_payment_keeps_the_reader_busy() {
    let mut shop = Shop::open();
    shop.model.put_fault(&reader(), Fault::ForeignAction, shop.now).unwrap();
    let intent = shop.create(&[]);
    assert_refused(&shop.prompt(&intent), 400, "terminal_reader_busy");
    let expand = [("expand[]", "action.process_payment_intent.payment_intent")];
    let object = shop.call(&Request::get("/v1/terminal/readers/tmr_simulated").with(&expand)).body;
    let foreign = &object["action"]["process_payment_intent"]["payment_intent"];
    assert_eq!(foreign["metadata"]["system"], "another");
}

#[test]
fn an_updated_amount_is_shown_only_after_processing_again() {
    let mut shop = Shop::open();
    let intent = shop.create(&[]);
    shop.prompt(&intent);
    shop.post(&format!("/v1/payment_intents/{intent}"), &[("amount", "300")]);
    shop.tap(Card::VISA);
    let object = shop.intent(&intent);
    assert_eq!((&object["amount"], &object["amount_capturable"]), (&300.into(), &250.into()));
    let too_late = shop.post(&format!("/v1/payment_intents/{intent}"), &[("amount", "400")]);
    assert_refused(&too_late, 400, "payment_intent_unexpected_state");
}

#[test]
fn lists_are_newest_first_in_pages_and_from_a_time_on() {
    let mut shop = Shop::open();
    let first = shop.create(&[]);
    shop.wait(Duration::from_secs(10));
    let since = (shop.now.0 / 1000).to_string();
    let second = shop.create(&[]);
    let third = shop.create(&[]);
    let ids = |reply: Response| -> Vec<String> {
        let data = reply.body["data"].as_array().unwrap().clone();
        data.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let list = Request::get("/v1/payment_intents");
    let recent = list.clone().with(&[("created[gte]", &since)]);
    assert_eq!(ids(shop.call(&recent)), [third.clone(), second.clone()]);
    let page = shop.call(&list.clone().with(&[("limit", "2")]));
    assert_eq!(page.body["has_more"], true);
    let rest = list.with(&[("limit", "2"), ("starting_after", &second)]);
    assert_eq!(ids(shop.call(&rest)), [first]);
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
fn the_test_helper_presents_cards_by_number() {
    let mut shop = Shop::open();
    let path = "/v1/test_helpers/terminal/readers/tmr_simulated/present_payment_method";
    assert_eq!(shop.post(path, &[]).status, 400, "nothing waits for a card");
    let intent = shop.create(&[]);
    shop.prompt(&intent);
    let lost = [("type", "card_present"), ("card_present[number]", "4000000000009987")];
    assert_eq!(shop.post(path, &lost).status, 200);
    shop.wait(Duration::from_secs(2));
    assert_eq!(shop.action()["api_error"]["decline_code"], "lost_card");
    shop.prompt(&intent);
    assert_eq!(shop.post(path, &[]).status, 200);
    shop.wait(Duration::from_secs(2));
    assert_eq!(shop.status(&intent), "requires_capture");
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
