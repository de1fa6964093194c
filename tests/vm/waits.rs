//! Whoever wants to restart the machine while a customer pays is asked to wait: by logind's lock,
//! which polkit lets the daemon have, and by `kioskd busy`.

use crate::machine::Behavior;
use crate::people::Person;
use crate::world::{Ended, Visit, World};

/// The card comes this late, in milliseconds: a slow machine has to start polkit before.
const CARD_AFTER: u64 = 25_000;

/// Nobody acts while the harness waits for the guest.
const PATIENT: &str = "/etc/kioskd/conf.d/patient.toml";

const LOCKED: &str = "systemd-inhibit --list --no-legend --no-pager | grep kioskd";

/// Shows it.
pub fn shown(world: &mut World) {
    world.guest().must(&format!(
        "mkdir -p $(dirname {PATIENT}) && cat >{PATIENT} <<'END'\n[payment]\n\
         customer_timeout = \"5m\"\nEND\nsystemctl restart kioskd"
    ));
    world.wait_until_ready();
    let mut visit = Visit::of(Person::slow(CARD_AFTER), Behavior::Gives(300));
    let presents = |status: &serde_json::Value| status["sale"]["phase"] == "presenting";
    assert_eq!(world.serve_until(&mut visit, presents), Ended::Seen);
    let guest = world.guest();
    let lock = guest.must(&format!("timeout 15 sh -c 'until {LOCKED}; do sleep 0.2; done'"));
    assert!(lock.contains("shutdown:sleep") && lock.contains("block"), "{lock}");
    let refused = guest.run("systemctl --check-inhibitors=yes reboot 2>&1");
    assert!(refused.code != 0 && refused.text.contains("customer"), "{}", refused.text);
    let busy = guest.run("kioskd busy");
    assert_eq!(busy.code, 0, "{}", busy.text);
    world.serve(&mut visit);
    world.expect_sold();
    let guest = world.guest();
    guest.must(&format!("timeout 15 sh -c 'while {LOCKED}; do sleep 0.2; done'"));
    let idle = guest.run("kioskd busy");
    assert_eq!(idle.code, 1, "{}", idle.text);
    world.audit();
    world.guest().must(&format!("rm {PATIENT} && systemctl restart kioskd"));
    world.wait_until_ready();
    println!("   a restart waits for the customer: {}", lock.trim());
}
