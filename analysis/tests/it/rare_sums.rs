//! Importance sampling of sums: unbiased, and as sure as it says.

use dashu::rational::RBig;
use klero_analysis::rare::{Estimate, MIN_SAMPLES, SeatSum, estimate};
use klero_analysis::{Event, Log2Bound, Poisson, Verdict};

use crate::honest_seats::f64_of;
use crate::oracle::{Big, big, integer, outcomes, poisson, ratio, sum};

/// P[0], P[1], …, P[399] of so many lots with one chance, each from the one before.
pub(crate) fn few(trials: u64, chance: &RBig) -> Vec<Big> {
    let won = big(chance);
    let lost = integer(1) - &won;
    let mut terms = vec![lost.powi(trials.into())];
    for k in 0..trials.min(399) {
        let next = &terms[terms.len() - 1] * integer(trials - k) / integer(k + 1) * &won / &lost;
        terms.push(next);
    }
    terms
}

/// What is estimated with a thousand seeds.
struct Case {
    name: &'static str,
    sum: SeatSum,
    event: Event,
    exact: Big,
}

fn beyond(chances: &[Big], k: usize) -> Big {
    sum(&chances[k..])
}

fn case(name: &'static str, sum: SeatSum, event: Event, exact: Big) -> Case {
    Case {
        name,
        sum,
        event,
        exact,
    }
}

/// Each law alone, from 2^-9 down to 2^-90.
fn laws() -> Vec<Case> {
    let mean = poisson(&ratio(26, 1), 600);
    let tenth = few(1_000, &ratio(1, 10));
    let (proposers, thousand) = (
        SeatSum::new().poisson(26.0, 1),
        SeatSum::new().lots(1_000, 0.1, 1),
    );
    // 20 of 50 with 8 marked.
    let hand = |k: u64| {
        let choose = |n: u64, k: u64| (0..k).fold(RBig::ONE, |c, i| c * ratio(n - i, i + 1));
        choose(8, k) * choose(42, 20 - k) / choose(50, 20)
    };
    let marked = SeatSum::new().hand(50, 8, 20, 1);
    vec![
        case(
            "71 of 26",
            proposers.clone(),
            Event::AtLeast(71),
            beyond(&mean, 71),
        ),
        case("few of 26", proposers, Event::Below(2), sum(&mean[..2])),
        case(
            "30 of 1000",
            thousand.clone(),
            Event::AtMost(30),
            sum(&tenth[..31]),
        ),
        case("260 of 1000", thousand, Event::Above(259), beyond(&tenth, 260)),
        case(
            "good hand",
            marked.clone(),
            Event::AtLeast(7),
            big(&(hand(7) + hand(8))),
        ),
        case("poor hand", marked, Event::Below(2), big(&(hand(0) + hand(1)))),
    ]
}

/// Unlike lots, and together with seats of two kinds that count twice.
fn mixtures() -> Vec<Case> {
    let fractions = [
        (1, 3),
        (1, 7),
        (2, 5),
        (9, 10),
        (1, 100),
        (3, 4),
        (1, 2),
        (5, 9),
        (1, 20),
        (2, 3),
    ];
    let chances: Vec<RBig> = fractions
        .iter()
        .map(|(above, below)| ratio(*above, *below))
        .collect();
    let won: Vec<Big> = outcomes(&chances).iter().map(big).collect();
    let unlike = fractions
        .iter()
        .fold(SeatSum::new().certain(7, 1), |sum, (above, below)| {
            sum.lot(*above as f64 / *below as f64, 1)
        });
    let twice = unlike.clone().poisson(1.5, 2).lots(1_000, 0.001, 2).certain(1, 2);
    let (bad, less_likely) = (poisson(&ratio(3, 2), 90), few(1_000, &ratio(1, 1_000)));
    let mut both = integer(0);
    for (good, first) in won.iter().enumerate() {
        for (drawn, second) in bad.iter().enumerate() {
            for (less, third) in less_likely.iter().enumerate().take(90) {
                if 7 + good + 2 * (1 + drawn + less) >= 40 {
                    both += first * second * third;
                }
            }
        }
    }
    vec![
        case("few lots", unlike.clone(), Event::AtMost(8), sum(&won[..2])),
        case("many lots", unlike, Event::AtLeast(15), beyond(&won, 8)),
        case("twice", twice, Event::AtLeast(40), both),
    ]
}

