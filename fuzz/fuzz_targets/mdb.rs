//! See tests/fuzzed/targets/mdb.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kioskd_fuzz::targets::mdb::play(input));
