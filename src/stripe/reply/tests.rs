//! Stripe's objects as they come, and what is read of them.

use serde_json::json;

use super::*;

fn intent() -> serde_json::Value {
    json!({
        "object": "payment_intent", "id": "pi_1", "status": "requires_capture",
        "amount": 250, "currency": "usd", "amount_capturable": 250, "livemode": false,
        "created": 1_790_000_000,
        "metadata": {"sale": "SALE1", "journal": "j", "kiosk": "lobby"},
        "payment_method_types": ["card_present"], "a_field_of_tomorrow": {},
        "latest_charge": {
            "object": "charge", "id": "ch_1", "created": 1_790_000_000,
            "payment_method_details": {"type": "card_present", "card_present":
                {"brand": "visa", "last4": "4242", "capture_before": 1_790_172_800}}
        }
    })
}

fn read_json(expected: Expected, value: &serde_json::Value) -> Result<Seen, String> {
    read(expected, value.to_string().as_bytes(), None)
}

#[test]
fn a_reader_brings_its_payment_intent_along() {
    let reader = json!({
        "object": "terminal.reader", "id": "tmr_1", "status": "online",
        "action": {"type": "process_payment_intent", "status": "succeeded",
            "process_payment_intent": {"payment_intent": intent()}}
    });
    let seen = read_json(Expected::Reader, &reader).unwrap();
    let action = seen.reader.unwrap().action.unwrap();
    assert_eq!(action.sale.unwrap().as_str(), "SALE1");
    assert_eq!(action.kiosk.unwrap().as_str(), "lobby");
    let charge = seen.intent.unwrap().charge.unwrap();
    assert_eq!(charge.capture_before, Some(StripeTime(1_790_172_800)));
}

#[test]
fn a_collected_card_tells_what_it_is() {
    let reader = json!({
        "object": "terminal.reader", "id": "tmr_1", "status": "online",
        "action": {"type": "collect_payment_method", "status": "in_progress",
            "collect_payment_method": {"payment_intent": "pi_1", "payment_method":
                {"type": "card_present", "card_present":
                    {"brand": "visa", "funding": "prepaid", "country": null}}}}
    });
    let seen = read_json(Expected::Reader, &reader).unwrap();
    let card = seen.reader.unwrap().action.unwrap().card.unwrap();
    assert_eq!((card.brand.as_deref(), card.funding.as_deref()), (Some("visa"), Some("prepaid")));
    assert_eq!((&card.country, &card.last4), (&None, &None));
}

#[test]
fn an_action_that_is_not_expanded_or_not_known_is_read_all_the_same() {
    let reader = json!({
        "object": "terminal.reader", "status": "hibernating",
        "action": {"type": "dance", "status": "waltzing"}
    });
    let seen = read_json(Expected::Reader, &reader).unwrap().reader.unwrap();
    assert_eq!(seen.online, None);
    assert_eq!(seen.action.unwrap().status, ActionStatus::Other("waltzing".into()));
}

#[test]
fn what_stripe_has_on_file_of_a_reader_is_read_and_nothing_of_it_is_needed() {
    let read = |reader| read_json(Expected::Reader, &reader).unwrap().reader.unwrap();
    let full = read(json!({
        "object": "terminal.reader", "label": "Lobby", "device_type": "stripe_s700",
        "serial_number": "S1", "device_sw_version": null, "livemode": true,
        "location": {"object": "terminal.location", "id": "tml_1"},
        "last_seen_at": 1_790_000_000_123_i64,
        "metadata": {"kioskd_controller": "board-1", "kioskd_kiosk": "lobby-3", "other": "x"}
    }));
    assert_eq!(full.livemode, Some(true));
    let registration = full.registration;
    assert_eq!(registration.location.as_deref(), Some("tml_1"));
    assert_eq!(registration.controller.as_deref(), Some("board-1"));
    assert_eq!(registration.kiosk.as_deref(), Some("lobby-3"));
    assert_eq!(registration.last_seen, Some(WallTime(1_790_000_000_123)));
    assert_eq!(registration.software, None);
    let bare = read(json!({"object": "terminal.reader", "label": {"of": "tomorrow"}}));
    assert_eq!((bare.livemode, *bare.registration), (None, Registration::default()));
}

