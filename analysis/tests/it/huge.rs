//! Means and trials of about 10^12, against Stirling's series with 1024 bits.

use klero_analysis::{Binomial, Event, Poisson};

use crate::oracle::{Big, Chance, fraction, integer, judge};

const MANY: u64 = 1_000_000_000_000;

/// ln n! by Stirling's series, in which the first term left out, 691/360360·n^-11, bounds the error: below 2^-340
/// from 10^10 on.
fn ln_factorial(n: u64) -> Big {
    let (n, half) = (integer(n), integer(1) / integer(2));
    let pi = integer(1).with_precision(1024).value() * circle();
    let root = (pi * integer(2) * &n).ln() * half;
    let series = [
        (1, 12, 1),
        (-1, 360, 3),
        (1, 1_260, 5),
        (-1, 1_680, 7),
        (1, 1_188, 9),
    ];
    let start = &n * n.ln() - &n + root;
    series.into_iter().fold(start, |sum, (above, below, power)| {
        sum + integer(above) / integer(below) / n.powi(power.into())
    })
}

/// π by Machin's formula: 16·arctan(1/5) − 4·arctan(1/239).
fn circle() -> Big {
    let arctan = |x: i64| {
        let terms = (0..450).map(|i| {
            let sign = if i % 2 == 0 { 1 } else { -1 };
            integer(sign) / integer(2 * i + 1) / integer(x).powi((2 * i + 1).into())
        });
        terms.fold(integer(0), |sum, term| sum + term)
    };
    integer(16) * arctan(5) - integer(4) * arctan(239)
}

/// The sum of a term and all after it, each of which is `ratio` times the one before: until what is left, which
/// a geometric series bounds, is below 2^-60 of the sum.
fn tail(first: Big, from: u64, ratio: impl Fn(u64) -> Big) -> Chance {
    let one = narrow(1);
    let mut term = first.with_precision(192).value();
    let mut sum = narrow(0);
    for j in from.. {
        sum += &term;
        let ratio = ratio(j);
        if j % 4_096 == 0 && &term * &ratio / (&one - &ratio) < sum.clone() >> 60 {
            break;
        }
        term *= ratio;
    }
    let sum = sum.with_precision(1024).value();
    Chance {
        against: integer(1) - &sum,
        of: sum,
    }
}

#[test]
fn the_middle_of_many_tosses_of_a_coin() {
    // P[X > n/2] = (1 − P[X = n/2])/2.
    let half = MANY / 2;
    let ln2 = integer(2).ln();
    let middle = (ln_factorial(MANY) - integer(2) * ln_factorial(half) - integer(MANY) * ln2).exp();
    let of = (integer(1) - &middle) / integer(2);
    let truth = Chance {
        against: &of + middle,
        of,
    };
    let coin = Binomial::new(MANY, fraction("1/2")).unwrap();
    judge(&coin.tail(Event::Above(half)).unwrap(), &truth, "more than half");
    judge(&coin.tail(Event::Below(half)).unwrap(), &truth, "less than half");
    judge(
        &coin.tail(Event::AtMost(half)).unwrap(),
        &truth.clone().opposite(),
        "at most half",
    );
}

#[test]
fn a_third_of_many_trials_and_much_more() {
    let law = Binomial::new(MANY, fraction("1/3")).unwrap();
    for k in [333_336_000_000, 333_370_000_000] {
        let (n, misses) = (MANY, MANY - k);
        let chance = ln_factorial(n) - ln_factorial(k) - ln_factorial(misses) - integer(n) * integer(3).ln()
            + integer(misses) * integer(2).ln();
        let truth = tail(chance.exp(), k, |j| narrow(n - j) / narrow(2 * (j + 1)));
        judge(
            &law.tail(Event::AtLeast(k)).unwrap(),
            &truth,
            &format!("X >= {k}"),
        );
        judge(
            &law.tail(Event::Below(k)).unwrap(),
            &truth.opposite(),
            &format!("X < {k}"),
        );
    }
}

#[test]
fn a_mean_of_many_and_a_few_millions_more() {
    let law = Poisson::new(fraction(&MANY.to_string())).unwrap();
    for k in [MANY + 9_000_000, MANY + 83_500_000] {
        let mean = integer(MANY);
        let chance = integer(k) * mean.ln() - mean - ln_factorial(k);
        let truth = tail(chance.exp(), k, |j| narrow(MANY) / narrow(j + 1));
        judge(
            &law.tail(Event::AtLeast(k)).unwrap(),
            &truth,
            &format!("X >= {k}"),
        );
    }
    let rare = law.tail(Event::AtLeast(MANY + 83_500_000)).unwrap();
    assert!(rare.log2() < -5_000.0, "{rare}");
}

/// An integer with 192 bits: enough for some millions of products.
fn narrow(value: u64) -> Big {
    integer(value).with_precision(192).value()
}
