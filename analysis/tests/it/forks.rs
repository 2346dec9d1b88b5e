//! The chance of a fork, and of everything over years, against integrals in floating point.

use klero_analysis::Log2Bound;
use klero_analysis::risk::{
    Assumptions, Committees, Horizon, YEAR, before_the_cap, chain_risk, fork_risk, profile_risk,
};
use klero_committee::sampling::SeatScheme;
use klero_committee::{CommitteeSize, Profile, Timing};

/// ln of the Poisson chance of k.
fn ln_pmf(k: u64, mean: f64) -> f64 {
    if mean == 0.0 {
        return if k == 0 { 0.0 } else { f64::NEG_INFINITY };
    }
    let ln_factorial: f64 = (1..=k).map(|factor| (factor as f64).ln()).sum();
    k as f64 * mean.ln() - mean - ln_factorial
}

/// P[at least k], summed from k on.
fn at_least(k: u64, mean: f64) -> f64 {
    let far = k + 60 + (10.0 * mean) as u64;
    // Each term from the one before: P[k + 1] = P[k]·λ/(k + 1).
    let first = ln_pmf(k, mean).exp();
    let terms = (k + 1..far).scan(first, |term, seats| {
        *term *= mean / seats as f64;
        Some(*term)
    });
    first + terms.sum::<f64>()
}

/// F(0)·G(0) + ∫ F′·G: the chance that is bounded, with F′ = h·τ·P[T − 1 seats].
fn integral(first: CommitteeSize, second: CommitteeSize, honest: f64) -> f64 {
    let mean = |size: CommitteeSize, share: f64| f64::from(size.expected) * (1.0 - honest + share * honest);
    let later = |share: f64| at_least(second.threshold, mean(second, 1.0 - share));
    let density = |share: f64| {
        let rate = f64::from(first.expected) * honest;
        rate * ln_pmf(first.threshold - 1, mean(first, share)).exp()
    };
    let cells = 4_000;
    let sum: f64 = (0..cells)
        .map(|cell| (f64::from(cell) + 0.5) / f64::from(cells))
        .map(|share| density(share) * later(share))
        .sum();
    at_least(first.threshold, mean(first, 0.0)) * later(0.0) + sum / f64::from(cells)
}

fn size(expected: u32, threshold: u64) -> CommitteeSize {
    CommitteeSize { expected, threshold }
}

/// Over any stakes.
fn fork(first: CommitteeSize, second: CommitteeSize, honest: &str) -> Log2Bound {
    let assumptions = Assumptions::honest(honest.parse().unwrap());
    fork_risk(SeatScheme::Quota, [first, second], None, &assumptions).unwrap()
}

/// [RISK-3] Never below the integral, and at most eight times it where no tail counts as 1.
#[test]
fn the_bound_is_above_the_chance_and_near_it() {
    let cases = [
        (size(40, 37), size(40, 37), "4/5"),
        (size(60, 52), size(40, 38), "3/4"),
        (size(100, 85), size(100, 85), "9/10"),
        (size(100, 92), size(80, 70), "4/5"),
        (size(30, 29), size(100, 90), "17/20"),
    ];
    for (first, second, honest) in cases {
        let bound = fork(first, second, honest).log2();
        let (numerator, denominator) = honest.split_once('/').unwrap();
        let share = numerator.parse::<f64>().unwrap() / denominator.parse::<f64>().unwrap();
        let chance = integral(first, second, share).log2();
        assert!(bound >= chance, "{first:?} {second:?}: 2^{bound} < 2^{chance}");
        assert!(
            bound <= chance + 3.0,
            "{first:?} {second:?}: 2^{bound} for 2^{chance}"
        );
    }
}

/// [RISK-3] Larger committees, larger thresholds and fewer adversaries make it rarer.
#[test]
fn it_falls_with_size_threshold_and_honesty() {
    let at = |first, second, honest: &str| fork(first, second, honest).log2();
    let base = at(size(1000, 712), size(1000, 712), "4/5");
    assert!(at(size(2000, 1424), size(2000, 1424), "4/5") < base);
    assert!(at(size(1000, 740), size(1000, 740), "4/5") < base);
    assert!(at(size(1000, 712), size(1000, 712), "17/20") < base);
    assert!(base < -20.0, "2^{base}");
}

/// Everyone honest: those who staged are those who may not abandon, and both committees cannot have T > τ/2.
#[test]
fn without_an_adversary_it_is_no_more_than_a_lucky_draw() {
    let bound = fork(size(1000, 712), size(1000, 712), "1");
    assert!(bound.log2() < -60.0, "{bound}");
}

/// [RISK-5] Deadlines of 4 s, then 1, 2, 4 and 8 s: four Next committees before each further one takes 8 s.
#[test]
fn committees_of_a_horizon_are_counted() {
    let timing = Timing {
        filter_min: 10,
        filter_max: 1_000,
        deadline: 4_000,
        step_base: 1_000,
        step_cap: 8_000,
    };
    assert_eq!(before_the_cap(&timing), 4);
    let horizon = Horizon {
        time: 8_000_000,
        round: 1_000,
        lookahead: 1,
    };
    let expected = Committees {
        rounds: 8_000,
        periods: 8_000 + 2_000,
        nexts: 10_000 * 4 + 1_000,
    };
    assert_eq!(Committees::of(&timing, &horizon), expected);
}

/// [RISK-5] [SEED-6] A horizon costs the number of its committees, times the seeds.
#[test]
fn a_horizon_multiplies() {
    let committee = size(2_000, 1_424);
    let profile = Profile {
        propose: 26,
        soft: committee,
        cert: committee,
        next: committee,
        scheme: SeatScheme::Quota,
        ..Profile::full()
    };
    let risk = profile_risk(&profile, None, &Assumptions::honest("4/5".parse().unwrap())).unwrap();
    let at = |time, lookahead| {
        let horizon = Horizon {
            time,
            round: 1_000,
            lookahead,
        };
        chain_risk(&profile, &risk, &horizon)
    };
    let (year, ten) = (at(YEAR, 1), at(10 * YEAR, 1));
    assert_eq!((year.seeds, at(YEAR, 3).seeds), (27, 81));
    let bits = |more: f64, less: f64| more - less;
    assert!((bits(ten.horizon.log2(), year.horizon.log2()) - 10_f64.log2()).abs() < 1e-3);
    assert!((bits(at(YEAR, 2).horizon.log2(), year.horizon.log2()) - 1.0).abs() < 1e-6);
    // The sum of its parts, in floating point.
    let committees = year.committees;
    let part = |bound: Log2Bound, count: u64| bound.log2().exp2() * count as f64;
    let sum = part(risk.split, committees.periods)
        + part(risk.take, committees.periods)
        + part(risk.fork_by_cert, committees.nexts)
        + part(risk.fork_by_soft, committees.nexts);
    assert!(((sum * 27.0).log2() - year.horizon.log2()).abs() < 1e-6);
    assert!(year.round.log2() < year.horizon.log2());
    // The horizon is a year here, and Soft and Cert may both fail for each seed.
    assert_eq!(year.year, year.horizon);
    let late = (risk.live.log2().exp2() * 54.0).log2();
    assert!((year.late.log2() - late).abs() < 1e-6, "{}", year.late);
}
