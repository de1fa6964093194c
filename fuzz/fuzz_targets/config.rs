//! See tests/fuzzed/targets/config.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kioskd_fuzz::targets::config::play(input));
