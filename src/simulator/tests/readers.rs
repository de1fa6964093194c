//! Readers, their customers and their faults.

use super::*;

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
fn a_connection_error_may_hide_an_authorization() {
    for (authorizes, status) in [(true, "requires_capture"), (false, "requires_payment_method")] {
        let mut shop = Shop::open();
        shop.model
            .put_fault(&reader(), Fault::ConnectionError { authorizes, after_ms: 0 }, shop.now)
            .unwrap();
        let intent = shop.create(&[]);
        shop.prompt(&intent);
        shop.tap(Card::VISA);
        assert_eq!(shop.action()["failure_code"], "connection_error");
        assert_eq!(shop.status(&intent), status);
        assert!(shop.model.fault_reports()[0].struck);
    }
}

#[test]
fn a_connection_error_may_be_followed_by_a_late_authorization() {
    let mut shop = Shop::open();
    let fault = Fault::ConnectionError { authorizes: true, after_ms: 3000 };
    for is_canceled in [false, true] {
        shop.model.put_fault(&reader(), fault, shop.now).unwrap();
        let intent = shop.create(&[]);
        shop.prompt(&intent);
        shop.tap(Card::VISA);
        assert_eq!(shop.action()["failure_code"], "connection_error");
        assert_eq!(shop.status(&intent), "requires_payment_method");
        if is_canceled {
            shop.act(&intent, "cancel", &[]);
        }
        shop.wait(Duration::from_secs(3));
        let status = if is_canceled { "canceled" } else { "requires_capture" };
        assert_eq!(shop.status(&intent), status);
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
