//! The reader reads the card, kioskd looks at it, and only a card that is taken is authorized.

use crate::rig::{DECLINED, Rig, VISA, wait_for};

const PREPAID: &str = "5105105105105100";
const COLLECT: &str = "/v1/terminal/readers/*/collect_payment_method";
const CONFIRM: &str = "/v1/terminal/readers/*/confirm_payment_intent";

/// A kiosk that takes no prepaid cards, and is ready to sell. Its customers present several cards, and
/// have time for it on a machine that is busy.
fn kiosk() -> Rig {
    let mut rig = Rig::without_daemon();
    rig.configure(
        "[payment]\nflow = \"collect_confirm\"\ncustomer_timeout = \"20s\"\n\
         [payment.reject]\nfunding = [\"prepaid\"]\n",
    );
    rig.start();
    rig
}

fn selected() -> Rig {
    let rig = kiosk();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    rig
}

#[track_caller]
fn wait_for_log(rig: &Rig, text: &str) {
    wait_for(text, || rig.log().contains(text).then_some(()));
}

fn authorized(rig: &Rig) -> u64 {
    rig.books().payment_intents.iter().map(|intent| intent.authorized_charges).sum()
}

#[test]
fn a_card_that_is_taken_pays() {
    let rig = selected();
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    let verbs = ["process_payment_intent", "collect_payment_method", "confirm_payment_intent"];
    let asked = verbs
        .map(|verb| rig.requests().iter().filter(|request| request.path.ends_with(verb)).count());
    assert_eq!(asked, [0, 1, 1]);
    assert!(rig.log().contains("Visa …4242: one moment, please."), "{}", rig.log());
}

#[test]
fn a_prepaid_card_is_turned_away_unauthorized_and_the_next_one_pays() {
    let rig = selected();
    rig.tap(PREPAID);
    wait_for_log(&rig, "This machine does not take prepaid cards.");
    assert_eq!(authorized(&rig), 0);
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
    assert_eq!(rig.books().payment_intents.len(), 1, "one sale, one PaymentIntent");
}

#[test]
fn three_cards_that_are_not_taken_end_the_sale_and_cost_nothing() {
    let rig = selected();
    for attempt in 1..=3 {
        rig.tap(PREPAID);
        wait_for_log(&rig, &format!("card {attempt}: not taken"));
    }
    assert_eq!(rig.outcomes(), ["declined"]);
    rig.audit();
    assert_eq!(authorized(&rig), 0);
    assert!(rig.log().contains("Your card has not been charged."), "{}", rig.log());
}

#[test]
fn a_card_is_declined_when_it_is_confirmed_and_the_next_one_pays() {
    let rig = selected();
    rig.tap(DECLINED);
    wait_for_log(&rig, "Card declined. Please try another card.");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn the_customer_cancels_on_the_reader_or_after_the_card_was_read() {
    let rig = selected();
    rig.cancel_on_reader();
    assert_eq!(rig.outcomes(), ["abandoned"]);
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    rig.hold("POST", CONFIRM, "before_ms");
    rig.tap(VISA);
    rig.wait_for_request(("POST", "confirm_payment_intent"));
    rig.keypad.press("CANCEL");
    let outcomes = rig.outcomes();
    assert!(matches!(outcomes[0].as_str(), "abandoned" | "released"), "{outcomes:?}");
    rig.audit();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes()[0], "sold");
    rig.audit();
}

#[test]
fn a_step_without_an_answer_is_looked_at_and_not_done_twice() {
    for step in [COLLECT, CONFIRM] {
        for fate in ["drop_before", "drop_after", "status:500"] {
            let rig = kiosk();
            rig.fault(&serde_json::json!({"method": "POST", "path": step, "then": fate}));
            rig.keypad.press("A1");
            rig.tap(VISA);
            assert_eq!(rig.outcomes(), ["sold"], "{step} {fate}");
            rig.audit();
        }
    }
}

#[test]
fn a_reader_that_times_out_on_the_confirmation_may_have_got_it() {
    for prompts in [true, false] {
        let rig = selected();
        rig.reader_fault(&serde_json::json!({"timeout": {"prompts": prompts}}));
        rig.tap(VISA);
        assert_eq!(rig.outcomes(), ["sold"], "{prompts}");
        rig.audit();
    }
}

#[test]
fn a_connection_error_may_hide_an_authorization() {
    let rig = selected();
    rig.reader_fault(&serde_json::json!({"connection_error": {"authorizes": true}}));
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.reader_fault(&serde_json::json!({"connection_error": {"authorizes": false}}));
    rig.keypad.press("A1");
    rig.tap(VISA);
    // Nothing was authorized: the customer is asked again.
    wait_for_log(&rig, "whether the reader authorizes the card is not known (connection_error)");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold", "sold"]);
    rig.audit();
}

#[test]
fn killed_after_the_card_was_read_nothing_is_charged() {
    let mut rig = selected();
    rig.hold("POST", CONFIRM, "before_ms");
    rig.tap(VISA);
    rig.wait_for_request(("POST", "confirm_payment_intent"));
    rig.kill();
    rig.start();
    let outcomes = rig.outcomes();
    rig.audit();
    // The confirmation was on its way: it came before the fence or after it.
    assert!(matches!(outcomes[0].as_str(), "abandoned" | "sold"), "{outcomes:?}");
}

#[test]
fn killed_while_the_card_is_authorized_the_customer_gets_what_was_paid() {
    let mut rig = selected();
    rig.hold("POST", CONFIRM, "after_ms");
    rig.tap(VISA);
    rig.wait_for_authorization();
    rig.kill();
    rig.start();
    assert_eq!(rig.outcomes(), ["sold"]);
    rig.audit();
}

#[test]
fn killed_while_the_reader_asks_it_is_cleared_and_sells_again() {
    let mut rig = selected();
    rig.kill();
    rig.start();
    assert_eq!(rig.outcomes(), ["abandoned"]);
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold", "abandoned"]);
    rig.audit();
}
