//! A reader that Stripe calls online, and that lets one command after the other time out.

use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn a_deaf_reader_is_named_charges_nobody_and_serves_again_at_its_first_answer() {
    let rig = Rig::ready();
    reader(&rig, "deaf", "");
    rig.keypad.press("A1");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    let reason = rig.wait_for_reason("reader_deaf");
    assert!(reason["do"].as_str().unwrap().contains("restart the reader"), "{reason}");
    reader(&rig, "power_cycle", "off_ms=2000&action=failed");
    sell_one(&rig);
    rig.audit();
}

#[test]
fn a_deaf_reader_is_power_cycled_by_the_operators_program_once() {
    let folder = tempfile::tempdir().unwrap();
    let (program, marks) = (folder.path().join("cycle"), folder.path().join("marks"));
    std::fs::write(&program, format!("#!/bin/sh\necho cycled >> {}\n", marks.display())).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let rig = with_config(&format!("[reader]\npower_cycle = \"{}\"\n", program.display()));
    reader(&rig, "deaf", "");
    rig.keypad.press("A1");
    wait_for("the program's mark", || marks.exists().then_some(()));
    reader(&rig, "power_cycle", "off_ms=2000&action=failed");
    assert_eq!(rig.outcomes(), ["abandoned"]);
    sell_one(&rig);
    rig.audit();
    assert_eq!(std::fs::read_to_string(&marks).unwrap(), "cycled\n");
}
