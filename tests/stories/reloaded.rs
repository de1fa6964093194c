//! Another configuration comes while the kiosk runs, or before it starts: right, wrong, or half.

use std::fs;

use serde_json::Value;

use crate::rig::{Behavior, PRICE, Rig, VISA, wait_for};

/// Another price for A1, in a drop-in.
const DEARER: &str = "[product.A1]\nprice = \"3.00\"\n";

/// Puts a drop-in there, in the place of the last.
fn push(rig: &Rig, drop_in: &str) {
    let folder = rig.path().join("conf.d");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("pushed.toml"), drop_in).unwrap();
}

/// What `kioskd reload` says, and its exit code.
fn reload(rig: &Rig) -> (String, Option<i32>) {
    let output = rig.kioskd(&["reload"]);
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

fn config_now(rig: &Rig) -> Value {
    rig.status().unwrap()["config"].clone()
}

/// The page of `kioskd status`.
fn page(rig: &Rig) -> String {
    String::from_utf8(rig.kioskd(&["status"]).stdout).unwrap()
}

/// This line is in the metrics.
#[track_caller]
fn measured(rig: &Rig, line: &str) {
    let socket = rig.path().join("run/control.sock");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let page = runtime.block_on(async {
        let client = reqwest::Client::builder().unix_socket(socket).build().unwrap();
        client.get("http://kioskd/metrics").send().await.unwrap().text().await.unwrap()
    });
    assert!(page.lines().any(|found| found == line), "{line} is not in {page}");
}

/// Sells A1, and returns what was paid.
fn sell(rig: &Rig) -> u64 {
    let before = rig.sales().len();
    wait_for("the front to be free", || (rig.status()?["state"] == "ready").then_some(()));
    rig.keypad.press("A1");
    wait_for("a sale", || (rig.sales().len() > before).then_some(()));
    rig.tap(VISA);
    assert!(rig.outcomes().iter().all(|outcome| outcome == "sold"));
    rig.sales()[0]["amount"]["amount"].as_u64().unwrap()
}

#[test]
fn a_running_sale_keeps_its_price_and_the_next_has_the_new_one() {
    let rig = Rig::ready();
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    let old = config_now(&rig)["hash"].clone();
    push(&rig, DEARER);
    let (text, code) = reload(&rig);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("is taken into use when the customer is done"), "{text}");
    assert_eq!(config_now(&rig)["hash"], old, "the customer is still there");
    assert!(page(&rig).contains("when the customer is done"));
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(rig.sales()[0]["amount"]["amount"], PRICE);
    wait_for("the new configuration", || (config_now(&rig)["hash"] != old).then_some(()));
    assert_eq!(sell(&rig), 300);
    let diff = rig.kioskd(&["config", "diff", "--exit-code"]);
    assert_eq!(diff.status.code(), Some(0), "what runs is what is shown");
    rig.audit_worth(PRICE + 300);
}

