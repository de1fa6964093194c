//! What `kioskd config` prints: it is true, it can be loaded again, and it says whose it is.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its bench may panic, and the line tells where"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kioskd::config::{self, KeyPath, Loaded};
use serde_json::Value;

/// A case of `tests/config/good` with its environment.
fn load(case: &Path) -> Loaded {
    let lines = fs::read_to_string(case.with_extension("env")).unwrap_or_default();
    let pair = |line: &str| {
        let (name, value) = line.split_once('=').expect("NAME=VALUE");
        (name.to_owned(), value.to_owned())
    };
    let environment: Vec<(String, String)> = lines.lines().map(pair).collect();
    config::load(case, &environment).unwrap_or_else(|error| panic!("{}: {error}", case.display()))
}

fn good() -> Vec<PathBuf> {
    let entries = fs::read_dir("tests/config/good").unwrap().map(|entry| entry.unwrap().path());
    let is_case = |path: &PathBuf| path.extension().is_none_or(|ending| ending == "toml");
    entries.filter(is_case).collect()
}

fn kioskd(arguments: &[&str], config: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kioskd"));
    command.args(arguments).arg("--config").arg(config).output().unwrap()
}

/// What it printed, and its exit code.
fn told(arguments: &[&str], config: &Path) -> (String, Option<i32>) {
    let output = kioskd(arguments, config);
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

#[test]
fn what_is_shown_is_a_configuration_with_the_same_settings() {
    let cases = good();
    assert!(cases.len() > 5, "{cases:?}");
    for case in cases {
        let loaded = load(&case);
        for with_origins in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("kioskd.toml");
            let text = config::toml(&loaded.effective, with_origins);
            fs::write(&file, &text).unwrap();
            let again = match config::load(&file, &[]) {
                Ok(again) => again,
                Err(error) => panic!("{}: {error}\n{text}", case.display()),
            };
            assert_eq!(again.settings, loaded.settings, "{}\n{text}", case.display());
            assert_eq!(again.hash, loaded.hash);
            let values = |loaded: &Loaded| loaded.document().by_key();
            assert_eq!(values(&again), values(&loaded), "{}", case.display());
        }
    }
}

#[test]
fn each_value_says_who_set_it() {
    let case = Path::new("tests/config/good/folder_with_drop_ins");
    let (text, code) = told(&["config", "show", "--origins"], case);
    assert_eq!(code, Some(0), "{text}");
    let drop_in = case.join("conf.d/10-prices.toml");
    for line in [
        format!("price = \"2.60\"  # {}:2", drop_in.display()),
        "locale = \"en\"  # built-in default".to_owned(),
        format!("id = \"lobby-3\"  # {}:2", case.join("kioskd.toml").display()),
    ] {
        assert!(text.lines().any(|found| found == line), "{line:?} is not in\n{text}");
    }
    let document: Value =
        serde_json::from_slice(&kioskd(&["config", "show", "--origins", "--json"], case).stdout)
            .unwrap();
    assert_eq!(document["settings"]["product"]["A1"]["price"], "2.60");
    assert_eq!(document["origins"]["product.A1.price"], format!("{}:2", drop_in.display()));
    assert_eq!(document["origins"].get("kiosk.locale"), None);
    assert_eq!(document["hash"], load(case).hash);
    let plain = kioskd(&["config", "show", "--json"], case).stdout;
    assert_eq!(serde_json::from_slice::<Value>(&plain).unwrap().get("origins"), None);
}

#[test]
fn each_key_can_be_got_by_the_name_that_is_shown() {
    for case in good() {
        let loaded = load(&case);
        for setting in &loaded.effective {
            let name = KeyPath::parse(&setting.key.to_string()).unwrap();
            assert_eq!(loaded.find(&name), config::Asked::Setting(setting), "{name}");
        }
    }
}

#[test]
fn a_script_gets_one_value_and_hears_what_is_not_there() {
    let case = Path::new("tests/config/good/folder_with_drop_ins");
    let get = |key: &str| told(&["config", "get", key], case);
    assert_eq!(get("product.A1.price"), ("2.60\n".to_owned(), Some(0)));
    assert_eq!(get("payment.max_attempts"), ("3\n".to_owned(), Some(0)));
    assert_eq!(get("payment.accept.brands"), ("[]\n".to_owned(), Some(0)));
    assert_eq!(told(&["config", "get", "--json", "kiosk.locale"], case).0, "\"en\"\n");
    let (text, code) = get("dispenser.main");
    assert!(text.starts_with("[dispenser.main]\nkind = \"serial\"\n"), "{text}");
    assert_eq!(code, Some(0));
    let (text, code) = get("product.A1.stock");
    assert_eq!(
        (text.as_str(), code),
        ("kioskd: product.A1.stock is not set, and has no default\n", Some(1))
    );
    let (text, code) = get("product.B9.price");
    assert!(text.contains("there is no key or table product.B9.price; [product] has A1"), "{text}");
    assert_eq!(code, Some(2));
    let (text, code) = get("product.A1.prise");
    assert!(text.contains("[product.A1] has disabled, dispenser, name, price"), "{text}");
    assert!(text.ends_with("; is price meant?\n"), "{text}");
    assert_eq!(code, Some(2));
    let (text, code) = get("no key");
    assert!(text.contains("a key is written with points"), "{text}");
    assert_eq!(code, Some(2));
}

#[test]
fn a_broken_configuration_is_not_shown_in_part() {
    for command in [&["config", "show"][..], &["config", "get", "kiosk.id"], &["config", "diff"]] {
        let (text, code) = told(command, Path::new("tests/config/bad/baud.toml"));
        assert_eq!(code, Some(78), "{text}");
        assert!(text.contains("is not a speed of serial ports"), "{text}");
    }
}

#[test]
fn without_a_daemon_there_is_nothing_to_compare_with_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kioskd.toml");
    let text = fs::read_to_string("tests/config/good/smallest.toml").unwrap();
    let runtime = format!("[kiosk]\nruntime_dir = {:?}\n", folder.path());
    fs::write(&file, text.replace("[kiosk]\n", &runtime)).unwrap();
    let (text, code) = told(&["config", "diff"], &file);
    assert_eq!(code, Some(69), "{text}");
    assert!(text.contains("no daemon answers on") && text.contains("nobody runs"), "{text}");
}
