//! What kioskd costs its operator and its customers, beside what most people would write: `make
//! bench`. Each part plays on the built-in simulator, and all of them end up in one table.
//!
//! ```text
//! keypad ─pty─▶ kioskd, kiosk.py or kiosk.mjs ─▶ line of 40 ms ─▶ kioskd simulate ◀─ customer
//! board  ◀─pty─┘
//! ```
//!
//! Ratios hold within one run: all sellers run at the same time, on the same machine. `ONLY="taps
//! idle" make bench` measures these parts alone; the others keep what they had.

#[path = "../../tests/boards/mod.rs"]
mod boards;
mod disk;
#[path = "../../tests/killed/http.rs"]
#[expect(dead_code, reason = "the tests' own wire uses the rest")]
mod http;
mod idle;
mod kiosk;
mod line;
mod memory;
#[path = "../past/mod.rs"]
mod past;
mod process;
mod recovery;
mod report;
mod sales;
mod simulation;
mod sizes;
mod starts;
mod stripe;
mod taps;

use std::path::Path;

use report::Part;

/// A part of the benchmark: it gets an empty folder.
type Play = fn(&Path) -> Part;

/// In the order of the table.
const PARTS: [(&str, Play); 8] = [
    ("taps", taps::run),
    ("idle", idle::run),
    ("disk", disk::run),
    ("memory", memory::run),
    ("starts", starts::run),
    ("recovery", recovery::run),
    ("sizes", |_| sizes::run()),
    ("simulation", |_| simulation::run()),
];

fn main() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let wanted: Vec<&str> = only.split_whitespace().collect();
    for word in &wanted {
        assert!(PARTS.iter().any(|(name, _)| name == word), "ONLY: there is no part {word}");
    }
    for (name, play) in PARTS {
        if wanted.is_empty() || wanted.contains(&name) {
            say(&format!("{name} …"));
            let folder = tempfile::tempdir().expect("a folder");
            report::keep(name, &play(folder.path()));
        }
    }
    let table = report::table(&PARTS.map(|(name, _)| name));
    report::write(&table);
    say(&table);
}

#[expect(clippy::print_stdout, reason = "a program for people")]
fn say(text: &str) {
    println!("{text}");
}
