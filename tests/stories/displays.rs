//! Displays: pictures of what customers see, in their language, and one that is not there.

use std::path::PathBuf;
use std::process::Output;

use crate::rig::{Rig, VISA, wait_for};

/// A picture in a file, an OLED on a bus that is not there, and two languages.
fn displays(rig: &Rig) -> String {
    format!(
        "[kiosk]\nlanguages = [\"de\"]\nphone = \"0800 123456\"\n\
         [display.file]\nkind = \"png\"\nfile = {:?}\nsize = \"320x240\"\n\
         [display.oled]\nkind = \"ssd1306\"\ndevice = \"/dev/i2c-of-nobody\"\n",
        picture(rig).display().to_string()
    )
}

fn picture(rig: &Rig) -> PathBuf {
    rig.path().join("display.png")
}

/// Width and height of a PNG. Source: PNG, third edition, IHDR.
fn size(file: &[u8]) -> (u32, u32) {
    assert_eq!(file.get(12..16), Some(&b"IHDR"[..]));
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

fn said(output: &Output) -> (String, Option<i32>) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

/// What `kioskd display snapshot` writes.
fn snapshot(rig: &Rig, arguments: &[&str]) -> Vec<u8> {
    let file = rig.path().join("snapshot.png");
    let path = file.display().to_string();
    let (text, code) =
        said(&rig.kioskd(&[&["display", "snapshot", "-o", &path], arguments].concat()));
    assert_eq!(code, Some(0), "{text}");
    std::fs::read(file).unwrap()
}

/// The picture in the file becomes the one that a snapshot shows.
fn file_agrees(rig: &Rig) -> Vec<u8> {
    wait_for("the picture in the file to be that of the snapshot", || {
        let asked = snapshot(rig, &["file"]);
        (std::fs::read(picture(rig)).ok()? == asked).then_some(asked)
    })
}

#[test]
fn what_customers_see_is_in_the_file_and_a_display_that_is_not_there_delays_nothing() {
    let mut rig = Rig::without_daemon();
    rig.configure(&displays(&rig));
    rig.start();
    let idle = file_agrees(&rig);
    assert_eq!(size(&idle), (320, 240));
    let dots = snapshot(&rig, &["oled"]);
    assert_eq!(size(&dots), (512, 256), "each dot is a square");
    let large = snapshot(&rig, &["--size", "1280x800"]);
    assert_eq!(size(&large), (1280, 800));
    let (text, code) = said(&rig.kioskd(&["display", "snapshot", "nowhere"]));
    assert_eq!(code, Some(1));
    assert!(
        text.contains("there is no display \"nowhere\"; configured: file, main, oled"),
        "{text}"
    );

    rig.keypad.press("LANGUAGE");
    wait_for("another language", || (file_agrees(&rig) != idle).then_some(()));
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("a sale", || (rig.outcomes() == ["sold"]).then_some(()));
    let status = rig.status().unwrap();
    assert_eq!(status["displays"]["file"]["state"], "connected");
    assert_eq!(status["displays"]["oled"]["state"], "gone", "{status}");
    assert!(status["displays"]["oled"]["why"].as_str().unwrap().contains("i2c-of-nobody"));
    let gone = rig.log().matches("the display \"oled\" is gone").count();
    assert_eq!(gone, 1, "{}", rig.log());
    rig.audit();
}

#[test]
fn displays_are_tried_when_no_customer_reads_them() {
    let mut rig = Rig::without_daemon();
    rig.configure(&displays(&rig));
    rig.start();
    let idle = file_agrees(&rig);
    let (text, code) = said(&rig.kioskd(&["hardware", "show"]));
    assert_eq!(code, Some(1));
    assert!(text.contains("take the kiosk out of service first"), "{text}");
    assert_eq!(said(&rig.kioskd(&["drain", "--wait"])).1, Some(0));
    let drained = wait_for("that it is out of service", || {
        let shown = file_agrees(&rig);
        (shown != idle).then_some(shown)
    });
    let (text, code) = said(&rig.kioskd(&["hardware", "show"]));
    assert_eq!(
        (text.as_str(), code),
        ("a test picture stands for 15 s on all displays\n", Some(0))
    );
    let tried = file_agrees(&rig);
    assert_ne!(tried, drained);
    assert_eq!(said(&rig.kioskd(&["resume"])).1, Some(0));
    wait_for("a welcome", || (file_agrees(&rig) == idle).then_some(()));
}
