//! Poisson-binomial tails.

use dashu::integer::{IBig, UBig};
use dashu::rational::RBig;
use klero_analysis::tail::MAX_TRIALS;
use klero_analysis::{Event, PoissonBinomial, TailError};
use proptest::prelude::*;

use crate::oracle::{Chance, fraction, judge, outcomes, ratio};

/// Checks every event for k against the exact chances of 0, 1, 2, … successes.
fn check(law: &PoissonBinomial, chances: &[RBig], ks: impl IntoIterator<Item = u64>) {
    let below = |k: u64| {
        let fewer = chances.iter().take(usize::try_from(k).unwrap());
        Chance::exact(&fewer.fold(RBig::ZERO, |sum, chance| sum + chance))
    };
    for k in ks {
        let what = format!("{k} of {} trials", law.trials());
        judge(&law.tail(Event::Below(k)), &below(k), &what);
        judge(&law.tail(Event::AtLeast(k)), &below(k).opposite(), &what);
        judge(&law.tail(Event::AtMost(k)), &below(k + 1), &what);
        judge(&law.tail(Event::Above(k)), &below(k + 1).opposite(), &what);
    }
}

/// Trial i hits with `hits[i]`/`all`. The weights of all outcomes with k hits, as integers over all^n, gathered
/// trial by trial.
fn weights(hits: &[u64], all: u64) -> Vec<RBig> {
    let mut weights = vec![UBig::ONE];
    for &hit in hits {
        let mut next = vec![UBig::ZERO; weights.len() + 1];
        for (k, weight) in weights.iter().enumerate() {
            next[k] += weight * (all - hit);
            next[k + 1] += weight * hit;
        }
        weights = next;
    }
    let power = UBig::from(all).pow(hits.len());
    let chance = |weight: UBig| RBig::from_parts(IBig::from(weight), power.clone());
    weights.into_iter().map(chance).collect()
}

fn law(hits: &[u64], all: u64) -> PoissonBinomial {
    let chances = hits.iter().map(|hit| fraction(&format!("{hit}/{all}")));
    PoissonBinomial::new(chances).unwrap()
}

#[test]
fn few_trials_against_every_outcome() {
    for hits in [
        &[][..],
        &[0],
        &[5],
        &[1, 2, 3, 4],
        &[0, 5, 5, 2, 0, 1],
        &[5, 5, 5],
        &[3; 9],
    ] {
        let chances: Vec<RBig> = hits.iter().map(|hit| ratio(*hit, 5)).collect();
        check(&law(hits, 5), &outcomes(&chances), 0..hits.len() as u64 + 3);
    }
}

#[test]
fn two_hundred_validators_of_falling_size() {
    let hits: Vec<u64> = (1..=200).map(|rank| 1_000 / rank).collect();
    check(
        &law(&hits, 1_001),
        &weights(&hits, 1_001),
        [0, 1, 3, 5, 6, 7, 20, 60, 199, 200],
    );
}

#[test]
fn down_to_two_to_the_minus_5000() {
    // 300 trials with chances below 2^-16: all of them hit with about 2^-5100.
    let hits: Vec<u64> = (0..300).map(|i| 1 + i % 7).collect();
    let chances = weights(&hits, 1_000_000);
    check(&law(&hits, 1_000_000), &chances, [1, 2, 100, 200, 280, 290]);
    let misses: Vec<u64> = hits.iter().map(|hit| 1_000_000 - hit).collect();
    check(
        &law(&misses, 1_000_000),
        &weights(&misses, 1_000_000),
        [10, 20, 100, 299],
    );
}

#[test]
fn what_is_no_probability_and_too_many_trials_are_refused() {
    let bad = fraction("3/2");
    assert_eq!(
        PoissonBinomial::new([fraction("1/2"), bad]),
        Err(TailError::Probability(bad))
    );
    let many = vec![fraction("1/2"); MAX_TRIALS + 1];
    assert_eq!(PoissonBinomial::new(many), Err(TailError::Trials(MAX_TRIALS + 1)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn anywhere(hits in prop::collection::vec(0_u64..=1_000, 0..40), k in 0_u64..42) {
        check(&law(&hits, 1_000), &weights(&hits, 1_000), [k]);
    }
}
