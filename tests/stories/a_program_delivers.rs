//! Goods come from a program, with the real kioskd and a killed one, and relays that are not there.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::rig::{PRICE, Rig, VISA, wait_for};

/// A kiosk whose cola is given by this script, which is run in the bench's folder.
fn rig(script: &str) -> Rig {
    let rig = Rig::without_daemon();
    let (folder, program) = (rig.path().display(), rig.path().join("vend"));
    fs::write(&program, format!("#!/bin/sh\ncd {folder}\necho $1 >> vends\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    rig.configure(&format!(
        "[product.A1]\ndispenser = \"tickets\"\n[dispenser.tickets]\nkind = \"command\"\n\
         program = \"{}\"\narguments = [\"{{order}}\"]\ntimeout = \"30s\"\n",
        program.display()
    ));
    rig
}

/// How often the program was run.
fn vends(rig: &Rig) -> usize {
    fs::read_to_string(rig.path().join("vends")).unwrap_or_default().lines().count()
}

#[test]
fn a_ticket_is_printed_and_paid() {
    let mut rig = rig("exec cat > order");
    rig.start();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["sold"]);
    let intent = &rig.books().payment_intents[0];
    assert_eq!((intent.amount_received, vends(&rig)), (PRICE, 1));
    let order = fs::read_to_string(rig.path().join("order")).unwrap();
    let sale = &intent.metadata["sale"];
    let expected = format!(
        "{{\"order\":\"{sale}\",\"price\":{{\"amount\":250,\"currency\":\"usd\"}},\
         \"product\":{{\"code\":\"A1\",\"name\":\"Cola\"}},\"sale\":\"{sale}\",\"slot\":\"11\"}}\n"
    );
    assert_eq!(order, expected);
}

#[test]
fn a_program_that_fails_is_not_paid_and_its_last_words_are_in_the_log() {
    let mut rig = rig("echo 'paper out' >&2; exit 1");
    rig.start();
    rig.keypad.press("A1");
    rig.tap(VISA);
    assert_eq!(rig.outcomes(), ["released"]);
    assert!(rig.log().contains("paper out"), "{}", rig.log());
}

/// Nobody can be asked what became of it, so that the policy decides at once, and it is not run again.
#[test]
fn a_kiosk_that_is_killed_in_the_middle_decides_by_policy_and_never_runs_it_again() {
    for (policy, outcome, kept) in [("release", "released", 0), ("capture", "sold", PRICE)] {
        let mut rig = rig("exec sleep 30");
        let drop_in = rig.path().join("conf.d/policy.toml");
        fs::write(drop_in, format!("[dispenser.tickets]\nunknown_vend = \"{policy}\"\n")).unwrap();
        rig.start();
        rig.keypad.press("A1");
        rig.tap(VISA);
        wait_for("the program to run", || (vends(&rig) == 1).then_some(()));
        rig.kill();
        rig.start();
        assert_eq!(rig.outcomes(), [outcome]);
        let received: u64 = rig.books().payment_intents.iter().map(|i| i.amount_received).sum();
        assert_eq!((received, vends(&rig)), (kept, 1), "{policy}");
    }
}

#[test]
fn what_is_not_there_is_not_sold_and_said_so() {
    let mut rig = rig("exit 0");
    fs::remove_file(rig.path().join("vend")).unwrap();
    fs::write(
        rig.path().join("conf.d/relays.toml"),
        "[product.B1]\nname = \"Nuts\"\nprice = \"3.00\"\nslot = \"21\"\ndispenser = \"relays\"\n\
         [product.C1]\nname = \"Tea\"\nprice = \"2.00\"\nslot = \"31\"\ndispenser = \"main\"\n\
         [dispenser.relays]\nkind = \"gpio\"\nchip = \"/dev/no-such-chip\"\nlines = { 21 = 4 }\n\
         pulse = \"1s\"\n",
    )
    .unwrap();
    rig.start();
    for (name, why) in [("tickets", "No such file"), ("relays", "/dev/no-such-chip: ")] {
        let name = format!("the dispenser \"{name}\"");
        let is_of_it = |line: &&str| line.contains(&name) && line.contains(why);
        wait_for("the line that tells it", || rig.log().lines().find(is_of_it).map(drop));
    }
    for code in ["A1", "B1"] {
        rig.keypad.press(code);
    }
    wait_for("what is said of it", || {
        let log = rig.log();
        (log.contains("tickets") && log.contains("relays") && log.contains("out of order"))
            .then_some(())
    });
    assert!(rig.sales().is_empty(), "nothing is sold that cannot be given");
}
