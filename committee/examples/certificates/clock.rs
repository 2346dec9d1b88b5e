//! Time spent on one core.

use std::time::Instant;

/// Milliseconds that this thread has had a core for, where the system tells; else those that have passed.
fn now(start: Instant) -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat");
    let nanoseconds = text
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64() * 1e3, |time| time / 1e6)
}

/// What a call takes, the mean of so many in a row.
pub(crate) fn milliseconds(calls: u32, mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    let before = now(start);
    (0..calls).for_each(|_| call());
    (now(start) - before) / f64::from(calls)
}
