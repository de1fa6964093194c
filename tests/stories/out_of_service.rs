//! `kioskd drain`, `resume` and `busy`: the machine is taken from its customers, and given back.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use crate::rig::{Rig, VISA, wait_for};

fn said(output: &Output) -> (String, Option<i32>) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (String::from_utf8(text).unwrap(), output.status.code())
}

fn is(rig: &Rig, state: &str) {
    wait_for(state, || (rig.status()?["state"] == state).then_some(()));
}

#[test]
fn a_customer_is_served_before_the_machine_is_out_of_service_and_no_restart_ends_it() {
    let mut rig = Rig::ready();
    assert_eq!(said(&rig.kioskd(&["busy"])), ("free: nobody is being served\n".into(), Some(1)));
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    assert_eq!(said(&rig.kioskd(&["busy", "--quiet"])), (String::new(), Some(0)));
    let (text, code) = said(&rig.kioskd(&["drain", "--wait", "0s", "--why", "motor 3 jams"]));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("a customer is still being served"), "{text}");
    rig.tap(VISA);
    let (text, code) = said(&rig.kioskd(&["drain", "--wait", "--why", "motor 3 jams"]));
    assert_eq!((text.as_str(), code), ("out of service\n", Some(0)));
    assert_eq!(rig.outcomes(), ["sold"], "who was in front has been served");

    assert_eq!(rig.terminate(), Some(0));
    rig.start_as(Command::new(env!("CARGO_BIN_EXE_kioskd")));
    // While it starts, that is the first reason.
    let what = wait_for("a start out of service", || {
        let status = rig.status().filter(|status| status["state"] == "draining")?;
        let reason = &status["reasons"][0];
        (reason["code"] == "drained").then(|| reason["what"].as_str().unwrap().to_owned())
    });
    assert!(what.ends_with("has taken it out of service: \"motor 3 jams\""), "{what}");
    wait_for("a press that is refused", || {
        // The keypad of a daemon that has just started may not be open yet: a customer tries again.
        rig.keypad.press("A1");
        std::thread::sleep(Duration::from_secs(1));
        rig.log().contains("takes no new sales").then_some(())
    });

    assert_eq!(said(&rig.kioskd(&["resume"])), ("back in service\n".into(), Some(0)));
    is(&rig, "ready");
    rig.keypad.press("A1");
    rig.tap(VISA);
    wait_for("two sales", || (rig.outcomes() == ["sold", "sold"]).then_some(()));
    rig.audit();
}

#[test]
fn an_upgrade_takes_it_out_of_service_until_the_restart_and_leaves_a_technicians_drain_alone() {
    let mut rig = Rig::ready();
    let upgrade = ["drain", "--until-restart", "--wait", "--why", "upgraded"];
    let what = |rig: &Rig| rig.status().unwrap()["reasons"][0]["what"].to_string();
    assert_eq!(said(&rig.kioskd(&upgrade)), ("out of service\n".into(), Some(0)));
    assert!(what(&rig).contains("upgraded"), "{}", what(&rig));
    is(&rig, "draining");
    assert_eq!(rig.terminate(), Some(0));
    rig.start_as(Command::new(env!("CARGO_BIN_EXE_kioskd")));
    is(&rig, "ready");

    assert_eq!(said(&rig.kioskd(&["drain", "--why", "motor 3"])).1, Some(0));
    assert_eq!(said(&rig.kioskd(&upgrade)), ("out of service\n".into(), Some(0)));
    assert!(what(&rig).contains("motor 3"), "{}", what(&rig));
    assert_eq!(rig.terminate(), Some(0));
    rig.start_as(Command::new(env!("CARGO_BIN_EXE_kioskd")));
    is(&rig, "draining");
    assert!(what(&rig).contains("motor 3"), "{}", what(&rig));
}

#[test]
fn what_cannot_be_recorded_is_said_to_end_with_the_daemon() {
    let rig = Rig::ready();
    // In the way of the file, and of its removal: also for root.
    let file = rig.path().join("state/drained.json");
    std::fs::create_dir_all(file.join("in the way")).unwrap();
    let (text, code) = said(&rig.kioskd(&["drain"]));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("only until kioskd ends"), "{text}");
    is(&rig, "draining");
    let (text, code) = said(&rig.kioskd(&["resume"]));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("it stays out of service"), "{text}");
    std::fs::remove_dir_all(&file).unwrap();
    assert_eq!(said(&rig.kioskd(&["resume"])).1, Some(0));
    is(&rig, "ready");
}

#[test]
fn without_a_daemon_the_exit_code_is_its_own() {
    let rig = Rig::without_daemon();
    for command in ["drain", "resume", "busy"] {
        assert_eq!(said(&rig.kioskd(&[command])).1, Some(69), "{command}");
    }
    assert_eq!(said(&rig.kioskd(&["busy", "--wait", "soon"])).1, Some(2));
}

#[test]
fn while_a_customer_is_served_a_shutdown_is_held_back() {
    // Takes the place of systemd-inhibit: says what it was asked for, and that it lives.
    let mut rig = Rig::without_daemon();
    let tools = rig.path().join("tools");
    std::fs::create_dir(&tools).unwrap();
    let held = rig.path().join("held");
    let script = format!("#!/bin/sh\necho \"$$ $*\" >>{}\nexec sleep 900\n", held.display());
    let program = tools.join("systemd-inhibit");
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_kioskd"));
    command.env("PATH", path);
    rig.start_as(command);
    rig.wait_until_ready();
    assert!(!held.exists(), "nobody is served");
    rig.keypad.press("A1");
    rig.wait_for_prompt();
    let asked = wait_for("the lock", || std::fs::read_to_string(&held).ok());
    let (holder, asked) = asked.trim().split_once(' ').unwrap();
    assert!(asked.starts_with("--what=shutdown:sleep --mode=block --who=kioskd"), "{asked}");
    let lives = || Path::new(&format!("/proc/{holder}")).exists();
    assert!(lives());
    rig.tap(VISA);
    wait_for("the end of the lock", || (!lives()).then_some(()));
    assert_eq!(rig.outcomes(), ["sold"]);
    assert_eq!(std::fs::read_to_string(&held).unwrap().lines().count(), 1);
}
