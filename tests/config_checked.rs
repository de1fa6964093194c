//! `kioskd check` as a fleet's scripts use it: several files, a document, exit codes; and what it
//! finds on the machine.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its bench may panic, and the line tells where"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// What it printed, what it complained of, and its exit code.
fn check(arguments: &[&str]) -> (String, String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kioskd"));
    let output = command.arg("check").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

fn document(arguments: &[&str]) -> (Value, Option<i32>) {
    let (printed, complaint, code) = check(&[arguments, &["--json"]].concat());
    assert_eq!(complaint, "", "a script reads one stream");
    (serde_json::from_str(&printed).unwrap(), code)
}

const GOOD: &str = "tests/config/good/smallest.toml";
const BAD: &str = "tests/config/bad/cards_unknown_words.toml";
const DOUBTFUL: &str = "tests/config/doubtful/price_of_two.toml";

#[test]
fn several_files_are_checked_each_by_itself_and_the_worst_decides() {
    let (printed, complaint, code) = check(&["--without-key", GOOD, BAD, DOUBTFUL]);
    assert_eq!(code, Some(78), "{printed}{complaint}");
    for file in [GOOD, BAD, DOUBTFUL] {
        assert!(printed.contains(&format!("{file}:\n")), "{printed}");
    }
    assert!(complaint.contains("5 problems in the configuration"), "{complaint}");
    assert!(printed.contains("ok    the configuration tests/config/good/smallest.toml is right"));
    let warned = printed.lines().any(|line| line.starts_with("warn  ") && line.contains("280.00"));
    assert!(warned, "{printed}");
    assert_eq!(check(&["--without-key", GOOD, DOUBTFUL]).2, Some(0));
    assert_eq!(check(&["--without-key", "--strict", GOOD, DOUBTFUL]).2, Some(1));
    assert_eq!(check(&["--without-key", GOOD, "--config", BAD]).2, Some(2));
}

#[test]
fn a_script_is_told_file_line_and_key() {
    let (document, code) = document(&["--without-key", DOUBTFUL, BAD]);
    assert_eq!(code, Some(78));
    let configurations = document["configurations"].as_array().unwrap();
    let results: Vec<&Value> = configurations.iter().map(|one| &one["result"]).collect();
    assert_eq!(results, ["warn", "fail"]);
    assert_eq!(configurations[0]["kiosk"], "lobby-3");
    assert_eq!(configurations[0]["hash"].as_str().unwrap().len(), 12);
    let warned = &configurations[0]["findings"][2];
    assert_eq!((&warned["grade"], &warned["area"]), (&"warn".into(), &"configuration".into()));
    assert_eq!((&warned["file"], &warned["line"]), (&DOUBTFUL.into(), &13.into()));
    let failed = &configurations[1]["findings"][1];
    assert_eq!(
        (&failed["grade"], &failed["key"]),
        (&"fail".into(), &"payment.accept.brands".into())
    );
    assert_eq!((&failed["file"], &failed["line"]), (&BAD.into(), &11.into()));
    assert!(failed["what"].as_str().unwrap().starts_with("\"american express\" is none"));
    assert!(failed["allowed"].as_str().unwrap().contains("amex") && failed["do"].is_string());
}

#[test]
fn a_drop_in_is_checked_where_it_will_stand_before_it_does() {
    let case = "tests/config/good/folder_with_drop_ins";
    let folder = tempfile::tempdir().unwrap();
    let pushed = |name: &str, text: &str| -> String {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let fine = pushed("20-more.toml", "[product.A2]\nname = \"Tea\"\nprice = \"1.90\"\n");
    let (printed, _, code) = check(&["--without-key", "--with", &fine, case]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("2 products"), "{printed}");
    let broken = pushed("20-more.toml", "[product.A2]\nprise = \"1.90\"\n");
    let (_, complaint, code) = check(&["--without-key", "--with", &broken, case]);
    assert_eq!(code, Some(78));
    assert!(complaint.contains(&format!("{broken}:2: product.A2.prise")), "{complaint}");
    let in_place_of_one = pushed("10-prices.toml", "");
    let (_, complaint, code) = check(&["--without-key", "--with", &in_place_of_one, case]);
    assert_eq!(code, Some(78));
    assert!(complaint.contains("product.A1.price: is missing"), "{complaint}");
}

/// A kiosk whose things are at these paths, with a key.
fn kiosk(device: &Path, program: &Path) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    fs::write(&key, "rk_test_bench\n").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let config = folder.path().join("kioskd.toml");
    let text = format!(
        "[kiosk]\nid = \"x\"\nstate_dir = \"{}\"\n[stripe]\nreader = \"tmr_1\"\napi_key_file = \"{}\"\n\
         [product.A1]\nname = \"Cola\"\nprice = \"2.50\"\ndispenser = \"main\"\n\
         [product.A2]\nname = \"Tea\"\nprice = \"2.50\"\ndispenser = \"tickets\"\n\
         [input.keys]\nkind = \"stdin\"\n\
         [dispenser.main]\nkind = \"serial\"\ndevice = \"{}\"\n\
         [dispenser.tickets]\nkind = \"command\"\nprogram = \"{}\"\nunknown_vend = \"hold\"\n\
         user = \"nobody-here\"\n",
        folder.path().display(),
        key.display(),
        device.display(),
        program.display(),
    );
    fs::write(&config, text).unwrap();
    (folder, config)
}

/// The grade of the first line that says so.
#[track_caller]
fn assert_graded(printed: &str, grade: &str, what: &str) {
    let line = printed.lines().find(|line| line.contains(what));
    let line = line.unwrap_or_else(|| panic!("no {what:?} in\n{printed}"));
    assert!(line.starts_with(grade), "{line}");
}

#[test]
fn what_is_not_there_or_not_what_it_should_be_is_warned_of_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("tickets");
    fs::write(&program, "#!/bin/sh\n").unwrap();
    let (_kiosk, config) = kiosk(&folder.path().join("ttyUSB7"), &program);
    let (printed, complaint, code) = check(&[config.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{printed}{complaint}");
    assert_graded(&printed, "ok", "there is an API key: rk_test_…");
    assert_graded(&printed, "warn", "ttyUSB7 is not there");
    assert!(printed.contains("      do: plug it in"), "{printed}");
    assert_graded(&printed, "warn", "dispenser.tickets: ");
    assert_graded(&printed, "warn", "there is no user nobody-here");

    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let (_kiosk, config) = kiosk(&program, Path::new("/bin/sh"));
    let (printed, _, _) = check(&[config.to_str().unwrap()]);
    assert_graded(&printed, "warn", "tickets is no device");
    assert_graded(&printed, "ok", "/bin/sh is there, and may be used");

    let (_kiosk, config) = kiosk(Path::new("/dev/null"), &program);
    let (printed, _, _) = check(&[config.to_str().unwrap()]);
    assert_graded(&printed, "ok", "dispenser.main: /dev/null is there, and may be used");
}

#[test]
fn a_key_that_is_not_there_is_a_failure_unless_only_files_are_checked() {
    let (printed, _, code) = check(&[GOOD]);
    assert_eq!(code, Some(78), "{printed}");
    assert_graded(&printed, "FAIL", "no API key");
    let (document, code) = document(&[GOOD]);
    assert_eq!(code, Some(78));
    let findings = document["configurations"][0]["findings"].as_array().unwrap();
    assert!(findings.iter().any(|one| one["area"] == "key" && one["grade"] == "fail"));
    assert_eq!(check(&["--without-key", GOOD]).2, Some(0));
}
