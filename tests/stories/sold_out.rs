//! Products that are counted: sold until none is left, through a kill, and filled again.

use std::process::Output;
use std::time::Duration;

use serde_json::Value;

use crate::rig::{Rig, VISA, wait_for};

const TWO_COLAS: &str = "[product.A1]\nstock = 2\n\
     [product.A2]\nname = \"Water\"\nprice = \"1.50\"\nslot = \"12\"\n\
     [product.B1]\nname = \"Crisps\"\nprice = \"3.00\"\nslot = \"21\"\ndisabled = true\n";

fn said(output: &Output) -> (String, Option<i32>) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

fn left(rig: &Rig) -> Value {
    rig.status().unwrap()["stock"]["A1"].clone()
}

fn sell(rig: &Rig, sold: usize) {
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("a sale to be over", || (rig.outcomes().len() == sold).then_some(()));
}

/// The display shows this once more when the key is pressed.
fn shows(rig: &Rig, key: &str, words: &str) {
    let before = rig.log().matches(words).count();
    wait_for(words, || {
        // The keypad of a daemon that has just started may not be open yet, and what another sale
        // has to say stands for a while: a customer tries again.
        rig.keypad.press(key);
        std::thread::sleep(Duration::from_millis(500));
        (rig.log().matches(words).count() > before).then_some(())
    });
}

#[test]
fn the_last_one_is_sold_once_and_a_kill_does_not_bring_it_back() {
    let mut rig = Rig::without_daemon();
    rig.configure(TWO_COLAS);
    rig.start();
    let (text, code) = said(&rig.kioskd(&["stock"]));
    assert_eq!((text.as_str(), code), ("A1            2 of 2       Cola\n", Some(0)));
    sell(&rig, 1);
    assert_eq!(left(&rig), serde_json::json!({ "left": 1, "of": 2 }));

    // Killed before it was counted anywhere but in the journal.
    rig.kill();
    rig.start();
    assert_eq!(left(&rig)["left"], 1);
    sell(&rig, 2);
    let reason = rig.wait_for_reason("sold_out");
    assert_eq!(reason["what"], "product A1 is sold out");
    shows(&rig, "A1", "│ A1 is sold out. Please choose another product.");
    shows(&rig, "B1", "│ B1 is not for sale. Please choose another");
    rig.kill();
    rig.start();
    rig.wait_for_reason("sold_out");
    assert_eq!(left(&rig)["left"], 0);
    assert_eq!(rig.status().unwrap()["state"], "ready", "there is water");
    shows(&rig, "A1", "│ A1 is sold out");

    let (text, code) = said(&rig.kioskd(&["stock", "A1", "+3"]));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.starts_with("A1            3 of 2       Cola  (set by user "), "{text}");
    let log = rig.log();
    assert!(log.contains("orders: stock of A1: +3"), "{log}");
    assert!(log.contains("over: product A1 is sold out, since"), "{log}");
    // What a person was told is on disk.
    rig.kill();
    rig.start();
    assert_eq!(left(&rig)["left"], 3);
    sell(&rig, 3);
    assert_eq!(left(&rig)["left"], 2);
    rig.audit();
}

#[test]
fn people_set_what_is_counted_and_are_told_why_not() {
    let mut rig = Rig::without_daemon();
    rig.configure(TWO_COLAS);
    rig.start();
    for (arguments, expected, why) in [
        (&["stock", "A1", "7"][..], 0, "7 of 2"),
        (&["stock", "A1", "0"], 0, "SOLD OUT"),
        (&["stock", "--all"], 0, "2 of 2"),
        (&["stock", "A2", "7"], 1, "A2 is not counted: set product.A2.stock"),
        (&["stock", "Z9", "7"], 1, "there is no product Z9"),
        (&["stock", "A1", "+100000"], 1, "there cannot be more than 100000 of A1"),
        (&["stock", "A1", "100001"], 2, "0 to 100000"),
        (&["stock", "A1"], 2, "<COUNT>"),
        (&["stock", "A1", "7", "--all"], 2, "cannot be used with"),
    ] {
        let (text, code) = said(&rig.kioskd(arguments));
        assert_eq!(code, Some(expected), "{arguments:?}: {text}");
        assert!(text.contains(why), "{arguments:?}: {text}");
    }
    let (text, _) = said(&rig.kioskd(&["stock", "--json"]));
    let document: Value = serde_json::from_str(&text).unwrap();
    let cola = &document["products"][0];
    assert_eq!((&cola["code"], &cola["left"], &cola["of"]), (&"A1".into(), &2.into(), &2.into()));
    assert!(cola["filled_by"].as_str().unwrap().starts_with("user "), "{cola}");
    assert_eq!(rig.terminate(), Some(0));
    assert_eq!(said(&rig.kioskd(&["stock"])).1, Some(69));
}

#[test]
fn a_machine_that_is_empty_says_so() {
    let mut rig = Rig::without_daemon();
    rig.configure("[product.A1]\nstock = 0\n");
    rig.start_as(std::process::Command::new(env!("CARGO_BIN_EXE_kioskd")));
    rig.wait_for_reason("sold_out");
    wait_for("the display", || rig.log().contains("Nothing is left. Please").then_some(()));
    wait_for("the status", || (rig.status()?["state"] == "out_of_order").then_some(()));
    assert_eq!(said(&rig.kioskd(&["stock", "A1", "1"])).1, Some(0));
    rig.wait_until_ready();
    sell(&rig, 1);
    rig.wait_for_reason("sold_out");
}
