//! Bytes and texts that claim to be VRF keys, BLS keys or BLS signatures.
#![no_main]

#[path = "../bodies/decode_key.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    body::run(data);
});
