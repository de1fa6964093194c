//! `kioskd config diff`: the files have been changed, and the daemon runs on what it has read.

use serde_json::Value;

use crate::rig::Rig;

fn diff(rig: &Rig, more: &[&str]) -> (String, Option<i32>) {
    let output = rig.kioskd(&[&["config", "diff"], more].concat());
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

#[test]
fn what_would_change_is_shown_key_by_key() {
    let rig = Rig::ready();
    let (text, code) = diff(&rig, &["--exit-code"]);
    assert!(text.starts_with("nothing would change"), "{text}");
    assert_eq!(code, Some(0));

    let drop_ins = rig.config().parent().unwrap().join("conf.d");
    std::fs::create_dir_all(&drop_ins).unwrap();
    let drop_in = drop_ins.join("90-prices.toml");
    std::fs::write(&drop_in, "[product.A1]\nprice = \"2.75\"\nstock = 12\n").unwrap();
    let (text, code) = diff(&rig, &["--exit-code"]);
    assert_eq!(code, Some(1), "{text}");
    let origin = drop_in.display();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "- product.A1.price = \"2.50\"",
            &format!("+ product.A1.price = \"2.75\"  # {origin}:2"),
            &format!("+ product.A1.stock = 12  # {origin}:3"),
        ]
    );
    assert!(lines[3].starts_with("2 keys would change (hash "), "{text}");
    assert_eq!(diff(&rig, &[]).1, Some(0), "only asked for, it is no failure");

    let (text, _) = diff(&rig, &["--json"]);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["changes"][0]["key"], "product.A1.price");
    assert_eq!(document["changes"][0]["running"], "2.50");
    assert_eq!(document["changes"][1]["running"], Value::Null);
    let running = &rig.status().unwrap()["config"]["hash"];
    assert_eq!(&document["running"]["hash"], running);
    assert_ne!(&document["files"]["hash"], running);
}
