//! See tests/fuzzed/targets/control.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kioskd_fuzz::targets::control::play(input));
