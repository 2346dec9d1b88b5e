//! Any draw in any lottery.
#![no_main]

#[path = "../bodies/seats.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    body::run(data);
});
