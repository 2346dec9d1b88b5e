//! Figures of a run, in the words that are printed.

use std::time::Duration;

use klero_node::events::FinalEvent;

/// Seconds with one decimal.
pub(super) fn seconds(micros: u64) -> String {
    format!("{:.1}", Duration::from_micros(micros).as_secs_f64())
}

/// The times between one final round and the next at a node, in a span of time, ascending.
pub(super) fn round_times(finals: &[FinalEvent], from: u64, to: u64) -> Vec<u64> {
    let within: Vec<_> = finals
        .iter()
        .filter(|event| (from..to).contains(&event.at_us))
        .collect();
    let mut times: Vec<u64> = within
        .windows(2)
        .map(|pair| pair[1].at_us.saturating_sub(pair[0].at_us))
        .collect();
    times.sort_unstable();
    times
}

/// The value that `percent` of a hundred do not exceed.
pub(super) fn percentile(ascending: &[u64], percent: usize) -> Option<u64> {
    let place = (ascending.len() * percent).div_ceil(100).saturating_sub(1);
    ascending.get(place).copied()
}

/// Median and 95th percentile of round times, in words.
pub(super) fn pace(ascending: &[u64]) -> String {
    let of = |percent| percentile(ascending, percent).map_or_else(|| "-".into(), seconds_exact);
    format!("p50 {} s, p95 {} s", of(50), of(95))
}

fn seconds_exact(micros: u64) -> String {
    format!("{:.2}", Duration::from_micros(micros).as_secs_f64())
}

#[test]
fn percentiles_are_values_that_occurred() {
    let times: Vec<u64> = (1..=20).collect();
    assert_eq!(
        (percentile(&times, 50), percentile(&times, 95)),
        (Some(10), Some(19))
    );
    assert_eq!((percentile(&[7], 50), percentile(&[], 95)), (Some(7), None));
}
