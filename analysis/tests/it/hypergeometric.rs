//! Hypergeometric tails, against binomial coefficients as exact integers.

use dashu::integer::{IBig, UBig};
use dashu::rational::RBig;
use klero_analysis::{Event, Hypergeometric, TailError};
use proptest::prelude::*;

use crate::oracle::{Chance, integer, judge, sum};

/// C(n, 0) to C(n, last), each from the one before, where the division leaves no rest.
fn choices(n: u64, last: u64) -> Vec<UBig> {
    let mut choices = UBig::ONE;
    let next = |k: u64| {
        let here = choices.clone();
        choices = &choices * n.saturating_sub(k) / (k + 1);
        here
    };
    (0..=last).map(next).collect()
}

/// P[X < k] from the ways to draw each number of marked ones.
fn below(population: u64, marked: u64, draws: u64, k: u64) -> Chance {
    let (good, bad) = (choices(marked, draws), choices(population - marked, draws));
    let all: Vec<UBig> = good
        .iter()
        .zip(bad.iter().rev())
        .map(|(good, bad)| good * bad)
        .collect();
    let sum = |ways: &[UBig]| IBig::from(ways.iter().fold(UBig::ZERO, |sum, ways| sum + ways));
    let fewer = sum(&all[..usize::try_from(k.min(draws + 1)).unwrap()]);
    Chance::exact(&RBig::from_parts(fewer, sum(&all).try_into().unwrap()))
}

fn check(population: u64, marked: u64, draws: u64, k: u64) {
    let law = Hypergeometric::new(population, marked, draws).unwrap();
    let below = |k| below(population, marked, draws, k);
    let judge = |event: Event, truth: &Chance| {
        let what = format!("{event} for {draws} draws from {marked} of {population}");
        judge(&law.tail(event).unwrap(), truth, &what);
    };
    judge(Event::Below(k), &below(k));
    judge(Event::AtLeast(k), &below(k).opposite());
    judge(Event::AtMost(k), &below(k + 1));
    judge(Event::Above(k), &below(k + 1).opposite());
}

#[test]
fn small_populations_with_every_k() {
    for population in 0..8 {
        for marked in 0..=population {
            for draws in 0..=population {
                (0..draws + 3).for_each(|k| check(population, marked, draws, k));
            }
        }
    }
}

#[test]
fn committees_drawn_from_all_validators() {
    check(1_800, 599, 200, 100);
    check(1_800, 599, 200, 66);
    check(10_000, 3_333, 651, 326);
    check(500, 333, 111, 60);
}

#[test]
fn down_to_two_to_the_minus_5000() {
    check(20_000, 5_000, 4_000, 3_200);
    check(20_000, 15_000, 4_000, 700);
    check(9_000, 4_500, 4_500, 4_130);
}

#[test]
fn populations_as_great_as_the_stake_of_a_chain() {
    // 2^62 of 2^63 marked, 300 draws: as good as 300 tosses of a coin, and not quite.
    let (population, draws) = (1_u64 << 63, 300_u64);
    let law = Hypergeometric::new(population, population / 2, draws).unwrap();
    let half = UBig::from(population / 2);
    let falling =
        |from: &UBig, count: u64| (0..count).fold(UBig::ONE, |product, i| product * (from - UBig::from(i)));
    let choices = choices(draws, draws);
    let ways = |j: u64| &choices[j as usize] * falling(&half, j) * falling(&half, draws - j);
    let all = falling(&UBig::from(population), draws);
    for k in [1, 100, 150, 151, 200, 300] {
        let fewer = (0..k).fold(UBig::ZERO, |sum, j| sum + ways(j));
        let truth = Chance::exact(&RBig::from_parts(IBig::from(fewer), all.clone()));
        judge(&law.tail(Event::Below(k)).unwrap(), &truth, "below");
        judge(
            &law.tail(Event::AtLeast(k)).unwrap(),
            &truth.opposite(),
            "at least",
        );
    }
}

#[test]
fn as_many_draws_as_half_of_a_great_population() {
    // Both halves are alike: P[X > N/4] = (1 − P[X = N/4])/2. The chance of the middle from its own factors:
    // C(h, h/2)² / C(2h, h), where C(2h, h) is the product of (h + i)/i.
    let h = 40_000_u64;
    let law = Hypergeometric::new(2 * h, h, h).unwrap();
    let central = |h: u64| (1..=h).fold(integer(1), |product, i| product * integer(h + i) / integer(i));
    let middle = central(h / 2) * central(h / 2) / central(h);
    let above = (integer(1) - &middle) / integer(2);
    let truth = Chance {
        against: sum(&[above.clone(), middle]),
        of: above,
    };
    judge(
        &law.tail(Event::Above(h / 2)).unwrap(),
        &truth,
        "above the middle",
    );
    judge(
        &law.tail(Event::Below(h / 2)).unwrap(),
        &truth,
        "below the middle",
    );
}

#[test]
fn more_than_there_are_is_refused() {
    for (population, marked, draws) in [(5, 6, 1), (5, 1, 6), ((1 << 63) + 1, 1, 1)] {
        let refused = TailError::Population {
            population,
            marked,
            draws,
        };
        assert_eq!(Hypergeometric::new(population, marked, draws), Err(refused));
    }
    let greatest = 1 << 63;
    assert_eq!(
        Hypergeometric::new(greatest, greatest / 2, greatest / 2),
        Err(TailError::Variance)
    );
    let all = Hypergeometric::new(greatest, greatest, greatest).unwrap();
    assert_eq!(all.tail(Event::AtLeast(greatest)).unwrap().decimal(), "1");
    assert_eq!(all.tail(Event::Below(greatest)).unwrap().decimal(), "0");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn anywhere(population in 0_u64..400, marked in 0_u64..400, draws in 0_u64..400, k in 0_u64..410) {
        prop_assume!(marked <= population && draws <= population);
        check(population, marked, draws, k);
    }
}