#[test]
fn a_broken_file_changes_nothing_and_is_said_until_it_is_mended() {
    let rig = Rig::ready();
    let old = config_now(&rig)["hash"].clone();
    push(&rig, "[product.A1]\nprice = \"three\"\nnmae = \"Cola\"\n");
    let (text, code) = reload(&rig);
    assert_eq!(code, Some(1), "{text}");
    for part in ["refused: configuration", "2 problems", "pushed.toml:2", "pushed.toml:3"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let page = page(&rig);
    assert!(page.contains("was refused, and the old configuration runs on"), "{page}");
    let config = config_now(&rig);
    assert_eq!(config["hash"], old);
    assert!(config["refused"]["why"].as_str().unwrap().contains("pushed.toml"), "{config}");
    assert!(rig.log().contains("reload: refused, the old configuration runs on"));
    measured(&rig, "kioskd_config_reload_refused 1");
    assert_eq!(sell(&rig), PRICE);

    push(&rig, DEARER);
    rig.hang_up();
    wait_for("the new configuration", || (config_now(&rig)["hash"] != old).then_some(()));
    assert_eq!(config_now(&rig)["refused"], Value::Null);
    measured(&rig, "kioskd_config_reload_refused 0");
    assert_eq!(sell(&rig), 300);
    rig.audit_worth(PRICE + 300);
}

#[test]
fn a_start_with_half_a_file_sells_by_the_last_good_one() {
    let mut rig = Rig::without_daemon();
    push(&rig, DEARER);
    rig.start();
    let hash = config_now(&rig)["hash"].clone();
    rig.kill();
    let whole = fs::read_to_string(rig.config()).unwrap();
    fs::write(rig.config(), &whole[..whole.len() * 3 / 4]).unwrap();
    rig.start();
    let config = config_now(&rig);
    assert_eq!(config["hash"], hash);
    assert!(config["last_good"]["because"].as_str().unwrap().contains("kioskd.toml"), "{config}");
    measured(&rig, "kioskd_config_last_good 1");
    let page = page(&rig);
    assert!(page.contains("running on the last good configuration of 20"), "{page}");
    assert!(rig.log().contains("running on the last good configuration of 20"), "{}", rig.log());
    assert_eq!(sell(&rig), 300);

    fs::write(rig.config(), whole).unwrap();
    assert_eq!(reload(&rig).1, Some(0));
    assert_eq!(config_now(&rig)["last_good"], Value::Null);
    rig.audit_worth(300);
}

#[test]
fn without_a_good_one_a_start_ends_and_says_why() {
    let mut rig = Rig::without_daemon();
    let whole = fs::read_to_string(rig.config()).unwrap();
    fs::write(rig.config(), &whole[..whole.len() * 3 / 4]).unwrap();
    let state = rig.path().join("state");
    fs::create_dir(&state).unwrap();
    for kept in [None, Some("# sha256 = 0\nrubbish")] {
        if let Some(text) = kept {
            fs::write(state.join("last-good.toml"), text).unwrap();
        }
        rig.start_as(std::process::Command::new(env!("CARGO_BIN_EXE_kioskd")));
        assert_eq!(rig.exit_code(), Some(78));
    }
    assert!(rig.log().contains("last-good.toml cannot be used: it is damaged"), "{}", rig.log());
}

#[test]
fn what_cannot_change_is_named_and_the_rest_is_taken() {
    let rig = Rig::ready();
    let elsewhere = rig.path().join("elsewhere");
    push(&rig, &format!("{DEARER}[kiosk]\nstate_dir = \"{}\"\n", elsewhere.display()));
    let diff = String::from_utf8(rig.kioskd(&["config", "diff"]).stdout).unwrap();
    assert!(diff.contains("  kiosk.state_dir takes effect at the next start"), "{diff}");
    let (text, code) = reload(&rig);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("these take effect at the next start: kiosk.state_dir"), "{text}");
    assert!(rig.log().contains("reload: these take effect at the next start: kiosk.state_dir"));
    assert_eq!(config_now(&rig)["at_next_start"][0], "kiosk.state_dir");
    assert!(!elsewhere.exists());
    assert_eq!(sell(&rig), 300);
    rig.audit_worth(300);
}

#[test]
fn devices_come_and_go_between_customers() {
    let rig = Rig::ready();
    let picture = rig.path().join("picture.png");
    push(
        &rig,
        &format!(
            "[dispenser.main]\ntimeout = \"5s\"\n[input.keypad]\nbaud = 115200\n\
             [display.more]\nkind = \"png\"\nfile = \"{}\"\n",
            picture.display()
        ),
    );
    let (text, code) = reload(&rig);
    assert_eq!(code, Some(0), "{text}");
    wait_for("the picture", || picture.exists().then_some(()));
    assert_eq!(sell(&rig), PRICE, "keypad and dispenser were begun anew");
    push(&rig, "[kiosk]\nphone = \"+1 555 0100\"\n");
    assert_eq!(reload(&rig).1, Some(0));
    let displays = rig.status().unwrap()["displays"].clone();
    assert_eq!(displays.as_object().unwrap().len(), 1, "{displays}");
    assert_eq!(sell(&rig), PRICE);
    rig.audit();
}

#[test]
fn a_dispenser_is_not_let_go_while_it_gives() {
    let rig = Rig::ready();
    let old = config_now(&rig)["hash"].clone();
    rig.machine.behave(Behavior::DropsSilently);
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("the order", || (!rig.machine.vends().is_empty()).then_some(()));
    push(&rig, "[dispenser.main]\ntimeout = \"20s\"\n");
    let (text, code) = reload(&rig);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("is taken into use when the customer is done"), "{text}");
    assert_eq!(rig.outcomes(), ["sold"], "by its old timeout, and the same port");
    wait_for("the new configuration", || (config_now(&rig)["hash"] != old).then_some(()));
    rig.machine.behave(Behavior::Works);
    assert_eq!(sell(&rig), PRICE);
    rig.audit();
}
