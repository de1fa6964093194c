//! A Debian machine with real systemd, emulated: kioskd is installed from its package, sells, is
//! hurt in every way that the field knows, and has its power cut in the middle of sales.
//!
//! ```text
//!   ┌─ guest ────────────────────────────┐
//!   │ systemd ── kioskd ── /dev/ttyUSB*  │──► usb-serial ──► boards (ptys): keypad, machine.rs
//!   │               │                    │
//!   │       loopback, 10.0.2.100         │──► guestfwd ──► wire.rs ──► kioskd simulate ◄─ customers
//!   │ /run/kioskd/control.sock           │◄── hostfwd ◄── this harness
//!   │ agent, as root                     │◄── virtio-serial
//!   │ /dev/dri/card0                     │──► bochs-display ──► screendump
//!   └────────────────────────────────────┘
//! ```
//!
//! Stripe and the boards are outside, with their memories: they know what they knew when the power
//! comes back. They, the customers and the audit are those of `tests/killed/`. A power cut is
//! SIGKILL to the emulator, which passes the guest's flushes to the host's disk and nothing more.
//!
//! `make vm` and `make vm-soak` build the machine and run this; without them it is skipped.
//! `CUTS=50` says how often the power is cut, `SEED=7` when and before whom, and
//! `TRIALS="installed,power cuts"` which of the [`TRIALS`]; the first is needed by all others.

#![expect(clippy::unwrap_used, reason = "a test that panics says where")]
#![expect(clippy::print_stdout, reason = "a line for each point that was shown")]

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

#[path = "../auditor/mod.rs"]
mod auditor;
#[path = "../boards/mod.rs"]
mod boards;
mod booted;
mod cut;
#[allow(dead_code, reason = "made for processes; a machine uses a part of it")]
#[path = "../killed/evidence.rs"]
mod evidence;
mod guest;
mod hardened;
#[allow(dead_code, reason = "made for processes; a machine uses a part of it")]
#[path = "../killed/http.rs"]
mod http;
mod hung;
mod hurt;
mod installed;
#[allow(dead_code, reason = "made for processes; a machine uses a part of it")]
#[path = "../killed/life.rs"]
mod life;
mod lines;
#[allow(dead_code, reason = "made for processes; a machine uses a part of it")]
#[path = "../killed/machine.rs"]
mod machine;
#[allow(dead_code, reason = "made for processes; a machine uses a part of it")]
#[path = "../killed/people.rs"]
mod people;
#[allow(dead_code, reason = "made for processes; a machine uses a part of it")]
#[path = "../killed/points.rs"]
mod points;
mod reloaded;
mod screen;
mod typed;
mod waits;
#[allow(dead_code, reason = "made for processes; a machine uses a part of it")]
#[path = "../killed/wire.rs"]
mod wire;
mod wired;
mod world;

use world::World;

#[test]
fn in_a_machine_with_systemd() {
    let Some(built) = std::env::var_os("KIOSKD_VM").map(PathBuf::from) else {
        // Past the capture of the test runner: what is skipped is never silent.
        let _ = writeln!(std::io::stderr(), "\nSKIPPED: make vm runs this, in a virtual machine\n");
        return;
    };
    let package = PathBuf::from(std::env::var_os("KIOSKD_DEB").unwrap());
    play(&built, &package);
}

/// What a machine has to bear.
type Trial = fn(&mut World);

/// All of it, in an order in which each finds what it needs.
const TRIALS: [(&str, Trial); 14] = [
    ("installed", installed::shown),
    ("hardened", hardened::shown),
    ("key revoked", hurt::its_key_is_revoked),
    ("restart waits", waits::shown),
    ("hung", hung::shown),
    ("disk full", hurt::its_disk_is_full),
    ("upgraded in mid-sale", hurt::it_is_upgraded_in_mid_sale),
    ("booted", booted::shown),
    ("disk read-only", hurt::its_disk_is_read_only),
    ("power cuts", cut::again_and_again),
    ("reloaded", reloaded::shown),
    // Goods that the audited machine knows nothing of: nothing is audited after them.
    ("typed", typed::shown),
    ("lines", lines::shown),
    ("screen", screen::shown),
];

/// One machine through all of it. A trial that fails does not keep the others from being tried.
fn play(built: &Path, package: &Path) {
    let begun = Instant::now();
    let mut world = World::new(built, package, number("SEED").unwrap_or(1));
    let took = world.power_on();
    println!("the machine is up after {:.1} s", took.as_secs_f64());
    let mut failed = Vec::new();
    let wanted = std::env::var("TRIALS").unwrap_or_default();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.split(',').any(|some| some == name);
    for (name, trial) in TRIALS.into_iter().filter(|(name, _)| is_wanted(name)) {
        // What it panics with is printed there and then.
        if catch_unwind(AssertUnwindSafe(|| trial(&mut world))).is_err() {
            println!("FAILED: {name}");
            failed.push(name);
        }
    }
    let tried = TRIALS.iter().filter(|(name, _)| is_wanted(name)).count();
    println!("{tried} of {} trials in {:.0} s", TRIALS.len(), begun.elapsed().as_secs_f64());
    assert!(failed.is_empty(), "failed: {failed:?}; kept: {}", world.path().display());
}

/// A number that the environment gives.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
