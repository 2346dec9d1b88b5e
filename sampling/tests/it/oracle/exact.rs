//! The binomial distribution in whole numbers: everything is multiplied by S^s.

use dashu::integer::UBig;

use super::Question;
use super::steps::{Bounds, Steps};

/// The weight of k is C(s, k)·τ^k·(S − τ)^(s − k); all together are S^s.
pub(crate) fn steps(question: &Question) -> Steps {
    let Question { stake, expected, .. } = *question;
    let exponent = usize::try_from(stake).unwrap();
    let miss = question.miss();
    let whole = UBig::from(question.total).pow(exponent);
    let mut term = UBig::from(miss).pow(exponent);
    let mut sum = UBig::ZERO;
    let mut sums = Vec::new();
    for k in 0..=stake {
        sum += &term;
        sums.push(exactly(&sum));
        // No draw lies beyond 1 − 2^-257.
        if (&whole - &sum) << 257 < whole {
            break;
        }
        // C(s, k + 1) = C(s, k)·(s − k)/(k + 1), and both quotients are whole.
        term *= stake - k;
        term *= expected;
        term /= k + 1;
        term /= miss;
    }
    Steps {
        first: 0,
        sums,
        total: exactly(&whole),
    }
}

fn exactly(value: &UBig) -> Bounds {
    Bounds {
        low: value.clone(),
        gap: UBig::ZERO,
    }
}
