#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| medshare_fuzz::run("readers_fhir", input));
