//! The events of section "What is bounded" for Poisson seats, against the full convolution.

use dashu::rational::RBig;
use klero_analysis::{Fraction, RiskError, TailError, poisson_risk, poisson_votes};
use klero_committee::CommitteeSize;

use crate::oracle::{Big, Chance, fraction, integer, judge, poisson, poisson_below, ratio};

/// P[H + 2A ≥ votes] and of its opposite over all pairs of seats up to `reach`.
fn votes(expected: u64, honest: (u64, u64), votes: usize, reach: u64) -> Chance {
    let share = ratio(honest.0, honest.1);
    let expected = RBig::from(expected);
    let good = poisson(&(&share * &expected), reach);
    let bad = poisson(&((RBig::ONE - share) * expected), reach);
    let (mut of, mut against) = (integer(0), integer(0));
    for (h, good) in good.iter().enumerate() {
        for (a, bad) in bad.iter().enumerate() {
            let sum = if h + 2 * a >= votes { &mut of } else { &mut against };
            *sum += good * bad;
        }
    }
    Chance { of, against }
}

#[test]
fn the_three_events_of_one_committee() {
    for (expected, threshold, numerator, denominator) in [
        (20, 15, 4, 5),
        (30, 21, 9, 10),
        (7, 6, 2, 3),
        (40, 28, 3, 4),
        (5, 9, 1, 2),
        (10, 10, 1, 1),
        (9, 5, 0, 1),
    ] {
        let honest = fraction(&format!("{numerator}/{denominator}"));
        let risk = poisson_risk(CommitteeSize { expected, threshold }, honest).unwrap();
        let share = ratio(numerator, denominator);
        let mean = |share: &RBig| share * RBig::from(expected);
        let what = format!("τ = {expected}, T = {threshold}, h = {honest}");
        // [RISK-1]
        judge(&risk.live, &poisson_below(&mean(&share), threshold), &what);
        // [RISK-2]
        let pairs = votes(
            u64::from(expected),
            (numerator, denominator),
            2 * threshold as usize,
            260,
        );
        judge(&risk.split, &pairs, &what);
        // [RISK-4]
        judge(
            &risk.take,
            &poisson_below(&mean(&(RBig::ONE - share)), threshold).opposite(),
            &what,
        );
    }
}

#[test]
fn an_odd_number_of_votes() {
    for count in [1, 2, 13, 41] {
        let bound = poisson_votes(12, count, fraction("0.7")).unwrap();
        judge(
            &bound,
            &votes(12, (7, 10), count as usize, 220),
            &format!("{count} votes"),
        );
    }
}

#[test]
fn the_oracle_adds_up() {
    let chance = votes(20, (4, 5), 30, 260);
    let error = chance.of + chance.against - Big::ONE;
    assert!(error < Big::ONE >> 300 && -error < Big::ONE >> 300);
}

#[test]
fn what_is_no_committee_is_refused() {
    let risk = |expected, threshold, honest: &str| {
        poisson_risk(CommitteeSize { expected, threshold }, fraction(honest)).map(|_| ())
    };
    assert_eq!(risk(0, 5, "0.8"), Err(RiskError::Expected(0)));
    assert_eq!(
        risk((1 << 20) + 1, 5, "0.8"),
        Err(RiskError::Expected((1 << 20) + 1))
    );
    assert_eq!(risk(9, 0, "0.8"), Err(RiskError::Threshold(0)));
    assert_eq!(risk(9, u64::MAX, "0.8"), Err(RiskError::Threshold(u64::MAX)));
    assert_eq!(risk(9, 5, "9/8"), Err(RiskError::Honest(fraction("9/8"))));
    assert_eq!(poisson_votes(9, 0, Fraction::ONE), Err(RiskError::Threshold(0)));
    assert_eq!(
        RiskError::from(TailError::Far(7)).to_string(),
        TailError::Far(7).to_string()
    );
}
