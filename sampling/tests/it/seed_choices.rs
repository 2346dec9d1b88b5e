//! The number of seeds that an adversary may choose from, as a fraction.

use dashu::integer::UBig;
use dashu::rational::RBig;
use klero_sampling::seed::{choices, choices_without_failed_periods};
use proptest::prelude::*;

fn fraction(numerator: impl Into<UBig>, denominator: impl Into<UBig>) -> RBig {
    RBig::from_parts(numerator.into().into(), denominator.into())
}

/// Seeds one generation further: own winners before the first honest one, a/(1 − a), and with failed periods the
/// fallback wherever the first winner is its own, a. `None` for the whole stake.
fn offspring((p, q): (u32, u32), fails_periods: bool) -> Option<RBig> {
    let share = fraction(p, q);
    let winners = (p < q).then(|| &share / (RBig::ONE - &share))?;
    Some(if fails_periods { winners + share } else { winners })
}

/// [SEED-6] The table of the chapter, and the shares that it was computed for.
#[test]
fn figures_are_those_of_the_table() {
    let table = [
        ((1, 5), (20, 11), (4, 3)),
        ((1, 4), (12, 5), (3, 2)),
        ((3, 10), (70, 19), (7, 4)),
    ];
    for (adversary, with, without) in table {
        assert_eq!(choices(adversary), Some(with));
        assert_eq!(choices_without_failed_periods(adversary), Some(without));
        let scaled = (adversary.0 * 10_000, adversary.1 * 10_000);
        assert_eq!(choices(scaled), Some(with));
    }
    assert_eq!(choices((0, 7)), Some((1, 1)));
    assert_eq!(choices_without_failed_periods((0, 7)), Some((1, 1)));
}

/// [SEED-6] 0.381966011… = (3 − √5)/2, between consecutive Fibonacci numbers two apart; and one half.
#[test]
fn beyond_its_bound_a_share_has_no_figure() {
    assert!(choices((832_040, 2_178_309)).is_some());
    assert_eq!(choices((514_229, 1_346_269)), None);
    assert_eq!(choices((2, 5)), None);
    assert!(choices_without_failed_periods((u32::MAX / 2, u32::MAX)).is_some());
    assert_eq!(choices_without_failed_periods((1, 2)), None);
}

/// [SEED-6] Shares that are none, and integers as large as they come.
#[test]
fn no_share_overflows() {
    let large = u32::MAX;
    for adversary in [
        (0, 0),
        (1, 0),
        (large, 0),
        (1, 1),
        (large, large),
        (large, 1),
        (large, 2),
    ] {
        assert_eq!(choices(adversary), None, "{adversary:?}");
        assert_eq!(choices_without_failed_periods(adversary), None, "{adversary:?}");
    }
    assert!(choices((1, large)).is_some());
    assert!(choices((large / 3, large)).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(5000) })]

    /// [SEED-6] Times 1 − μ the figure is one, and it is there just where μ is below one.
    #[test]
    fn figures_are_sums_of_generations(p in any::<u32>(), q in 1_u32.., percent in 0_u32..100) {
        for (p, q) in [(p, q), (q / 100 * percent, q)] {
            for (found, fails) in [(choices((p, q)), true), (choices_without_failed_periods((p, q)), false)] {
                let rest = offspring((p, q), fails).map(|mean| RBig::ONE - mean).filter(|rest| *rest > RBig::ZERO);
                let Some((numerator, denominator)) = found else {
                    prop_assert_eq!(rest, None);
                    continue;
                };
                prop_assert_eq!(fraction(numerator, denominator) * rest.unwrap(), RBig::ONE);
                let exact = fraction(numerator, denominator);
                prop_assert_eq!(exact.denominator(), &UBig::from(denominator), "not in lowest terms");
            }
        }
    }
}
