//! Sums of independent numbers.

use dashu::rational::RBig;
use klero_analysis::{Binomial, Event, Hypergeometric, Poisson, PoissonBinomial, Sum, TailError};

use crate::oracle::{Big, Chance, big, fraction, integer, judge, poisson, ratio, sum};

/// P[X = 0], … of Bin(n, p): term by term from C(n, j)·p^j·(1 − p)^(n − j), each from its own powers.
fn binomial(n: u64, p: &RBig) -> Vec<Big> {
    let (hit, miss) = (big(p), big(&(RBig::ONE - p)));
    let mut choices = RBig::ONE;
    let term = |j: u64| {
        let term = big(&choices) * hit.powi(j.into()) * miss.powi((n - j).into());
        choices = &choices * ratio(n - j, j + 1);
        term
    };
    (0..=n).map(term).collect()
}

fn sum_of(left: &[Big], right: &[Big]) -> Vec<Big> {
    let mut sums = vec![integer(0); left.len() + right.len() - 1];
    for (i, here) in left.iter().enumerate() {
        for (j, there) in right.iter().enumerate() {
            sums[i + j] += here * there;
        }
    }
    sums
}

fn check(law: &Sum, chances: &[Big], ks: &[usize]) {
    for &k in ks {
        let (fewer, more) = chances.split_at(k);
        let below = Chance {
            of: sum(fewer),
            against: sum(more),
        };
        let k = k as u64;
        judge(&law.tail(Event::Below(k)).unwrap(), &below, &format!("X < {k}"));
        judge(
            &law.tail(Event::AtMost(k - 1)).unwrap(),
            &below,
            &format!("X < {k}"),
        );
        judge(
            &law.tail(Event::AtLeast(k)).unwrap(),
            &below.clone().opposite(),
            &format!("X >= {k}"),
        );
        judge(
            &law.tail(Event::Above(k - 1)).unwrap(),
            &below.opposite(),
            &format!("X >= {k}"),
        );
    }
}

fn a_poisson(mean: &str) -> Poisson {
    Poisson::new(fraction(mean)).unwrap()
}

#[test]
fn poisson_numbers_add_up_to_one() {
    // The sum of Poisson numbers is Poisson, with the sum of the means.
    let law = Sum::new()
        .and(a_poisson("20"))
        .and(a_poisson("1/2"))
        .and(a_poisson("23/2"));
    let chances = poisson(&ratio(32, 1), 3_000);
    check(&law, &chances, &[1, 20, 31, 32, 33, 60, 300, 1_000, 1_300]);
    assert!(law.tail(Event::AtLeast(1_300)).unwrap().log2() < -5_000.0);
}

#[test]
fn binomial_numbers_with_one_chance_add_up_to_one() {
    let part = |n| Binomial::new(n, fraction("2/7")).unwrap();
    let law = Sum::new().and(part(40)).and(part(0)).and(part(71));
    check(
        &law,
        &binomial(111, &ratio(2, 7)),
        &[1, 10, 31, 32, 33, 74, 110, 111],
    );
}

#[test]
fn one_of_each_kind() {
    let law = Sum::new()
        .and(a_poisson("5"))
        .and(Binomial::new(30, fraction("1/3")).unwrap())
        .and(Hypergeometric::new(6, 3, 2).unwrap())
        .and(PoissonBinomial::new([fraction("1/2"), fraction("9/10")]).unwrap());
    // Two draws from three marked ones of six: 3, 9 and 3 of 15 ways.
    let drawn = [ratio(3, 15), ratio(9, 15), ratio(3, 15)].map(|chance| big(&chance));
    let trials = [ratio(1, 20), ratio(10, 20), ratio(9, 20)].map(|chance| big(&chance));
    let finite = sum_of(&sum_of(&binomial(30, &ratio(1, 3)), &drawn), &trials);
    let chances = sum_of(&finite, &poisson(&ratio(5, 1), 2_200));
    check(&law, &chances, &[1, 2, 10, 17, 18, 40, 200, 900]);
}

#[test]
fn chances_down_to_two_to_the_minus_5000_below_the_mean() {
    let law = Sum::new()
        .and(a_poisson("3000"))
        .and(Binomial::new(500, fraction("3/4")).unwrap());
    let chances = sum_of(&binomial(500, &ratio(3, 4)), &poisson(&ratio(3_000, 1), 5_000));
    check(&law, &chances[..5_000], &[3, 30, 3_000, 3_375, 3_400]);
    assert!(law.tail(Event::Below(3)).unwrap().log2() < -5_000.0);
}

#[test]
fn two_wide_parts_and_a_narrow_one() {
    let law = Sum::new()
        .and(a_poisson("20000"))
        .and(a_poisson("10000"))
        .and(a_poisson("1/3"));
    let sum = a_poisson("90001/3");
    for event in [
        Event::Below(29_000),
        Event::AtLeast(31_000),
        Event::AtLeast(29_000),
        Event::Above(40_000),
    ] {
        let (parts, whole) = (law.tail(event).unwrap(), sum.tail(event).unwrap());
        assert!(
            (parts.log2() / whole.log2() - 1.0).abs() < 1e-12,
            "{event}: {parts:.9} and {whole:.9}"
        );
    }
}

#[test]
fn what_is_settled_and_what_is_left_out() {
    let nothing = Sum::new();
    assert_eq!(nothing.tail(Event::AtMost(0)).unwrap().decimal(), "1");
    assert_eq!(nothing.tail(Event::Above(0)).unwrap().decimal(), "0");
    let sure = PoissonBinomial::new([fraction("1"), fraction("0"), fraction("1/2")]).unwrap();
    let law = Sum::new().and(sure).and(Binomial::new(3, fraction("1")).unwrap());
    assert_eq!(law.tail(Event::Below(4)).unwrap().decimal(), "0");
    assert_eq!(law.tail(Event::AtLeast(5)).unwrap().decimal(), "5e-1");
    assert_eq!(law.tail(Event::AtLeast(6)).unwrap().decimal(), "0");
    // Far beyond the cut the bound stays at it.
    let far = law.and(a_poisson("2")).tail(Event::AtLeast(1 << 60)).unwrap();
    assert!((-6_260.0..=-6_199.0).contains(&far.log2()), "{far}");
}

#[test]
fn too_wide_parts_are_refused() {
    let wide = Sum::new().and(a_poisson("20000000"));
    assert_eq!(wide.tail(Event::AtLeast(3)), Err(TailError::Cost));
    let wide = Sum::new()
        .and(a_poisson("5000000"))
        .and(a_poisson("5000000"))
        .and(a_poisson("5000000"));
    assert_eq!(wide.tail(Event::AtLeast(3)), Err(TailError::Cost));
}
