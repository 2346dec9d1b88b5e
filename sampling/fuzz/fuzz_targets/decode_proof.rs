//! Bytes that claim to be VRF proofs, in votes and in certificates.
#![no_main]

#[path = "../bodies/decode_proof.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    body::run(data);
});
