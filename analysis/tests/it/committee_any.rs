//! Bounds for all distributions of stake: what they are, and that no distribution exceeds them.

use dashu::rational::RBig;
use klero_analysis::{
    Adversary, Assumptions, CommitteeLaw, Fraction, Log2Bound, RiskError, Scheme, Stakes, committee_risk,
};
use klero_committee::CommitteeSize;
use proptest::prelude::*;

use crate::committee_oracle::{Truth, at_least_the_mean, bad_mean, share};
use crate::oracle::{big, decimal, fraction, judge, poisson_below, ratio};
use crate::quota::seats;

#[test]
fn poisson_where_it_is_proved_and_certain_elsewhere() {
    for (expected, part, whole) in [
        (20, 4, 5),
        (30, 9, 10),
        (7, 2, 3),
        (40, 3, 4),
        (5, 1, 2),
        (10, 1, 1),
        (9, 0, 1),
    ] {
        let honest = (part, whole);
        let mean = ratio(part, whole) * RBig::from(expected);
        let assumptions = Assumptions::honest(share(honest));
        let law = |scheme| CommitteeLaw::new(scheme, expected, None, &assumptions).unwrap();
        let (quota, binomial) = (law(Scheme::Quota), law(Scheme::Binomial));
        let truth = Truth::of_seats(at_least_the_mean(&mean), bad_mean(expected, honest));
        for threshold in (1..u64::from(expected) * 2).step_by(1 + expected as usize / 8) {
            let what = format!("τ = {expected}, h = {honest:?}, T = {threshold}");
            // What H is replaced by to bound the sum says nothing of its lower tail.
            let live = quota.failure(threshold).unwrap().risk.live;
            if RBig::from(threshold) <= mean {
                judge(&live, &poisson_below(&mean, threshold), &what);
            } else {
                assert_eq!(live, Log2Bound::CERTAIN, "{what}");
            }
            truth.judge_two(&quota, threshold, &what);
            assert_eq!(quota.failure(threshold), binomial.failure(threshold), "{what}");
        }
    }
}

/// P[H < T], P[H + 2A ≥ 2T] and P[A ≥ T] for these chances of H and A.
fn exactly(good: &[RBig], bad: &[RBig], threshold: u64) -> [RBig; 3] {
    let threshold = usize::try_from(threshold).unwrap();
    let mut sums = [RBig::ZERO, RBig::ZERO, RBig::ZERO];
    for (h, good) in good.iter().enumerate() {
        for (a, bad) in bad.iter().enumerate() {
            let happens = [h < threshold, h + 2 * a >= 2 * threshold, a >= threshold];
            for (sum, _) in sums.iter_mut().zip(happens).filter(|(_, happens)| *happens) {
                *sum += good * bad;
            }
        }
    }
    sums
}

fn not_exceeded(law: &CommitteeLaw, threshold: u64, exact: [RBig; 3]) -> Result<(), TestCaseError> {
    let risk = law.failure(threshold).unwrap().risk;
    for (bound, exact) in [risk.live, risk.split, risk.take].into_iter().zip(exact) {
        prop_assert!(decimal(&bound.decimal()) >= big(&exact), "{bound:.9} and {exact}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_stakes_exceed_the_bound_for_all(
        good in prop::collection::vec(1_u64..1_000, 1..7),
        bad in prop::collection::vec(1_u64..300, 0..6),
        expected in 1_u32..60,
        threshold in 1_u64..60,
    ) {
        let sum = good.iter().chain(&bad).sum::<u64>();
        prop_assume!(sum > u64::from(expected));
        let honest = share((good.iter().sum(), sum));
        let law = CommitteeLaw::new(Scheme::Quota, expected, None, &Assumptions::honest(honest)).unwrap();
        let seats = |stakes: &[u64]| seats(stakes, sum, expected, &RBig::ONE);
        not_exceeded(&law, threshold, exactly(&seats(&good), &seats(&bad), threshold))?;
    }

    #[test]
    fn however_the_adversary_splits_its_stake(
        stakes in prop::collection::vec(1_u64..100, 1..7),
        pieces in prop::collection::vec(1_u64..50, 1..7),
        expected in 1_u32..40,
        threshold in 1_u64..50,
    ) {
        let (total, bad): (u64, u64) = (stakes.iter().sum(), pieces.iter().sum());
        prop_assume!(total > u64::from(expected));
        // h of every stake is honest, and the pieces have the rest: a = bad/(total + bad).
        let honest = (total, total + bad);
        let file = Stakes::of(stakes.iter().copied()).unwrap();
        let assumptions = Assumptions { adversary: Adversary::Dust, ..Assumptions::honest(share(honest)) };
        let law = CommitteeLaw::new(Scheme::Quota, expected, Some(&file), &assumptions).unwrap();
        let good = seats(&stakes, total, expected, &ratio(honest.0, honest.1));
        let bad = seats(&pieces, total + bad, expected, &RBig::ONE);
        not_exceeded(&law, threshold, exactly(&good, &bad, threshold))?;
    }
}

#[test]
fn what_is_missing_or_no_committee_is_refused() {
    let ask = |scheme, expected, threshold, honest: &str, offline_groups| {
        let assumptions = Assumptions {
            offline_groups,
            ..Assumptions::honest(fraction(honest))
        };
        committee_risk(scheme, CommitteeSize { expected, threshold }, None, &assumptions).map(|_| ())
    };
    assert_eq!(ask(Scheme::Quota, 0, 5, "0.8", 0), Err(RiskError::Expected(0)));
    assert_eq!(ask(Scheme::Fixed, 9, 0, "0.8", 0), Err(RiskError::Threshold(0)));
    assert_eq!(
        ask(Scheme::Full, 9, 5, "9/8", 0),
        Err(RiskError::Honest(fraction("9/8")))
    );
    assert_eq!(
        ask(Scheme::FaitAccompli, 9, 5, "0.8", 0),
        Err(RiskError::NeedsStakes)
    );
    assert_eq!(ask(Scheme::Quota, 9, 5, "0.8", 1), Err(RiskError::NeedsGroups));
    let ungrouped = Stakes::of([70, 30]).unwrap();
    let assumptions = Assumptions {
        offline_groups: 1,
        ..Assumptions::honest(Fraction::ONE)
    };
    let refused = CommitteeLaw::new(Scheme::Quota, 9, Some(&ungrouped), &assumptions).map(|_| ());
    assert_eq!(refused, Err(RiskError::NeedsGroups));
}
