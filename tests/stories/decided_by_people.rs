//! What software cannot know, a person decides: `kioskd resolve` and `kioskd refund`, once each,
//! with a name and a reason; and what a person does in the Dashboard is noticed.

use serde_json::Value;

use crate::rig::{Behavior, PRICE, Rig, VISA, wait_for};

const HOLD: &str = "unknown_vend = \"hold\"";

/// A sale of which nobody knows whether the product came out: it waits for a person.
fn waiting(payment: &str) -> (Rig, String) {
    let rig = Rig::paying(payment);
    rig.machine.behave(Behavior::Forgets);
    rig.keypad.press("A1");
    rig.tap(VISA);
    let sale = wait_for("a person to be needed", || {
        let sales = rig.sales();
        let sale = sales.iter().find(|sale| sale["phase"] == "needs_attention")?;
        Some(sale["id"].as_str()?.to_owned())
    });
    (rig, sale)
}

fn sold() -> (Rig, String) {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    let sale = rig.sales()[0]["id"].as_str().unwrap().to_owned();
    (rig, sale)
}

/// Runs a command: whether it was done, and what it said.
fn order(rig: &Rig, arguments: &[&str]) -> (Option<i32>, String) {
    let output = rig.kioskd(arguments);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[track_caller]
fn done(rig: &Rig, arguments: &[&str]) {
    let (code, text) = order(rig, arguments);
    assert_eq!(code, Some(0), "{text}");
}

#[track_caller]
fn refused(rig: &Rig, arguments: &[&str], why: &str) {
    let (code, text) = order(rig, arguments);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains(why), "{text}");
}

fn totals(rig: &Rig) -> (u64, u64, u64) {
    let books = rig.books();
    let totals = books.totals.values().next().copied().unwrap_or_default();
    (totals.captured, totals.refunded, totals.held)
}

fn story(rig: &Rig, sale: &str) -> String {
    order(rig, &["sales", sale]).1
}

#[test]
fn a_hold_is_captured_or_released_as_a_person_says() {
    for (decision, outcome, captured) in [("capture", "sold", PRICE), ("release", "released", 0)] {
        let (rig, sale) = waiting(HOLD);
        assert_eq!(totals(&rig), (0, 0, PRICE), "it waits");
        done(&rig, &["resolve", &sale, decision, "--reason", "counted the slot"]);
        assert_eq!(rig.outcomes(), [outcome]);
        assert_eq!(totals(&rig), (captured, 0, 0));
        let story = story(&rig, &sale);
        assert!(story.contains("decided by uid "), "{story}");
        assert!(story.contains("(\"counted the slot\")"), "{story}");
    }
}

#[test]
fn a_part_is_captured_and_the_rest_released() {
    let (rig, sale) = waiting(HOLD);
    refused(&rig, &["resolve", &sale, "capture", "--amount", "2.51"], "2.50 USD at most");
    done(&rig, &["resolve", &sale, "capture", "--amount", "1.00"]);
    assert_eq!(rig.outcomes(), ["partly_sold"]);
    assert_eq!(totals(&rig), (100, 0, 0));
}

