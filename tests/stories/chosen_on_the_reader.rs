//! A kiosk without keys: customers choose on the screen of the payment reader, and pay there.

use serde_json::Value;

use crate::rig::{PRICE, Rig, VISA, wait_for};

/// A kiosk with three products, and with this in the input's table.
fn rig(more: &str) -> Rig {
    let rig = Rig::without_daemon();
    rig.configure(&format!(
        "[product.A2]\nname = \"Water\"\nprice = \"1.50\"\nslot = \"12\"\n\
         [product.B1]\nname = \"Crisps\"\nprice = \"3.00\"\nslot = \"21\"\n\
         [input.screen]\nkind = \"reader\"\npoll = \"1s\"\n{more}\n"
    ));
    rig
}

fn screen(rig: &Rig) -> String {
    let reader = rig.api("/v1/terminal/readers/tmr_simulated", "");
    reader["action"]["type"].as_str().unwrap_or_default().to_owned()
}

fn form(rig: &Rig) -> Option<Value> {
    let reader = rig.api("/v1/terminal/readers/tmr_simulated", "");
    let action = &reader["action"];
    let stands = action["type"] == "collect_inputs" && action["status"] == "in_progress";
    stands.then(|| action["collect_inputs"].clone())
}

/// The customer chooses, as soon as there is a form.
fn choose(rig: &Rig, answer: &str) {
    wait_for("a form", || form(rig));
    rig.set_up("readers/tmr_simulated/answer", &format!("answer={answer}"));
}

#[test]
fn what_is_chosen_on_the_reader_is_sold() {
    let mut rig = rig("");
    rig.start();
    let form = wait_for("a form", || form(&rig));
    let choices = form["inputs"][0]["selection"]["choices"].as_array().unwrap().clone();
    let texts: Vec<&str> = choices.iter().filter_map(|choice| choice["text"].as_str()).collect();
    assert_eq!(texts, ["Cola 2.50", "Water 1.50", "Crisps 3.00"]);
    choose(&rig, "A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    choose(&rig, "A2");
    rig.tap(VISA);
    wait_for("the second sale", || (rig.outcomes().len() == 2).then_some(()));
    let received: u64 = rig.books().payment_intents.iter().map(|it| it.amount_received).sum();
    assert_eq!(received, PRICE + 150);
    wait_for("the next form", || self::form(&rig));
    rig.audit();
}

#[test]
fn a_form_gives_way_to_a_customer_who_chose_elsewhere_and_to_a_drain() {
    let mut rig = rig("");
    rig.start();
    wait_for("a form", || form(&rig));
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    wait_for("a form", || form(&rig));
    rig.kioskd(&["drain"]);
    wait_for("no form", || form(&rig).is_none().then_some(()));
    assert_ne!(screen(&rig), "process_payment_intent");
    rig.kioskd(&["resume"]);
    wait_for("a form", || form(&rig));
    rig.audit();
}

#[test]
fn a_killed_kiosk_sells_nothing_of_an_answer_from_before() {
    let mut rig = rig("");
    rig.start();
    wait_for("a form", || form(&rig));
    rig.kill();
    choose(&rig, "A1");
    rig.start();
    wait_for("a new form", || form(&rig));
    assert_eq!(rig.sales().len(), 0);
    choose(&rig, "A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn a_cart_is_filled_and_paid_on_the_reader() {
    let mut rig = rig("[kiosk]\ncart = true\n");
    rig.start();
    choose(&rig, "A1");
    wait_for("PAY", || {
        let form = form(&rig)?;
        (form["inputs"][0]["selection"]["choices"][0]["id"] == "PAY").then_some(())
    });
    choose(&rig, "B1");
    wait_for("both in the cart", || {
        let form = form(&rig)?;
        (form["inputs"][0]["selection"]["choices"][0]["text"] == "Pay 5.50").then_some(())
    });
    choose(&rig, "PAY");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(rig.books().payment_intents.len(), 1);
    assert_eq!(rig.books().payment_intents[0].amount_received, 550);
    rig.audit();
}
