//! See tests/fuzzed/targets/http.rs.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kioskd_fuzz::targets::http::play(input));
