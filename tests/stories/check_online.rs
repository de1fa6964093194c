//! `kioskd check --online`: what would keep this kiosk from selling is said before it opens.

use serde_json::json;

use crate::rig::Rig;

/// What the check says, and how it ends.
fn check(rig: &Rig) -> (String, Option<i32>) {
    let output = rig.kioskd(&["check", "--online"]);
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

/// The check fails, and the line that failed says this.
#[track_caller]
fn assert_fails(rig: &Rig, wanted: &str) {
    let (text, code) = check(rig);
    assert_eq!(code, Some(1), "{text}");
    let mut failed = text.lines().filter(|line| line.starts_with("FAIL"));
    assert!(failed.any(|line| line.contains(wanted)), "no FAIL with {wanted:?} in\n{text}");
    assert!(text.contains("      do: "), "{text}");
}

#[track_caller]
fn assert_warns(rig: &Rig, wanted: &str) {
    let (text, code) = check(rig);
    assert_eq!(code, Some(0), "{text}");
    let mut warned = text.lines().filter(|line| line.starts_with("warn"));
    assert!(warned.any(|line| line.contains(wanted)), "no warn with {wanted:?} in\n{text}");
}

fn reader(rig: &Rig, form: &str) {
    rig.set_up("readers/tmr_simulated/setup", form);
}

#[test]
fn a_kiosk_that_will_sell_passes_and_leaves_nothing_behind() {
    let rig = Rig::without_daemon();
    let (text, code) = check(&rig);
    assert_eq!(code, Some(0), "{text}");
    let mut doubts = text.lines().filter(|line| line.starts_with("warn  "));
    let is_simulated = |line: &str| line.contains("stripe.api_base");
    assert!(!text.contains("FAIL") && doubts.all(is_simulated), "{text}");
    for line in [
        "Stripe answers",
        "the clock is right",
        "the key is accepted",
        "of one mode (test",
        "belongs to no board yet",
        "stands in US and takes usd",
        "PaymentIntents: write",
        "Terminal Readers: write",
        "Charges: read",
        "Refunds: write",
        "with 2.42.0.0",
        "the account takes card_present payments of 2.50 USD",
    ] {
        assert!(text.contains(line), "{line:?} is missing in\n{text}");
    }
    let books = rig.books();
    let intents: Vec<_> = books.payment_intents.iter().map(|intent| intent.status).collect();
    assert_eq!(intents, [kioskd::simulator::IntentStatus::Canceled]);
    let at_reader = |path: &str| path.contains("/tmr_simulated");
    let touched = rig
        .requests()
        .iter()
        .any(|request| request.method.as_str() == "POST" && at_reader(&request.path));
    assert!(!touched, "the reader is only looked at");
    assert!(!text.contains("rk_test_bench"), "{text}");
}

#[test]
fn a_running_kiosk_is_not_disturbed() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    let (text, code) = check(&rig);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("the reader belongs to this board"), "{text}");
    rig.tap(crate::rig::VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(rig.sales().len(), 1);
}

#[test]
fn a_key_that_is_revoked_or_too_narrow_is_named_with_what_it_lacks() {
    let rig = Rig::without_daemon();
    for (lacks, permission) in [
        ("payment_intents_write", "PaymentIntents: write"),
        ("readers_write", "Terminal Readers: write"),
        ("charges_read", "Charges: read"),
        ("refunds_write", "Refunds: write"),
        ("readers_read", "may not read the reader"),
    ] {
        rig.set_up("keys/limit", &format!("lacks={lacks}"));
        assert_fails(&rig, permission);
    }
    rig.set_up("keys/limit", "lacks=locations_read");
    assert_warns(&rig, "may not read locations");
    rig.set_up("keys/revoke", "");
    assert_fails(&rig, "rejects the API key");
}

