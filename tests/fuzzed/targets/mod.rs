//! What is done with one input of a fuzzer: the same for `fuzz/`, which looks for new inputs, and
//! for `cargo test`, which plays those that were found.
//!
//! Each target asserts more than that nothing panics: what was read is compared with what stands in
//! the input, read in another way.

#![expect(
    clippy::unwrap_used,
    reason = "a target that cannot set itself up fails as its test does"
)]

pub mod config;
pub mod control;
pub mod http;
pub mod journal;
pub mod mdb;
pub mod replies;
pub mod serial;

/// What plays one input.
pub type Play = fn(&[u8]);

/// Every target, with the folder of its corpus under `fuzz/corpus/`.
pub const ALL: [(&str, Play); 7] = [
    ("serial", serial::play),
    ("mdb", mdb::play),
    ("replies", replies::play),
    ("http", http::play),
    ("config", config::play),
    ("journal", journal::play),
    ("control", control::play),
];

/// A folder in memory where there is one: a disk would be all that is measured.
fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}
