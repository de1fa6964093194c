//! The reader refuses to be cleared while the issuer is being asked: what comes is taken.

use super::*;

#[test]
fn a_customer_who_pays_in_the_last_second_gets_the_product() {
    let rig = Rig::ready();
    // The customer's time is 10 s; the issuer takes longer.
    rig.set_up("setup", "authorization_takes_ms=12000");
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for_words(&rig, "nobody presented a card in time");
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert!(rig.log().contains("the reader is busy"), "clearing was refused meanwhile");
}

#[test]
fn a_customer_who_cancels_while_the_issuer_is_asked_gets_the_hold_released() {
    let rig = Rig::ready();
    rig.set_up("setup", "authorization_takes_ms=4000");
    rig.keypad.press("A1");
    rig.tap(VISA);
    rig.keypad.press("CANCEL");
    assert_eq!(rig.outcomes(), ["released"]);
    rig.audit();
    assert!(rig.machine.delivered().is_empty());
}

#[test]
fn a_payment_intent_cancelled_while_the_issuer_is_asked_is_paid_or_released_never_both() {
    let rig = Rig::ready();
    rig.set_up("setup", "authorization_takes_ms=4000&cancel_while_authorizing=cancels");
    rig.keypad.press("A1");
    rig.tap(VISA);
    rig.keypad.press("CANCEL");
    let outcomes = rig.outcomes();
    assert!(matches!(outcomes[0].as_str(), "released" | "abandoned"), "{outcomes:?}");
    rig.audit();
}
