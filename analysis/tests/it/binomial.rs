//! Binomial tails.

use dashu::integer::{IBig, UBig};
use dashu::rational::RBig;
use klero_analysis::{Binomial, Event, TailError};
use proptest::prelude::*;

use crate::oracle::{Chance, big, fraction, integer, judge, ratio, sum};

/// P[X < k], each term C(n, j)·hit^j·miss^(n − j) from its own factors, over (hit + miss)^n.
fn below(n: u64, hit: u64, all: u64, k: u64) -> Chance {
    let power = |base: u64, exponent: u64| UBig::from(base).pow(usize::try_from(exponent).unwrap());
    let mut choices = UBig::ONE;
    let mut sum = UBig::ZERO;
    for j in 0..k.min(n + 1) {
        sum += &choices * power(hit, j) * power(all - hit, n - j);
        choices = choices * (n - j) / (j + 1);
    }
    Chance::exact(&RBig::from_parts(IBig::from(sum), power(all, n)))
}

fn check(n: u64, hit: u64, all: u64, k: u64) {
    let binomial = Binomial::new(n, fraction(&format!("{hit}/{all}"))).unwrap();
    let (below, at_most) = (below(n, hit, all, k), below(n, hit, all, k + 1));
    let judge = |event: Event, truth: &Chance| {
        judge(
            &binomial.tail(event).unwrap(),
            truth,
            &format!("{event} for n = {n}, p = {hit}/{all}"),
        );
    };
    judge(Event::Below(k), &below);
    judge(Event::AtLeast(k), &below.opposite());
    judge(Event::AtMost(k), &at_most);
    judge(Event::Above(k), &at_most.opposite());
}

#[test]
fn few_trials_with_every_k() {
    for (hit, all) in [(0, 1), (1, 3), (1, 2), (2, 3), (9, 10), (1, 1)] {
        for n in 0..9 {
            (0..n + 3).for_each(|k| check(n, hit, all, k));
        }
    }
}

#[test]
fn committees_of_a_fixed_size() {
    check(111, 1, 3, 74);
    check(1_000, 1, 2, 250);
    check(1_000, 7, 10, 650);
    check(1_000, 3, 10, 999);
}

#[test]
fn down_to_two_to_the_minus_5000() {
    check(5_000, 1, 2, 5_000);
    check(5_000, 1, 2, 1);
    check(2_000, 1, 6, 1_990);
    check(2_000, 5, 6, 4);
}

#[test]
fn as_many_trials_as_a_chain_has_units_of_stake() {
    let (n, all) = (1_000_000_000_000_000_u64, 500_000_000_000_u64);
    let binomial = Binomial::new(n, fraction("1/500000000000")).unwrap();
    // From its own first term on, with 1024 bits: (1 − p)^n = exp(n · ln(1 − p)).
    let mut term = ((-big(&ratio(1, all))).ln_1p() * integer(n)).exp();
    let mut terms = Vec::new();
    for j in 0..8_000 {
        terms.push(term.clone());
        term = term * integer(n - j) / integer((j + 1) * (all - 1));
    }
    for k in [1, 1_500, 2_000, 2_001, 2_500, 4_000] {
        let (below, above) = terms.split_at(k);
        let truth = Chance {
            of: sum(below),
            against: sum(above),
        };
        judge(&binomial.tail(Event::Below(k as u64)).unwrap(), &truth, "below");
        judge(
            &binomial.tail(Event::AtLeast(k as u64)).unwrap(),
            &truth.opposite(),
            "at least",
        );
    }
}

#[test]
fn what_is_no_probability_or_out_of_reach_is_refused() {
    assert_eq!(
        Binomial::new(5, fraction("3/2")),
        Err(TailError::Probability(fraction("3/2")))
    );
    assert_eq!(Binomial::new(1 << 43, fraction("1/2")), Err(TailError::Variance));
    let trials = 1 << 40;
    let binomial = Binomial::new(trials, fraction("1099511627775/1099511627776")).unwrap();
    assert_eq!(binomial.tail(Event::AtMost(trials)).unwrap().decimal(), "1");
    assert_eq!(binomial.tail(Event::AtLeast(9)), Err(TailError::Far(9)));
}

#[test]
fn the_greatest_numbers_of_trials_and_of_k() {
    for (p, middle) in [("0", 0), ("1", u64::MAX)] {
        let sure = Binomial::new(u64::MAX, fraction(p)).unwrap();
        for k in [0, 1, u64::MAX - 1, u64::MAX] {
            for event in [
                Event::Below(k),
                Event::AtMost(k),
                Event::AtLeast(k),
                Event::Above(k),
            ] {
                let decimal = if event.holds(middle) { "1" } else { "0" };
                assert_eq!(
                    sure.tail(event).unwrap().decimal(),
                    decimal,
                    "{event} for p = {p}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn anywhere(n in 0_u64..300, hit in 0_u64..1_000, miss in 0_u64..1_000, k in 0_u64..310) {
        prop_assume!(hit + miss > 0);
        check(n, hit, hit + miss, k);
    }
}
