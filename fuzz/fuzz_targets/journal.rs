//! See tests/fuzzed/targets/journal.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kioskd_fuzz::targets::journal::play(input));