#[test]
fn intervals_hold_the_truth_in_95_of_100_cases_and_estimates_have_it_as_their_mean() {
    for Case {
        name,
        sum,
        event,
        exact,
    } in laws().into_iter().chain(mixtures())
    {
        let seeds = 2_000_u64;
        let truth = f64_of(&exact.log2());
        // As a multiple of the truth.
        let times = |log2: f64| (log2 - truth).exp2();
        let (mut held, mut total, mut squares) = (0_u32, 0.0, 0.0);
        for seed in 0..seeds {
            let found = estimate(&sum, event, MIN_SAMPLES, seed);
            let (low, high) = (times(found.low_log2), times(found.high_log2));
            held += u32::from((low..=high).contains(&1.0));
            let found = times(found.log2);
            total += found;
            squares += found * found;
        }
        let count = seeds as f64;
        // Four standard deviations of a share of 95 %, and half a hundredth for weights that are not normal.
        let share = f64::from(held) / count;
        assert!((share - 0.95).abs() < 0.0245, "{name}: {share} of the intervals");
        let mean = total / count;
        let error = ((squares / count - mean * mean) / count).sqrt();
        assert!(
            (mean - 1.0).abs() < 4.0 * error,
            "{name}: {mean} of the truth, ±{error}"
        );
        assert!(error < 0.004, "{name}: ±{error}");
    }
}

#[test]
fn what_is_likely_is_estimated_by_its_opposite() {
    let lots = |event| estimate(&SeatSum::new().lots(1_000, 0.1, 1), event, 50_000, 9);
    let (rare, likely) = (lots(Event::Below(40)), lots(Event::AtLeast(40)));
    assert!(!rare.is_opposite && likely.is_opposite);
    assert_eq!((rare.hits, rare.tilt), (likely.hits, likely.tilt));
    let near = |found: f64, chance: f64| {
        assert!((found / (-chance.exp2()).ln_1p() - std::f64::consts::LOG2_E).abs() < 1e-6);
    };
    near(likely.log2, rare.log2);
    near(likely.low_log2, rare.high_log2);
    near(likely.high_log2, rare.low_log2);
    assert!(likely.low_log2 < likely.log2 && likely.log2 < likely.high_log2);
}

#[test]
fn what_is_certain_or_impossible_is_not_drawn() {
    let sum = SeatSum::new().certain(5, 2).lot(0.5, 3).lot(1.0, 1).lot(0.0, 9);
    let decided = |event| {
        let found = estimate(&sum, event, 5_000, 1);
        assert_eq!((found.samples, found.log2), (0, found.low_log2));
        found.log2
    };
    assert_eq!(
        (decided(Event::AtLeast(11)), decided(Event::AtLeast(15))),
        (0.0, f64::NEG_INFINITY)
    );
    assert_eq!(
        (decided(Event::Below(15)), decided(Event::Below(11))),
        (0.0, f64::NEG_INFINITY)
    );
    // 11 or 14: either with one half.
    for event in [
        Event::AtLeast(12),
        Event::AtLeast(14),
        Event::Below(14),
        Event::AtMost(11),
    ] {
        let found = estimate(&sum, event, 5_000, 1);
        assert!(
            (found.log2 + 1.0).abs() <= 0.1 && found.samples == 5_000,
            "{event:?}: {found:?}"
        );
    }
}

#[test]
fn the_very_end_of_what_is_possible_has_its_chance() {
    let sum = (0..40).fold(SeatSum::new(), |sum, _| sum.lot(0.125, 1));
    let all = estimate(&sum, Event::AtLeast(40), MIN_SAMPLES, 4);
    assert!(
        (all.log2 + 120.0).abs() < 1e-9 && all.half_width() < 1e-6,
        "{all:?}"
    );
    let none = estimate(&sum, Event::Below(1), MIN_SAMPLES, 4);
    assert!((none.log2 - 40.0 * 0.875_f64.log2()).abs() < 1e-9, "{none:?}");
}

#[test]
fn a_seed_determines_the_estimate() {
    let sum = SeatSum::new()
        .poisson(26.0, 1)
        .lots(1_000_000, 1e-5, 2)
        .lot(0.3, 1);
    let found = |seed| -> Estimate { estimate(&sum, Event::AtLeast(120), 20_000, seed) };
    assert_eq!(found(5), found(5));
    assert_ne!(found(5).log2, found(6).log2);
    assert!((found(5).log2 - found(6).log2).abs() < 0.2);
}

#[test]
fn a_bound_that_is_too_small_is_contradicted() {
    let found = estimate(&SeatSum::new().poisson(26.0, 1), Event::AtLeast(71), 100_000, 3);
    let poisson = Poisson::new("26".parse().unwrap()).unwrap();
    for (k, verdict) in [(70, Verdict::Below), (71, Verdict::Agrees), (72, Verdict::Above)] {
        let bound = poisson.tail(Event::AtLeast(k)).unwrap();
        assert_eq!(found.verdict(&bound), verdict, "{k}");
    }
    assert_eq!(found.verdict(&Log2Bound::IMPOSSIBLE), Verdict::Above);
    assert_eq!(found.verdict(&Log2Bound::CERTAIN), Verdict::Below);
}
