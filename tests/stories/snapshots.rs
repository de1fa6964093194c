//! What a technician reads while something is wrong: `kioskd status` and the journal, as they
//! stand in `tests/stories/snapshots/`. `KIOSKD_BLESS=1` writes them anew; read the difference.

use std::path::Path;

use serde_json::json;

use crate::rig::{Rig, VISA, wait_for};

/// Letters and digits of an id, a time or a number become a word, so that two runs agree.
fn plain(line: &str) -> String {
    let words = line.split_inclusive([' ', ';', ',', ')', '(']).map(|word| {
        let bare = word.trim_end_matches([' ', ';', ',', ')', '(', ':', '.']);
        let name = if bare.starts_with("20") && bare.ends_with('Z') && bare.contains('T') {
            "TIME"
        } else if bare.starts_with("01") && bare.len() == 26 {
            "SALE"
        } else if bare.starts_with("pi_") {
            "pi_…"
        } else if bare.starts_with("req_") {
            "req_…"
        } else {
            return word.to_owned();
        };
        word.replace(bare, name)
    });
    words.collect()
}

/// What the daemon has told since the kiosk was ready, without the lines of the display, of calls
/// that went well, and without the fields of journald.
fn journal(rig: &Rig) -> String {
    let log = rig.log();
    let (_, since_ready) = log.split_once("Welcome").expect("it was ready");
    let mut lines: Vec<String> = Vec::new();
    for line in since_ready.lines() {
        let levels = [" INFO ", " WARN ", "ERROR "];
        let Some(level) = levels.iter().find(|level| line.contains(**level)) else { continue };
        let (_, text) = line.split_once(*level).expect("it is there");
        let text = text.split(" EVENT=").next().unwrap_or(text);
        let text = text.split(" (request ").next().unwrap_or(text);
        let text = format!("{} {}", level.trim(), plain(text));
        if text.contains("/v1/") || lines.contains(&text) {
            continue;
        }
        lines.push(text);
    }
    lines.join("\n")
}

/// The page of `kioskd status`, without the hash and the folder of this run.
fn status(rig: &Rig) -> String {
    let output = rig.kioskd(&["status"]);
    let page = String::from_utf8(output.stdout).unwrap();
    let lines = page.lines().filter(|line| !line.starts_with("kioskd "));
    lines.map(plain).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check(name: &str, rig: &Rig, more: &str) {
    assert!(!rig.log().contains("rk_test_bench"), "the key is never logged");
    let found = format!(
        "$ kioskd status\n{}\n\n$ journalctl -u kioskd\n{}\n{more}",
        status(rig),
        journal(rig)
    );
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/snapshots").join(name);
    if std::env::var_os("KIOSKD_BLESS").is_some() {
        std::fs::write(&file, &found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&file).unwrap();
    assert_eq!(found, expected, "{name}: if this is better, KIOSKD_BLESS=1 writes it");
}

/// A kiosk whose display, too, has said that it is ready: what is told after that is compared.
fn ready() -> Rig {
    let rig = Rig::ready();
    wait_for("the display to welcome", || rig.log().contains("Welcome").then_some(()));
    rig
}

#[test]
fn a_sale_that_goes_well() {
    let rig = ready();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    wait_for("its last line", || rig.log().contains("closed: sold").then_some(()));
    check("sold.txt", &rig, "");
}

#[test]
fn a_reader_that_is_updating() {
    let rig = ready();
    rig.reader_fault(&json!({ "updating": {} }));
    rig.keypad.press("A1");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    rig.wait_for_reason("reader_updating");
    check("reader_updating.txt", &rig, "");
}

#[test]
fn a_reader_that_is_offline() {
    let rig = ready();
    rig.set_up("readers/tmr_simulated/online", "online=false");
    rig.keypad.press("A1");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    rig.wait_for_reason("reader_offline");
    check("reader_offline.txt", &rig, "");
}

#[test]
fn a_reader_whose_action_is_stuck() {
    let rig = ready();
    rig.reader_fault(&json!({ "stuck_action": { "authorizes": false } }));
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["abandoned"]);
    check("stuck_action.txt", &rig, "");
}

#[test]
fn a_key_that_was_revoked() {
    let rig = ready();
    rig.set_up("keys/revoke", "key=rk_test_bench");
    rig.keypad.press("A1");
    rig.wait_for_reason("api_key_rejected");
    wait_for("the sale to be taken back", || rig.log().contains("taking back").then_some(()));
    wait_for("the customer to be sent away", || {
        (rig.status()?["state"] == "out_of_order").then_some(())
    });
    check("key_revoked.txt", &rig, "");
    rig.set_up("keys/restore", "key=rk_test_bench");
    assert_eq!(rig.outcomes(), ["abandoned"]);
}

#[test]
fn captures_that_wait() {
    let rig = ready();
    let capture = "/v1/payment_intents/*/capture";
    rig.fault(&json!({ "path": capture, "then": "drop_before", "times": 1000 }));
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("the product", || (!rig.machine.delivered().is_empty()).then_some(()));
    let list = wait_for("the next try in the list", || {
        let output = rig.kioskd(&["sales", "--open"]);
        let list = String::from_utf8(output.stdout).unwrap();
        list.contains("next try").then_some(list)
    });
    wait_for("the customer to be thanked", || (rig.status()?["state"] == "ready").then_some(()));
    let list: Vec<String> = list.lines().map(plain).collect();
    let more = format!("\n$ kioskd sales --open\n{}\n", list.join("\n"));
    check("captures_that_wait.txt", &rig, &more);
}
