//! Three products in a cart, paid with one card. What came out is paid for, and nothing else.

use std::time::Duration;

use serde_json::{Value, json};

use crate::rig::{Behavior, INTERAC, Rig, VISA, wait_for};

const CAPTURE: &str = "/v1/payment_intents/*/capture";

/// Cola 2.50, water 1.50 and crisps 3.00 are in the cart, and the customer pays.
fn fill_and_pay(rig: &Rig) {
    for key in ["A1", "A2", "B1"] {
        rig.keypad.press(key);
    }
    wait_for("the cart on the display", || {
        rig.log().contains("Cola, Water, Crisps. Choose more, or press PAY.").then_some(())
    });
    rig.keypad.press("PAY");
}

fn says(rig: &Rig, line: &str) {
    wait_for(line, || rig.log().contains(line).then_some(()));
}

/// Posts to the control socket; the status of the reply, and its body.
fn post(rig: &Rig, path: &str, body: &Value) -> (u16, Value) {
    let socket = rig.path().join("run/control.sock");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().unix_socket(socket).build().unwrap();
        let request = client
            .post(format!("http://kioskd{path}"))
            .header("content-type", "application/json")
            .body(body.to_string());
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        (status, serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap())
    })
}

#[test]
fn a_cart_is_one_sale_with_one_payment_intent() {
    let rig = Rig::with_cart("");
    fill_and_pay(&rig);
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    let books = rig.books();
    assert_eq!(books.payment_intents.len(), 1);
    let intent = &books.payment_intents[0];
    assert_eq!((intent.amount, intent.amount_received), (700, 700));
    assert_eq!(intent.metadata["products"], "A1,A2,B1");
    let sale = &intent.metadata["sale"];
    let orders =
        [format!("VEND {sale} 11"), format!("VEND {sale}b 12"), format!("VEND {sale}c 21")];
    assert_eq!(rig.machine.lines(), orders);
    for line in ["Water, 2 of 3", "$7.00 paid. Please take your 3 products."] {
        says(&rig, line);
    }
    let sales = rig.kioskd(&["sales"]);
    assert!(String::from_utf8(sales.stdout).unwrap().contains("A1,A2,B1"));
}

#[test]
fn the_second_of_three_jams_and_the_value_of_two_is_captured() {
    let rig = Rig::with_cart("");
    rig.machine.behave(Behavior::JamsAt("12"));
    rig.hold("POST", CAPTURE, "before_ms");
    fill_and_pay(&rig);
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["partly_sold"]);
    rig.audit();
    let intent = &rig.books().payment_intents[0];
    assert_eq!((intent.amount_received, intent.amount_capturable), (550, 0));
    for line in [
        "Sorry, only 2 of 3 came out",
        "You pay $5.50. Any further hold on your card",
        "$5.50 paid. The rest has not been charged.",
        "item 2: the product did not come out: jam",
        "capturing 5.50 USD: a part of the products came out",
    ] {
        says(&rig, line);
    }
}

#[test]
fn of_what_was_charged_at_the_tap_the_missing_part_is_refunded_once() {
    for fate in ["answer", "drop_after", "status:500"] {
        let rig = Rig::with_cart("capture = \"automatic\"");
        rig.fault(&json!({"method": "POST", "path": "/v1/refunds", "then": fate}));
        rig.machine.behave(Behavior::JamsAt("12"));
        fill_and_pay(&rig);
        rig.tap(VISA);
        assert_eq!(rig.outcomes(), ["partly_sold"], "{fate}");
        rig.audit();
        let intent = &rig.books().payment_intents[0];
        assert_eq!((intent.amount_received, intent.refunded), (700, 150), "{fate}");
        assert_eq!(rig.refunds(), 1, "{fate}");
        // What takes longer than the customer stays is not said.
        if fate == "answer" {
            says(&rig, "$5.50 paid. The rest has been refunded to");
        }
    }
}

#[test]
fn an_interac_customer_gets_the_missing_part_back_at_the_reader() {
    let mut rig = Rig::without_daemon_paying("interac = true");
    rig.configure_cart();
    rig.set_currency("cad");
    rig.start();
    rig.machine.behave(Behavior::JamsAt("12"));
    fill_and_pay(&rig);
    rig.tap(INTERAC);
    says(&rig, "Water did not come out");
    rig.tap(INTERAC);
    assert_eq!(rig.outcomes(), ["partly_sold"]);
    rig.audit();
    let intent = &rig.books().payment_intents[0];
    assert_eq!((intent.amount_received, intent.refunded), (700, 150));
}

/// The daemon is killed while each of the three is under way: the board drops it and says nothing.
#[test]
fn killed_while_an_item_is_under_way_nothing_is_given_twice() {
    for (slot, given) in [("11", 1), ("12", 2), ("21", 3)] {
        let mut rig = Rig::with_cart("");
        rig.machine.behave(Behavior::DropsSilentlyAt(slot));
        fill_and_pay(&rig);
        rig.tap(VISA);
        wait_for("the goods", || (rig.machine.delivered().len() == given).then_some(()));
        rig.kill();
        rig.start();
        assert_eq!(rig.outcomes(), ["sold"], "slot {slot}");
        rig.audit();
        assert_eq!(rig.machine.vends().len(), 3, "slot {slot}");
        let asked = rig.machine.lines().iter().any(|line| line.starts_with("STATUS "));
        assert!(asked, "slot {slot}: {:?}", rig.machine.lines());
    }
}

