//! `kioskd hardware`: what a technician sees of the boards, and a product that is let out as a test.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::rig::{Rig, VISA, wait_for};

fn said(output: &std::process::Output) -> (String, Option<i32>) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

#[test]
fn the_list_says_which_boards_are_there() {
    let mut rig = Rig::without_daemon();
    rig.configure("[input.side]\nkind = \"serial\"\ndevice = \"/dev/no-such-port\"\n");
    rig.start();
    let (text, code) = said(&rig.kioskd(&["hardware", "list"]));
    assert_eq!(code, Some(0), "{text}");
    for part in [
        "serial ports:",
        "input \"keypad\", serial port /",
        "dispenser \"main\", serial port /",
        "connected since",
        "input \"side\", serial port /dev/no-such-port, 9600 baud\n    gone since",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
    let (text, _) = said(&rig.kioskd(&["hardware", "list", "--json"]));
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let side = &document["devices"][1];
    assert_eq!((&side["name"], &side["state"]), (&"side".into(), &"gone".into()));
    assert!(side["why"].is_string(), "{side}");
    assert_eq!(rig.terminate(), Some(0));
    let (text, code) = said(&rig.kioskd(&["hardware", "list"]));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("not known: no daemon answers"), "{text}");
}

#[test]
fn each_press_and_each_answer_is_seen_as_it_arrives() {
    let mut rig = Rig::ready();
    let mut watching = Command::new(env!("CARGO_BIN_EXE_kioskd"))
        .args(["hardware", "watch", "--config"])
        .arg(rig.config())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(watching.stdout.take().unwrap());
    let (sender, lines) = std::sync::mpsc::channel();
    let reading = std::thread::spawn(move || {
        for line in out.lines() {
            drop(sender.send(line.unwrap()));
        }
    });
    let mut seen = String::new();
    // The watch may begin a moment later than the process.
    wait_for("a press", || {
        rig.keypad.press("NONE");
        std::thread::sleep(std::time::Duration::from_millis(100));
        seen.extend(lines.try_iter().map(|line| line + "\n"));
        seen.contains("input     keypad       NONE").then_some(())
    });
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    wait_for("the dispenser's answer", || {
        seen.extend(lines.try_iter().map(|line| line + "\n"));
        (seen.contains("keypad       A1") && seen.contains("dispenser main         OK "))
            .then_some(())
    });
    assert_eq!(rig.terminate(), Some(0));
    assert_eq!(watching.wait().unwrap().code(), Some(69), "it ends with the daemon");
    reading.join().unwrap();
}

#[test]
fn a_dispenser_is_fired_only_out_of_service_and_for_no_sale() {
    let rig = Rig::ready();
    let fire = ["hardware", "fire", "main", "11", "--yes"];
    let (text, code) = said(&rig.kioskd(&fire));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("the kiosk is in service: kioskd drain --wait"), "{text}");
    assert_eq!(said(&rig.kioskd(&["drain", "--wait"])).1, Some(0));
    let (text, code) = said(&rig.kioskd(&["hardware", "fire", "main", "11"]));
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("--yes"), "{text}");
    let (text, code) = said(&rig.kioskd(&["hardware", "fire", "side", "11", "--yes"]));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("there is no dispenser side; there is: main"), "{text}");
    let (text, code) = said(&rig.kioskd(&fire));
    assert_eq!(
        (text.as_str(), code),
        ("main, slot 11: ok; it says that a product came out\n", Some(0))
    );
    assert!(rig.sales().is_empty(), "no sale is made of it");
    assert!(rig.log().contains("fire dispenser main, slot 11, as a test"), "{}", rig.log());
    assert_eq!(said(&rig.kioskd(&["resume"])).1, Some(0));
}

#[test]
fn a_technician_presses_a_key_without_a_keypad() {
    let rig = Rig::ready();
    let (text, code) = said(&rig.kioskd(&["hardware", "press", "A1"]));
    assert_eq!(code, Some(0), "{text}");
    let pressed: serde_json::Value = serde_json::from_str(&text).unwrap();
    rig.wait_for_prompt();
    assert_eq!(rig.sales()[0]["id"], pressed["sale"]);
    assert_eq!(said(&rig.kioskd(&["hardware", "press", "CANCEL"])).1, Some(0));
    assert_eq!(rig.outcomes(), ["abandoned"]);
    let (text, code) = said(&rig.kioskd(&["hardware", "press", "Z9"]));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("there is no product Z9"), "{text}");
    assert_eq!(said(&rig.kioskd(&["hardware", "press", "REMOVE"])).1, Some(2));
}
