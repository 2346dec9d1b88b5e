//! Rates beside bounds: their intervals and verdicts, against sums of exact rationals.

use dashu::rational::RBig;
use klero_analysis::measure::Rate;
use klero_analysis::{Event, Log2Bound, Poisson, Verdict};

use crate::committee_oracle::lots;
use crate::honest_seats::f64_of;
use crate::oracle::sum;

/// A bound close to a chance: P[X ≥ 1] of Poisson(mean).
fn bound(mean: &str) -> Log2Bound {
    Poisson::new(mean.parse().unwrap())
        .unwrap()
        .tail(Event::AtLeast(1))
        .unwrap()
}

fn rate(seen: u64, of: u64) -> Rate {
    let bound = bound("0.05");
    Rate { seen, of, bound }
}

#[test]
fn beyond_the_ends_of_the_interval_what_was_seen_has_a_fortieth() {
    for (seen, of) in [
        (0, 10),
        (1, 10),
        (5, 10),
        (10, 10),
        (3, 400),
        (399, 400),
        (0, 400),
        (57, 400),
    ] {
        let (low, high) = rate(seen, of).interval();
        let place = usize::try_from(seen).unwrap();
        let share = |chance: f64, range: std::ops::RangeInclusive<usize>| {
            let chance = RBig::try_from(chance).unwrap();
            f64_of(&sum(&lots(of, &chance)[range]))
        };
        if seen > 0 {
            let more = share(low, place..=usize::try_from(of).unwrap());
            assert!((more - 0.025).abs() < 1e-9, "{seen} of {of}: {low} {more}");
        } else {
            assert!(low.abs() < f64::MIN_POSITIVE);
        }
        if seen < of {
            let fewer = share(high, 0..=place);
            assert!((fewer - 0.025).abs() < 1e-9, "{seen} of {of}: {high} {fewer}");
        } else {
            assert!((high - 1.0).abs() < f64::MIN_POSITIVE);
        }
    }
    assert_eq!(rate(0, 0).interval(), (0.0, 1.0));
}

/// 4.88 % of 10,000 are 488, with a standard deviation of 21.5; 3.9 of them are a chance of 5 in 100,000.
#[test]
fn a_verdict_needs_four_standard_deviations() {
    for (seen, verdict) in [
        (488, Verdict::Agrees),
        (420, Verdict::Agrees),
        (560, Verdict::Agrees),
        (395, Verdict::Below),
        (0, Verdict::Below),
        (585, Verdict::Above),
        (10_000, Verdict::Above),
    ] {
        assert_eq!(rate(seen, 10_000).verdict(), verdict, "{seen}");
    }
    let of = |seen, bound| Rate { seen, of: 100, bound }.verdict();
    assert_eq!(of(0, Log2Bound::IMPOSSIBLE), Verdict::Agrees);
    assert_eq!(of(1, Log2Bound::IMPOSSIBLE), Verdict::Above);
    assert_eq!(of(100, Log2Bound::CERTAIN), Verdict::Agrees);
    assert_eq!(of(99, Log2Bound::CERTAIN), Verdict::Below);
    assert_eq!(
        (rate(0, 0).verdict(), rate(0, 10).verdict()),
        (Verdict::Agrees, Verdict::Agrees)
    );
}