#[test]
fn a_second_decision_sees_the_first() {
    let (rig, sale) = waiting(HOLD);
    rig.hold("POST", "/v1/payment_intents/*/cancel", "before_ms");
    done(&rig, &["resolve", &sale, "release"]);
    let (code, text) = order(&rig, &["resolve", &sale, "release"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("was decided before"), "{text}");
    refused(&rig, &["resolve", &sale, "capture"], "was decided before, by uid ");
    assert_eq!(rig.outcomes(), ["released"]);
    let cancels = rig.requests().iter().filter(|call| call.path.ends_with("/cancel")).count();
    assert_eq!(cancels, 1);
    let again = wait_for("the end to be on disk", || {
        let (_, text) = order(&rig, &["resolve", &sale, "capture"]);
        (!text.contains("try again")).then_some(text)
    });
    assert!(again.contains("was decided before"), "{again}");
}

#[test]
fn a_decision_survives_a_kill() {
    let (mut rig, sale) = waiting(HOLD);
    rig.hold("POST", "/v1/payment_intents/*/capture", "before_ms");
    done(&rig, &["resolve", &sale, "capture"]);
    rig.wait_for_request(("POST", "/capture"));
    rig.kill();
    rig.start();
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(totals(&rig), (PRICE, 0, 0));
}

/// What a person was told is true, whatever happens next.
#[test]
fn a_decision_that_was_told_survives_a_kill_at_once() {
    for decision in ["capture", "dismiss"] {
        let (mut rig, sale) = waiting(HOLD);
        done(&rig, &["resolve", &sale, decision]);
        rig.kill();
        rig.start();
        let outcome = if decision == "capture" { "sold" } else { "dismissed" };
        assert_eq!(rig.outcomes(), [outcome]);
    }
}

#[test]
fn a_dismissed_sale_is_left_as_it_is() {
    let (rig, sale) = waiting(HOLD);
    done(&rig, &["resolve", &sale, "dismiss", "--reason", "settled in cash"]);
    assert_eq!(rig.outcomes(), ["dismissed"]);
    assert_eq!(totals(&rig), (0, 0, PRICE), "the hold lapses by itself");
}

#[test]
fn only_what_waits_is_decided_and_only_what_is_possible() {
    let (rig, sale) = sold();
    refused(&rig, &["resolve", &sale, "release"], "does not wait for a person");
    refused(&rig, &["resolve", "NOSUCHSALE", "release"], "there is no sale");
    let (rig, sale) = waiting(HOLD);
    refused(&rig, &["resolve", &sale, "refund"], "release it instead");
    refused(&rig, &["refund", &sale], "waits for a decision");
    assert_eq!(order(&rig, &["resolve", &sale, "burn"]).0, Some(2));
}

#[test]
fn a_charged_sale_is_refunded_as_a_person_says() {
    let (rig, sale) = waiting(&format!("capture = \"automatic\"\n{HOLD}"));
    refused(&rig, &["resolve", &sale, "release"], "refund it instead");
    done(&rig, &["resolve", &sale, "refund"]);
    assert_eq!(rig.outcomes(), ["refunded"]);
    assert_eq!(totals(&rig), (PRICE, PRICE, 0));
}

#[test]
fn a_sold_sale_is_refunded_once() {
    let (rig, sale) = sold();
    let refund = ["refund", &sale, "--reason", "it was warm"];
    wait_for("the end to be on disk", || (order(&rig, &refund).0 == Some(0)).then_some(()));
    wait_for("the refund", || (totals(&rig).1 == PRICE).then_some(()));
    assert_eq!(rig.outcomes(), ["refunded"]);
    let again = wait_for("the end to be on disk", || {
        let (code, text) = order(&rig, &["refund", &sale]);
        assert_eq!(code, Some(1), "{text}");
        (!text.contains("try again")).then_some(text)
    });
    assert!(again.contains("is refunded already: 2.50 USD"), "{again}");
    assert_eq!(totals(&rig), (PRICE, PRICE, 0));
    assert!(story(&rig, &sale).contains("wants 2.50 USD refunded (\"it was warm\")"));
}

#[test]
fn two_partial_refunds_are_two_refunds_and_no_more_than_was_paid() {
    let (rig, sale) = sold();
    for (amount, sum) in [("1.00", 100), ("0.50", 150)] {
        wait_for("the sale to be at rest", || {
            (order(&rig, &["refund", &sale, "--amount", amount]).0 == Some(0)).then_some(())
        });
        wait_for("the refund", || (totals(&rig).1 == sum).then_some(()));
        assert_eq!(rig.outcomes(), ["partly_sold"]);
    }
    let text = wait_for("the end to be on disk", || {
        let (_, text) = order(&rig, &["refund", &sale, "--amount", "1.01"]);
        (!text.contains("try again")).then_some(text)
    });
    assert!(text.contains("1.00 USD at most"), "{text}");
    assert_eq!(totals(&rig), (PRICE, 150, 0));
}

#[test]
fn a_refund_that_was_asked_for_survives_a_kill() {
    let (mut rig, sale) = sold();
    rig.hold("POST", "/v1/refunds", "after_ms");
    wait_for("the sale to be at rest", || {
        (order(&rig, &["refund", &sale]).0 == Some(0)).then_some(())
    });
    rig.wait_for_request(("POST", "/v1/refunds"));
    rig.kill();
    rig.start();
    assert_eq!(rig.outcomes(), ["refunded"]);
    assert_eq!(totals(&rig), (PRICE, PRICE, 0));
    let refunds: u64 = rig.books().payment_intents.iter().map(|intent| intent.refunds).sum();
    assert_eq!(refunds, 1);
}

/// What a person does in the Dashboard, by the API.
fn in_the_dashboard(rig: &Rig, verb: &str) {
    let intent: Value = serde_json::json!(rig.books().payment_intents[0].id);
    let path = format!("/v1/payment_intents/{}/{verb}", intent.as_str().unwrap());
    assert!(rig.post(&path, "application/x-www-form-urlencoded", String::new()));
}

#[test]
fn what_a_person_does_in_the_dashboard_is_noticed() {
    for (verb, outcome) in [("cancel", "released"), ("capture", "sold")] {
        let (mut rig, sale) = waiting(HOLD);
        in_the_dashboard(&rig, verb);
        // A restart looks at once, a running daemon within a minute or two.
        rig.kill();
        rig.start();
        assert_eq!(rig.outcomes(), [outcome], "{verb}");
        assert!(story(&rig, &sale).contains("not by this kiosk"));
    }
}
