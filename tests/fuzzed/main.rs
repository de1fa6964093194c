//! What the fuzzers found, played again, and some thousand random changes of it. The same functions
//! are fuzzed with coverage by `make fuzz`; see `fuzz/`.
//!
//! `SEED=n` gives other changes. An input that fails is left in `target/tmp/`, and named; `INPUT=file`
//! plays that alone.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails as the test does")]

mod begun;
mod change;
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

use change::changed;
use targets::{ALL, Play};

/// Changed inputs a target, where one takes well under a millisecond.
const CHANGES: usize = 3000;

/// The same where each opens a connection or a database.
const SLOW_CHANGES: usize = 800;

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target} has no corpus");
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Leaves the input behind if it panics.
struct Left<'a> {
    target: &'a str,
    input: &'a [u8],
}

impl Drop for Left<'_> {
    #[expect(clippy::print_stderr, reason = "whoever runs the tests wants the input")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let path =
                Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.input", self.target));
            let written = fs::write(&path, self.input);
            eprintln!("the input is in {} ({written:?})", path.display());
        }
    }
}

fn play(target: &str, play: Play, input: &[u8]) {
    let _left = Left { target, input };
    play(input);
}

fn plays(target: &str, changes: usize) {
    let (_, target_play) = ALL.iter().find(|(name, _)| *name == target).unwrap();
    if let Some(input) = std::env::var_os("INPUT") {
        return play(target, *target_play, &fs::read(input).unwrap());
    }
    let corpus = corpus(target);
    for input in &corpus {
        play(target, *target_play, input);
    }
    let seed = std::env::var("SEED").map_or(1, |seed| seed.parse().expect("SEED is a number"));
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..changes {
        let input = changed(&mut random, &corpus);
        play(target, *target_play, &input);
    }
}

#[test]
fn serial_lines() {
    plays("serial", CHANGES);
}

#[test]
fn what_a_vending_machine_says() {
    plays("mdb", CHANGES);
}

#[test]
fn replies_of_stripe() {
    plays("replies", CHANGES);
}

#[test]
fn replies_on_the_wire() {
    plays("http", SLOW_CHANGES);
}

#[test]
fn configurations() {
    plays("config", CHANGES);
}

#[test]
fn damaged_journals() {
    plays("journal", SLOW_CHANGES);
}

#[test]
fn the_control_socket() {
    plays("control", CHANGES);
}

#[test]
fn every_target_is_fuzzed() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/Cargo.toml");
    let manifest: toml::Table = fs::read_to_string(manifest).unwrap().parse().unwrap();
    let bins = manifest["bin"].as_array().unwrap();
    let mut fuzzed: Vec<&str> = bins.iter().map(|bin| bin["name"].as_str().unwrap()).collect();
    let mut played = ALL.map(|(name, _)| name);
    fuzzed.sort_unstable();
    played.sort_unstable();
    assert_eq!(fuzzed, played);
}