#[test]
fn what_is_not_the_object_asked_for_is_no_answer() {
    for body in ["", "<html>log in</html>", "{}", "null", "[]", "{\"object\":\"payment_in"] {
        assert!(read(Expected::Intent, body.as_bytes(), None).is_err(), "{body}");
        assert!(read(Expected::Reader, body.as_bytes(), None).is_err(), "{body}");
    }
    let fields = r#"["terminal.location", {"country": "CA"}]"#;
    assert!(read(Expected::Location, fields.as_bytes(), None).is_err(), "{fields}");
    let mut charge = intent();
    charge["object"] = json!("charge");
    assert!(read_json(Expected::Intent, &charge).is_err());
    let mut negative = intent();
    negative["amount"] = json!(-1);
    assert!(read_json(Expected::Intent, &negative).is_err());
}

#[test]
fn the_next_page_is_named_by_a_search_itself_and_by_the_last_object_of_a_list() {
    let page = |object: &str, more: bool, next: Option<&str>| {
        let body = serde_json::json!({
            "object": object, "has_more": more, "next_page": next, "data": [{"id": "pi_1"}],
        });
        listing(body.to_string().as_bytes(), None)
    };
    let next =
        |object, more, next| page(object, more, next).unwrap().next.map(|next| next.to_string());
    assert_eq!(next("search_result", true, Some("cursor")), Some("cursor".into()));
    assert_eq!(next("search_result", false, Some("cursor")), None);
    assert_eq!(next("list", true, None), Some("pi_1".into()));
    assert!(page("search_result", false, None).unwrap().is_search);
    assert!(page("search_result", true, None).is_err());
    assert!(page("charge", false, None).is_err());
}

#[test]
fn a_page_of_payment_intents_is_no_answer_if_it_goes_on_and_does_not_say_where() {
    for (last, named) in [(json!({"id": "pi_1"}), true), (json!({}), false), (json!(7), false)] {
        let page = json!({"object": "list", "has_more": true, "data": [last]});
        assert_eq!(read_json(Expected::Intents, &page).is_ok(), named, "{page}");
    }
}

#[test]
fn a_location_need_not_have_a_country() {
    let place = |object, address| json!({"object": object, "address": address});
    for (address, known) in
        [(json!({"country": "CA"}), Some("CA")), (json!({}), None), (json!(null), None)]
    {
        let place = place("terminal.location", address);
        assert_eq!(country(place.to_string().as_bytes()).unwrap().as_deref(), known, "{place}");
        assert!(read_json(Expected::Location, &place).is_ok(), "{place}");
    }
    let other = place("terminal.reader", json!({"country": "CA"}));
    assert!(read_json(Expected::Location, &other).is_err());
}

fn refund(status: Option<&str>, metadata: &serde_json::Value) -> serde_json::Value {
    json!({"object": "refund", "id": "re_1", "amount": 250, "currency": "usd", "status": status,
        "metadata": metadata})
}

#[test]
fn a_refund_tells_how_far_it_is_and_which_sale_asked_for_it() {
    let ours = json!({"sale": "SALE1", "n": "2"});
    for (status, known) in [
        (Some("pending"), RefundStatus::Pending),
        (Some("succeeded"), RefundStatus::Succeeded),
        (Some("failed"), RefundStatus::Failed),
        (Some("requires_action"), RefundStatus::RequiresAction),
        (Some("canceled"), RefundStatus::Canceled),
        (Some("waltzing"), RefundStatus::Other("waltzing".into())),
        (None, RefundStatus::Other("none".into())),
    ] {
        let expected = RefundSeen {
            id: "re_1".parse().unwrap(),
            status: known,
            amount: 250,
            currency: "usd".parse().unwrap(),
            sale: Some("SALE1".parse().unwrap()),
            n: Some(2),
        };
        let seen = read_json(Expected::Refund, &refund(status, &ours)).unwrap();
        assert_eq!(seen.refunds, Some(vec![expected]));
    }
    let seen = read_json(Expected::Refund, &refund(Some("pending"), &json!(null))).unwrap();
    let stranger = seen.refunds.unwrap().remove(0);
    assert_eq!((stranger.sale, stranger.n), (None, None));
    assert!(read_json(Expected::Refund, &intent()).is_err());
}

#[test]
fn a_list_of_refunds_is_whole_or_no_answer() {
    let known = refund(Some("succeeded"), &json!({}));
    for (object, more, data, whole) in [
        ("list", false, vec![known.clone(), known.clone()], Some(2)),
        ("list", false, Vec::new(), Some(0)),
        ("list", true, vec![known.clone()], None),
        ("search_result", false, vec![known.clone()], None),
        ("list", false, vec![known, intent()], None),
    ] {
        let list = json!({"object": object, "has_more": more, "data": data});
        let seen = read_json(Expected::Refunds, &list).ok();
        assert_eq!(seen.map(|seen| seen.refunds.unwrap().len()), whole, "{list}");
    }
}