#[test]
fn a_key_that_may_more_than_it_needs_is_warned_of_with_what_to_take_away() {
    let rig = Rig::without_daemon();
    let (text, _) = check(&rig);
    assert!(text.contains("ok    the key has none of the permissions that were tried"), "{text}");
    for (right, permission) in [
        ("balance_read", "\"Balance: read\""),
        ("customers_read", "\"Customers: read\""),
        ("payouts_read", "\"Payouts: read\""),
        ("balance_read,payouts_read", "\"Balance: read\", \"Payouts: read\""),
    ] {
        rig.set_up("keys/widen", &format!("has={right}"));
        assert_warns(&rig, &format!("the key may do more than a kiosk needs: {permission}"));
    }
    rig.set_up("keys/widen", "has=");
    rig.fault(&json!({"path": "/v1/customers", "then": "drop_before"}));
    assert_warns(&rig, "whether the key may do too much was not checked: \"Customers: read\": ");

    let key = rig.path().join("key");
    std::fs::write(key, "sk_test_everything\n").unwrap();
    let before = rig.requests().len();
    assert_warns(&rig, "this is an unrestricted secret key, with which everything may be done");
    let asked = rig.requests().split_off(before);
    assert!(!asked.iter().any(|request| request.path == "/v1/balance"), "its name says it");
}

#[test]
fn what_stripe_says_comes_as_a_document_too() {
    let rig = Rig::without_daemon();
    reader(&rig, "location=");
    let output = rig.kioskd(&["check", "--online", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let one = &document["configurations"][0];
    assert_eq!(one["result"], "fail");
    let findings = one["findings"].as_array().unwrap();
    let failed = findings.iter().find(|finding| finding["grade"] == "fail").unwrap();
    assert_eq!(failed["area"], "stripe");
    assert!(failed["what"].as_str().unwrap().contains("no location"), "{failed}");
    assert!(failed["do"].as_str().unwrap().contains("give it one"), "{failed}");
}

#[test]
fn a_reader_of_another_account_mode_or_board_is_said_so() {
    let rig = Rig::without_daemon();
    reader(&rig, "livemode=true");
    assert_fails(&rig, "different modes");
    reader(&rig, "livemode=false");
    rig.api(
        "/v1/terminal/readers/tmr_simulated",
        "metadata[kioskd_controller]=board-2&metadata[kioskd_kiosk]=lobby-9",
    );
    assert_fails(&rig, "\"board-2\" (kiosk \"lobby-9\")");
    let config = std::fs::read_to_string(rig.config()).unwrap();
    std::fs::write(rig.config(), config.replace("tmr_simulated", "tmr_somebodyelses")).unwrap();
    assert_fails(&rig, "no reader tmr_somebodyelses");
}

#[test]
fn a_reader_without_location_or_in_another_country_is_said_so() {
    let rig = Rig::without_daemon();
    reader(&rig, "location=");
    assert_fails(&rig, "no location");
    rig.set_up("locations/tml_ca", "country=CA");
    reader(&rig, "location=tml_ca");
    assert_fails(&rig, "readers take cad only");
    rig.set_up("locations/tml_aq", "country=AQ");
    reader(&rig, "location=tml_aq");
    assert_warns(&rig, "not known here");
}

#[test]
fn a_reader_that_no_server_can_drive_is_warned_of() {
    let rig = Rig::without_daemon();
    reader(&rig, "device_type=stripe_m2");
    assert_warns(&rig, "driven by an app");
}

#[test]
fn an_account_that_cannot_take_card_present_is_said_so_before_the_first_customer() {
    let rig = Rig::without_daemon();
    rig.set_up("setup", "card_present=false");
    assert_fails(&rig, "cannot take card_present payments in usd");
}

#[test]
fn a_portal_a_dead_network_and_a_failing_stripe_are_told_apart() {
    let rig = Rig::without_daemon();
    rig.fault(&json!({"path": "/v1/terminal/readers/*", "then": "html"}));
    assert_fails(&rig, "something else answers in Stripe's place");
    rig.fault(&json!({"path": "/v1/charges/*", "then": "drop_before"}));
    assert_warns(&rig, "\"Charges: read\" was not checked");
    rig.fault(&json!({"method": "POST", "path": "/v1/payment_intents", "then": "status:500"}));
    assert_fails(&rig, "Stripe makes no PaymentIntent over 2.50 USD");
    let config = std::fs::read_to_string(rig.config()).unwrap();
    let (before, after) = config.split_once("api_base = \"").unwrap();
    let (_, rest) = after.split_once('"').unwrap();
    let closed = format!("{before}api_base = \"http://127.0.0.1:9\"{rest}");
    std::fs::write(rig.config(), closed).unwrap();
    assert_fails(&rig, "Connection refused");
}
