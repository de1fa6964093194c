//! Declines lead the customer: another card, insert instead of tap, once more.

use serde_json::json;

use super::*;
use crate::rig::DECLINED;

#[test]
fn each_decline_says_what_to_do_next_and_the_sale_goes_on() {
    for (code, words) in [
        ("insufficient_funds", "Not enough funds. Please try another card."),
        ("offline_pin_required", "Please insert the card instead of tapping it."),
        ("processing_error", "That did not work. Please try once more."),
        ("stolen_card", "Card declined. Please try another card."),
    ] {
        let rig = Rig::ready();
        rig.reader_fault(&json!({ "declined": { "decline_code": code } }));
        rig.keypad.press("A1");
        rig.tap(VISA);
        wait_for_words(&rig, words);
        rig.tap(VISA);
        assert_eq!(rig.outcomes(), ["sold"]);
        rig.audit();
        assert_eq!(rig.books().payment_intents.len(), 1);
    }
}

#[test]
fn after_as_many_declines_as_are_allowed_the_payment_intent_is_cancelled() {
    let rig = with_config("[payment]\nmax_attempts = 2\n");
    rig.keypad.press("A1");
    rig.tap(DECLINED);
    wait_for("the second prompt", || {
        (count(&rig, "POST", "/process_payment_intent") == 2).then_some(())
    });
    rig.tap(DECLINED);
    assert_eq!(rig.outcomes(), ["declined"]);
    rig.audit();
    assert!(rig.books().payment_intents[0].canceled_at.is_some());
    sell_one(&rig);
}