#[test]
fn killed_at_some_moment_between_the_first_order_and_the_capture_the_money_is_right() {
    for millis in [0, 3, 6, 10, 15, 25, 60] {
        let mut rig = Rig::with_cart("");
        rig.machine.behave(Behavior::JamsAt("12"));
        fill_and_pay(&rig);
        rig.tap(VISA);
        wait_for("the first order", || (!rig.machine.vends().is_empty()).then_some(()));
        std::thread::sleep(Duration::from_millis(millis));
        rig.kill();
        rig.start();
        let outcomes = rig.outcomes();
        assert!(outcomes == ["partly_sold"] || outcomes == ["released"], "{millis}: {outcomes:?}");
        rig.audit();
    }
}

#[test]
fn killed_while_the_part_is_being_captured() {
    for when in ["before_ms", "after_ms"] {
        let mut rig = Rig::with_cart("");
        rig.machine.behave(Behavior::JamsAt("21"));
        rig.hold("POST", CAPTURE, when);
        fill_and_pay(&rig);
        rig.tap(VISA);
        rig.wait_for_request(("POST", "/capture"));
        rig.kill();
        rig.start();
        assert_eq!(rig.outcomes(), ["partly_sold"], "{when}");
        rig.audit();
        assert_eq!(rig.books().payment_intents[0].amount_received, 400, "{when}");
    }
}

#[test]
fn a_cart_is_edited_until_it_is_paid_and_not_after() {
    let rig = Rig::with_cart("");
    let a1 = json!({"code": "A1"});
    let cart = |products: &str, amount: u64| {
        let amount = json!({"amount": amount, "currency": "usd"});
        json!({"cart": {"products": products, "amount": amount}})
    };
    let refused = |why: &str| (409, json!({ "error": why }));
    assert_eq!(post(&rig, "/v1/pay", &json!({})), refused("the cart is empty"));
    assert_eq!(post(&rig, "/v1/select", &a1), (200, cart("A1", 250)));
    assert_eq!(post(&rig, "/v1/select", &json!({"code": "A2"})), (200, cart("A1,A2", 400)));
    assert_eq!(post(&rig, "/v1/select", &a1), (200, cart("A1,A2,A1", 650)));
    assert_eq!(post(&rig, "/v1/remove", &a1), (200, cart("A1,A2", 400)));
    let b1 = json!({"code": "B1"});
    assert_eq!(post(&rig, "/v1/remove", &b1), refused("B1 is not in the cart"));
    assert_eq!(post(&rig, "/v1/select", &json!({"code": "Z9"})), refused("there is no product Z9"));
    for _ in 0..2 {
        assert_eq!(post(&rig, "/v1/select", &b1).0, 200);
    }
    assert_eq!(post(&rig, "/v1/select", &b1), refused("the cart is full"));
    for _ in 0..2 {
        assert_eq!(post(&rig, "/v1/remove", &b1).0, 200);
    }
    assert_eq!(rig.status().unwrap()["cart"]["products"], "A1,A2");
    let (status, body) = post(&rig, "/v1/pay", &json!({}));
    assert!(status == 201 && body["sale"].is_string(), "{body}");
    for (path, body) in [("/v1/select", &b1), ("/v1/remove", &a1), ("/v1/pay", &json!({}))] {
        assert_eq!(post(&rig, path, body), refused("another sale is under way"), "{path}");
    }
    rig.keypad.press("REMOVE A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert_eq!(rig.books().payment_intents[0].amount_received, 400);
}

#[test]
fn a_cart_that_is_cancelled_or_left_behind_is_empty_for_the_next_customer() {
    let rig = Rig::with_cart("");
    rig.keypad.press("B1");
    wait_for("the cart", || (rig.status()?["cart"]["products"] == "B1").then_some(()));
    rig.keypad.press("CANCEL");
    wait_for("an empty cart", || (rig.status()?["cart"]["products"] == "").then_some(()));
    rig.keypad.press("B1");
    wait_for("the cart", || (rig.status()?["cart"]["products"] == "B1").then_some(()));
    wait_for("an empty cart", || (rig.status()?["cart"]["products"] == "").then_some(()));
    rig.keypad.press("A1");
    rig.keypad.press("PAY");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert!(rig.sales().len() == 1 && rig.books().payment_intents[0].amount == 250);
}

#[test]
fn without_a_cart_pay_and_remove_mean_nothing() {
    let rig = Rig::ready();
    rig.keypad.press("PAY");
    rig.keypad.press("REMOVE A1");
    says(&rig, "this kiosk has no cart");
    assert_eq!(post(&rig, "/v1/pay", &json!({})).0, 409);
    let (status, body) = post(&rig, "/v1/select", &json!({"code": "A1"}));
    assert!(status == 201 && body["sale"].is_string(), "{body}");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}
