//! Poisson tails.

use klero_analysis::tail::MAX_STEPS;
use klero_analysis::{Event, Poisson, TailError};
use proptest::prelude::*;

use crate::oracle::{Big, Chance, fraction, judge, poisson_below, ratio};

fn check(numerator: u64, denominator: u64, k: u64) {
    let poisson = Poisson::new(fraction(&format!("{numerator}/{denominator}"))).unwrap();
    let mean = ratio(numerator, denominator);
    let (below, at_most) = (poisson_below(&mean, k), poisson_below(&mean, k + 1));
    let judge = |event: Event, truth: &Chance| {
        let what = format!("{event} for a mean of {numerator}/{denominator}");
        judge(&poisson.tail(event).unwrap(), truth, &what);
    };
    judge(Event::Below(k), &below);
    judge(Event::AtLeast(k), &below.opposite());
    judge(Event::AtMost(k), &at_most);
    judge(Event::Above(k), &at_most.opposite());
}

#[test]
fn around_the_mean_and_far_from_it() {
    for (numerator, denominator) in [(1_u64, 1), (1, 3), (26, 1), (2_000, 1), (4_999, 7)] {
        let mean = numerator / denominator;
        for k in [
            0,
            1,
            mean / 2,
            mean.saturating_sub(1),
            mean,
            mean + 1,
            mean + 2,
            mean + mean / 3,
            mean * 2 + 9,
        ] {
            check(numerator, denominator, k);
        }
    }
}

#[test]
fn down_to_two_to_the_minus_5000() {
    check(26, 1, 1_210);
    check(3_500, 1, 1);
    check(5_000, 1, 200);
    check(1_000, 1, 4_000);
    let rare = Poisson::new(fraction("26"))
        .unwrap()
        .tail(Event::AtLeast(1_210))
        .unwrap();
    assert!((-5_010.0..-5_000.0).contains(&rare.log2()), "{rare}");
}

#[test]
fn means_close_to_zero_keep_the_logarithm_of_what_is_almost_certain() {
    check(1, 1_000_000_000_000_000_000, 1);
    check(1, 1_000_000_000, 2);
    check(3, 100, 40);
}

#[test]
fn a_mean_of_zero_is_no_chance() {
    let none = Poisson::new(fraction("0")).unwrap();
    for (event, decimal) in [
        (Event::Below(0), "0"),
        (Event::AtLeast(0), "1"),
        (Event::AtMost(0), "1"),
        (Event::AtLeast(1), "0"),
        (Event::Above(7), "0"),
    ] {
        assert_eq!(none.tail(event).unwrap().decimal(), decimal, "{event}");
    }
}

#[test]
fn what_the_walk_does_not_reach_is_refused() {
    let beyond = MAX_STEPS + 27;
    let wide = (1_u64 << 40) + 1;
    assert_eq!(
        Poisson::new(fraction(&wide.to_string())),
        Err(TailError::Variance)
    );
    let poisson = Poisson::new(fraction("26")).unwrap();
    assert_eq!(poisson.tail(Event::AtLeast(beyond)), Err(TailError::Far(beyond)));
    assert_eq!(
        poisson.tail(Event::Above(u64::MAX)),
        Err(TailError::Far(u64::MAX))
    );
}

#[test]
fn the_oracle_adds_up() {
    let chance = poisson_below(&ratio(2_000, 7), 300);
    let error = chance.of + chance.against - Big::ONE;
    assert!(error < Big::ONE >> 900 && -error < Big::ONE >> 900);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn anywhere(numerator in 1_u64..100_000, denominator in 1_u64..1_000, k in 0_u64..700) {
        prop_assume!(numerator / denominator < 700);
        check(numerator, denominator, k);
    }
}
