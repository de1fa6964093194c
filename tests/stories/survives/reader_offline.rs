//! The reader is offline, or is said to be; or it is not the reader that is out of reach.

use serde_json::json;

use super::*;

#[test]
fn an_offline_reader_charges_nobody_is_named_and_comes_back_by_itself() {
    let rig = Rig::ready();
    reader(&rig, "online", "online=false");
    rig.keypad.press("A1");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    let reason = rig.wait_for_reason("reader_offline");
    assert!(reason["do"].as_str().unwrap().contains("power and network"), "{reason}");
    rig.keypad.press("A1");
    wait_for_words(&rig, "The card reader is offline.");
    assert_eq!(rig.sales().len(), 1, "a selection opens no sale meanwhile");
    reader(&rig, "online", "online=true");
    sell_one(&rig);
    rig.audit();
}

#[test]
fn a_reader_that_is_merely_said_to_be_offline_sells() {
    let rig = Rig::ready();
    reader(&rig, "status", "status=offline&seen_ago_ms=600000");
    sell_one(&rig);
    rig.audit();
}

#[test]
fn a_reader_that_is_said_to_be_online_and_is_not_charges_nobody() {
    let rig = Rig::ready();
    reader(&rig, "status", "status=online");
    reader(&rig, "online", "online=false");
    rig.keypad.press("A1");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    rig.wait_for_reason("reader_offline");
}

#[test]
fn the_readers_nightly_restart_is_expected_and_no_alarm() {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let hour = seconds.as_secs() / 3600;
    let window = format!("{:02}:00-{:02}:00", (hour + 22) % 24, (hour + 2) % 24);
    let rig = with_config(&format!("[reader]\nrestart_window = \"{window}\"\n"));
    reader(&rig, "power_cycle", "off_ms=25000&action=failed");
    rig.keypad.press("A1");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    rig.wait_for_reason("reader_restarting");
    rig.keypad.press("A1");
    wait_for_words(&rig, "The card reader is restarting. It is back in a few minutes.");
    sell_one(&rig);
    rig.audit();
    assert!(!rig.log().contains("the card reader is offline"), "no alarm: {}", rig.log());
}

/// A kiosk that looks for Stripe at this address.
fn kiosk_of(api_base: &str) -> Rig {
    let mut rig = Rig::without_daemon();
    rig.point_at(api_base);
    rig.start_as(std::process::Command::new(env!("CARGO_BIN_EXE_kioskd")));
    rig
}

#[test]
fn a_kiosk_without_a_network_says_so_and_not_that_the_reader_is_gone() {
    let rig = kiosk_of("https://stripe.invalid");
    let reason = rig.wait_for_reason("no_network");
    assert!(reason["do"].as_str().unwrap().contains("network cable"), "{reason}");
}

#[test]
fn a_stripe_that_cannot_be_connected_to_is_told_from_a_missing_network() {
    let rig = kiosk_of("http://127.0.0.1:1");
    rig.wait_for_reason("stripe_unreachable");
}

#[test]
fn a_captive_portal_is_named_and_nobody_is_charged() {
    let rig = Rig::ready();
    rig.fault(&json!({ "path": "/v1/*/*/*", "then": "html", "times": 1000 }));
    rig.fault(&json!({ "path": "/v1/payment_intents", "then": "html", "times": 1000 }));
    rig.keypad.press("A1");
    let reason = rig.wait_for_reason("captive_portal");
    assert!(reason["do"].as_str().unwrap().contains("portal"), "{reason}");
    rig.forget_faults();
    assert_eq!(rig.outcomes(), ["abandoned"]);
    sell_one(&rig);
    rig.audit();
}
