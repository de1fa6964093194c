//! PaymentIntents, holds and refunds.

use super::*;

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
