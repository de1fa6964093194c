//! See tests/fuzzed/targets/replies.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kioskd_fuzz::targets::replies::play(input));
