//! What the bounds are judged by.

use dashu::float::{FBig, round::mode::HalfEven};
use dashu::integer::{IBig, UBig};
use dashu::rational::RBig;
use klero_analysis::{Fraction, Log2Bound};

/// A number with 1024 bits.
pub(crate) type Big = FBig<HalfEven, 2>;

pub(crate) fn integer(value: impl Into<IBig>) -> Big {
    Big::from(value.into()).with_precision(1024).value()
}

pub(crate) fn big(value: &RBig) -> Big {
    integer(value.numerator().clone()) / integer(IBig::from(value.denominator().clone()))
}

pub(crate) fn ratio(numerator: u64, denominator: u64) -> RBig {
    RBig::from_parts(numerator.into(), UBig::from(denominator))
}

pub(crate) fn fraction(text: &str) -> Fraction {
    text.parse().unwrap()
}

/// The chance of an event and that of its opposite, each computed for itself.
#[derive(Clone, Debug)]
pub(crate) struct Chance {
    pub(crate) of: Big,
    pub(crate) against: Big,
}

impl Chance {
    pub(crate) fn opposite(self) -> Self {
        Self {
            of: self.against,
            against: self.of,
        }
    }

    /// Of an exact probability.
    pub(crate) fn exact(of: &RBig) -> Self {
        Self {
            of: big(of),
            against: big(&(RBig::ONE - of)),
        }
    }

    fn log2(&self) -> Big {
        let half = integer(1) / integer(2);
        if self.of > half {
            (-&self.against).ln_1p() / integer(2).ln()
        } else {
            self.of.log2()
        }
    }
}

/// The bound is not below the truth, in any of its forms, and its logarithm within 1e-9 of it, relatively.
pub(crate) fn judge(bound: &Log2Bound, truth: &Chance, what: &str) {
    if truth.of == Big::ZERO {
        assert_eq!(
            (bound.log2(), bound.decimal().as_str()),
            (f64::NEG_INFINITY, "0"),
            "{what}"
        );
        return;
    }
    if truth.against == Big::ZERO {
        assert_eq!((bound.log2(), bound.decimal().as_str()), (0.0, "1"), "{what}");
        return;
    }
    if truth.against < integer(1) >> 948 {
        // No float is that close to 0, and the bound says that it is 1.
        assert_eq!((bound.log2(), bound.decimal().as_str()), (0.0, "1"), "{what}");
        return;
    }
    let (log2, exact) = (Big::try_from(bound.log2()).unwrap(), truth.log2());
    assert!(log2 >= exact, "{what}: {bound:.9} is below the truth {exact}");
    let error = (&log2 - &exact) / -&exact;
    assert!(
        error <= big(&ratio(1, 1_000_000_000)),
        "{what}: {bound:.9} is off by {error}"
    );
    let shown = decimal(&bound.decimal());
    assert!(
        shown >= truth.of,
        "{what}: {} is below the truth",
        bound.decimal()
    );
    assert!(
        shown <= &truth.of * big(&ratio(1_000_000_002, 1_000_000_000)),
        "{what}: {}",
        bound.decimal()
    );
}

/// A number written like 1.5e-13.
pub(crate) fn decimal(text: &str) -> Big {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: IBig = format!("{whole}{decimals}").parse().unwrap();
    let power = exponent.parse::<i64>().unwrap() - decimals.len() as i64;
    let ten = integer(10).powi(IBig::from(power.unsigned_abs()));
    if power < 0 {
        integer(digits) / ten
    } else {
        integer(digits) * ten
    }
}

/// P[X = 0], P[X = 1], … of Poisson(mean), `count` of them.
pub(crate) fn poisson(mean: &RBig, count: u64) -> Vec<Big> {
    let mean = big(mean);
    let mut term = (-&mean).exp();
    let next = |k: u64| {
        let here = term.clone();
        term = &term * &mean / integer(k + 1);
        here
    };
    (0..count).map(next).collect()
}

/// P[X < k] of Poisson(mean) and of its opposite, each summed by itself.
pub(crate) fn poisson_below(mean: &RBig, k: u64) -> Chance {
    // Twice as far as both k and the mean, the terms have fallen below 2^-1000 of the greatest.
    let reach = u64::try_from(mean.ceil()).unwrap().max(k) * 2 + 1_500;
    let terms = poisson(mean, reach);
    let (below, above) = terms.split_at(usize::try_from(k).unwrap());
    Chance {
        of: sum(below),
        against: sum(above),
    }
}

pub(crate) fn sum(terms: &[Big]) -> Big {
    terms.iter().fold(integer(0), |sum, term| sum + term)
}

/// P[k of them], k from 0 on, for independent events with these chances: every one of the 2^n outcomes is
/// looked at by itself.
pub(crate) fn outcomes(chances: &[RBig]) -> Vec<RBig> {
    let mut counts = vec![RBig::ZERO; chances.len() + 1];
    for outcome in 0..1_u32 << chances.len() {
        let mut product = RBig::ONE;
        for (i, chance) in chances.iter().enumerate() {
            product *= if outcome >> i & 1 == 1 {
                chance.clone()
            } else {
                RBig::ONE - chance
            };
        }
        counts[outcome.count_ones() as usize] += product;
    }
    counts
}