#[test]
fn a_payment_intent_takes_cards_or_others_alone() {
    for (types, takes) in [
        (json!(["card_present"]), true),
        (json!(["interac_present", "card_present"]), true),
        (json!(["card"]), false),
        (json!([]), false),
    ] {
        let mut intent = intent();
        intent["payment_method_types"] = types;
        let seen = read_json(Expected::Intent, &intent).unwrap().intent.unwrap();
        assert_eq!(seen.takes_card_present, takes, "{intent}");
    }
}

#[test]
fn each_status_of_a_payment_intent_is_known_by_its_name() {
    for (status, known) in [
        ("requires_payment_method", IntentStatus::RequiresPaymentMethod),
        ("requires_confirmation", IntentStatus::RequiresConfirmation),
        ("requires_action", IntentStatus::Pending),
        ("processing", IntentStatus::Pending),
        ("requires_capture", IntentStatus::RequiresCapture),
        ("succeeded", IntentStatus::Succeeded),
        ("canceled", IntentStatus::Canceled),
        ("waltzing", IntentStatus::Other("waltzing".into())),
    ] {
        let mut intent = intent();
        intent["status"] = json!(status);
        let seen = read_json(Expected::Intent, &intent).unwrap().intent.unwrap();
        assert_eq!(seen.status, known);
    }
}

#[test]
fn a_reader_tells_whether_it_is_online_and_how_far_its_action_is() {
    let declined = json!({"code": "card_declined", "decline_code": "lost_card"});
    let failed = |code: &str, decline_code: Option<&str>| ActionStatus::Failed {
        code: code.into(),
        decline_code: decline_code.map(Into::into),
    };
    for (status, online, action, code, error, known) in [
        ("online", Some(true), "in_progress", None, json!(null), ActionStatus::InProgress),
        ("offline", Some(false), "succeeded", None, json!(null), ActionStatus::Succeeded),
        ("asleep", None, "failed", None, json!(null), failed("unknown", None)),
        (
            "online",
            Some(true),
            "failed",
            Some("card_declined"),
            declined,
            failed("card_declined", Some("lost_card")),
        ),
    ] {
        let reader = json!({"object": "terminal.reader", "status": status,
            "action": {"type": "refund_payment", "status": action, "failure_code": code,
                "api_error": error, "refund_payment": {"payment_intent": "pi_1"}}});
        let seen = read_json(Expected::Reader, &reader).unwrap().reader.unwrap();
        let action = seen.action.unwrap();
        assert_eq!((seen.online, action.status), (online, known), "{reader}");
        assert_eq!(action.intent, Some("pi_1".parse().unwrap()), "{reader}");
    }
}

/// A form tells whose it is and what was chosen, or typed.
#[test]
fn a_form_on_the_reader_is_read() {
    for (input, answer) in [
        (
            r#"{"type": "selection", "selection": {"id": "A1", "text": "Cola", "choices": []}}"#,
            Some("A1"),
        ),
        (r#"{"type": "selection", "selection": {"id": null, "text": null, "choices": []}}"#, None),
        (r#"{"type": "numeric", "numeric": {"value": "12"}}"#, Some("12")),
        (r#"{"type": "numeric", "numeric": {"value": ""}, "skipped": true}"#, None),
        (r#"{"type": "signature", "signature": {"value": "file_1"}}"#, None),
    ] {
        let body = format!(
            r#"{{"object": "terminal.reader", "id": "tmr_1", "status": "online",
                "action": {{"type": "collect_inputs", "status": "succeeded",
                    "collect_inputs": {{"inputs": [{input}], "metadata":
                        {{"kioskd_controller": "board-1", "kioskd_menu": "m1"}}}}}}}}"#
        );
        let seen = read(Expected::Reader, body.as_bytes(), None).unwrap().reader.unwrap();
        let form = seen.action.unwrap().form.unwrap();
        assert_eq!(form.answer.as_deref(), answer, "{input}");
        assert_eq!(
            (form.controller.as_deref(), form.mark.as_deref()),
            (Some("board-1"), Some("m1"))
        );
    }
}
