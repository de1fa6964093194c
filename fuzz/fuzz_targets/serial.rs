//! See tests/fuzzed/targets/serial.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kioskd_fuzz::targets::serial::play(input));
