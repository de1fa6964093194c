//! A part of the daemon hangs while a customer pays: systemd's watchdog ends it, and the sale comes
//! out right.
//!
//! The package's program cannot be made to hang. Here the same sources run, built with debug
//! assertions, under the package's unit.

use std::time::{Duration, Instant};

use crate::machine::Behavior;
use crate::people::Person;
use crate::world::{Ended, Visit, World};

/// The watchdog's time, the wait before a restart, and a slow machine.
const KILLED_WITHIN: Duration = Duration::from_mins(2);

const PARTS: [&str; 4] = ["driver", "display \"main\"", "input \"keypad\"", "dispenser \"main\""];

const DROP_IN: &str = "/run/systemd/system/kioskd.service.d/hangs.conf";

const DISPLAY: &str = "/etc/kioskd/conf.d/display.toml";

/// Shows it, for each part.
pub fn shown(world: &mut World) {
    world.guest().must(&format!(
        "mkdir -p $(dirname {DROP_IN}) && cat >{DROP_IN} <<'END'\n[Service]\n\
         ExecStart=\nExecStart=/media/kioskd-that-hangs run\nEND\n\
         mkdir -p /etc/kioskd/conf.d && cat >{DISPLAY} <<'END'\n[display.main]\n\
         kind = \"terminal\"\nEND\nsystemctl daemon-reload && systemctl restart kioskd"
    ));
    world.wait_until_ready();
    for part in PARTS {
        hangs(world, part);
    }
    world.guest().must(&format!(
        "rm {DROP_IN} {DISPLAY} && systemctl daemon-reload && systemctl restart kioskd"
    ));
    world.wait_until_ready();
}

fn watchdog_kills(world: &mut World) -> usize {
    let log = world.guest().must("journalctl -q -o cat -u kioskd _PID=1");
    log.lines().filter(|line| line.contains("Watchdog timeout")).count()
}

fn hangs(world: &mut World, part: &str) {
    let kills = watchdog_kills(world);
    // The card comes when it hangs already.
    let mut visit = Visit::of(Person::slow(1_500), Behavior::Gives(300));
    let presents = |status: &serde_json::Value| status["sale"]["phase"] == "presenting";
    assert_eq!(world.serve_until(&mut visit, presents), Ended::Seen);
    drop(world.ask_daemon(("POST", "/v1/hang", "text/plain", part)));
    let begun = Instant::now();
    world.linger(&mut visit, Duration::from_secs(5));
    while watchdog_kills(world) == kills {
        assert!(begun.elapsed() < KILLED_WITHIN, "{part} hangs, and nobody ends it");
        std::thread::sleep(Duration::from_secs(1));
    }
    let took = begun.elapsed().as_secs_f64();
    world.wait_until_ready();
    world.audit();
    let outcome = world.last_outcome();
    world.sell();
    println!(
        "2. {part} hung: ended by the watchdog after {took:.0} s, the sale is {outcome}; it sells on"
    );
}
