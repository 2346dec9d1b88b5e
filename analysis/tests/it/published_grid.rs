//! The smallest Poisson committees (the shared vectors, `poisson_quorum_grid`).

use klero_analysis::{Event, Poisson, poisson_votes};

use crate::oracle::fraction;

/// For live/split bits and h: τ and T.
const GRID: [(f64, f64, &str, u32, u64); 33] = [
    (20.0, 40.0, "0.9", 606, 438),
    (20.0, 40.0, "0.8", 1_928, 1_359),
    (20.0, 40.0, "0.7", 31_417, 21_289),
    (30.0, 40.0, "0.9", 769, 540),
    (30.0, 40.0, "0.8", 2_425, 1_681),
    (30.0, 40.0, "0.7", 39_140, 26_409),
    (40.0, 40.0, "0.9", 919, 633),
    (40.0, 40.0, "0.8", 2_879, 1_973),
    (40.0, 40.0, "0.7", 46_221, 31_095),
    (47.0, 47.0, "0.9", 1_098, 756),
    (47.0, 47.0, "0.8", 3_429, 2_350),
    (47.0, 47.0, "0.7", 55_065, 37_045),
    (50.0, 50.0, "0.9", 1_169, 805),
    (50.0, 50.0, "0.8", 3_664, 2_511),
    (50.0, 50.0, "0.7", 58_878, 39_610),
    (60.0, 60.0, "0.9", 1_423, 980),
    (60.0, 60.0, "0.8", 4_456, 3_054),
    (60.0, 60.0, "0.7", 71_611, 48_176),
    (64.0, 64.0, "0.9", 1_525, 1_050),
    (64.0, 64.0, "0.8", 4_770, 3_269),
    (64.0, 64.0, "0.7", 76_693, 51_595),
    (80.0, 80.0, "0.9", 1_930, 1_329),
    (80.0, 80.0, "0.8", 6_041, 4_140),
    (80.0, 80.0, "0.7", 97_096, 65_321),
    (128.0, 128.0, "0.9", 3_150, 2_169),
    (128.0, 128.0, "0.8", 9_858, 6_756),
    (128.0, 128.0, "0.7", 158_550, 106_664),
    (7.6439, 128.0, "0.9", 893, 732),
    (7.6439, 128.0, "0.8", 2_989, 2_266),
    (7.6439, 128.0, "0.7", 50_638, 34_963),
    (27.6, 27.6, "0.9", 608, 419),
    (27.6, 27.6, "0.8", 1_904, 1_305),
    (27.6, 27.6, "0.7", 30_600, 20_586),
];

/// [RISK-1]: whether `P[H < T]` is at most 2^-bits.
fn lives(expected: u32, threshold: u64, honest: &str, bits: f64) -> bool {
    let tenths: u64 = honest.strip_prefix("0.").unwrap().parse().unwrap();
    let mean = format!("{}/10", u64::from(expected) * tenths);
    let live = Poisson::new(fraction(&mean))
        .unwrap()
        .tail(Event::Below(threshold))
        .unwrap();
    live.log2() <= -bits
}

/// [RISK-2]: whether P[H + 2A ≥ 2T] is at most 2^-bits.
fn is_safe(expected: u32, threshold: u64, honest: &str, bits: f64) -> bool {
    poisson_votes(expected, 2 * threshold, fraction(honest))
        .unwrap()
        .log2()
        <= -bits
}

/// T is the greatest with [RISK-1] within its target, τ the smallest with [RISK-2] within its own.
#[test]
fn smallest_poisson_committees() {
    for (live, split, honest, expected, threshold) in GRID {
        let what = format!("2^-{live} and 2^-{split} for h = {honest}");
        assert!(lives(expected, threshold, honest, live), "{what}: T is too great");
        assert!(
            !lives(expected, threshold + 1, honest, live),
            "{what}: T could be greater"
        );
        assert!(
            is_safe(expected, threshold, honest, split),
            "{what}: τ is too small"
        );
        // The greatest threshold of the next smaller committee is the same or one less.
        let below = (1..=threshold)
            .rev()
            .find(|threshold| lives(expected - 1, *threshold, honest, live));
        assert!(
            !is_safe(expected - 1, below.unwrap(), honest, split),
            "{what}: τ could be smaller"
        );
    }
}
