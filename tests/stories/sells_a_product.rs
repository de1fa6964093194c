//! A customer presses A1, taps, gets a cola, and pays $2.50.

use crate::rig::{Behavior, DECLINED, PRICE, Rig, VISA};

#[test]
fn a_product_is_sold() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    let books = rig.books();
    assert_eq!(books.payment_intents.len(), 1);
    assert_eq!(books.payment_intents[0].amount_received, PRICE);
    let lines = rig.machine.lines();
    let sale = &books.payment_intents[0].metadata["sale"];
    assert_eq!(lines, [format!("VEND {sale} 11")]);
    let log = rig.log();
    assert!(log.contains("Please present your card"), "{log}");
    assert!(log.contains("Thank you!"), "{log}");
}

#[test]
fn a_declined_card_is_followed_by_another_on_the_same_payment_intent() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.tap(DECLINED);
    crate::rig::wait_for("the decline on the display", || {
        rig.log().contains("Card declined. Please try another card.").then_some(())
    });
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert_eq!(rig.books().payment_intents.len(), 1);
}

#[test]
fn a_cancelled_sale_is_not_charged_and_the_next_one_is_sold() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    rig.keypad.press("CANCEL");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    rig.cancel_on_reader();
    assert_eq!(rig.outcomes(), ["abandoned", "abandoned"]);
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold", "abandoned", "abandoned"]);
    rig.audit();
}

#[test]
fn a_jam_is_released_and_said_so() {
    let rig = Rig::ready();
    rig.machine.behave(Behavior::Jams);
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["released"]);
    rig.audit();
    assert!(rig.log().contains("Your card has not been charged."), "{}", rig.log());
}

#[test]
fn a_silent_board_is_asked_and_believed() {
    let rig = Rig::ready();
    rig.machine.behave(Behavior::DropsSilently);
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn nobody_pays_in_time() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    assert_eq!(rig.outcomes(), ["abandoned"]);
    rig.audit();
    assert!(rig.log().contains("nobody presented a card in time"));
}
