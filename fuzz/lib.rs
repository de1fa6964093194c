//! What is fuzzed: the same functions that `cargo test --test fuzzed` plays.

#[path = "../tests/fuzzed/targets/mod.rs"]
pub mod targets;
