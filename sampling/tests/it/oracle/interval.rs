//! The binomial distribution between bounds, for stakes whose S^s cannot be written out.
//!
//! No power is taken. The most likely number of seats m has weight 1, its neighbours the weights that follow from
//! pmf(k + 1)/pmf(k) = (s − k)·τ / ((k + 1)·(S − τ)), on either side until they are less than 2^-1024. There the
//! quotients are below 1 and keep falling, so what is left out is at most the geometric series that goes on with the
//! quotient reached. CDF(k) is the share of the weights up to k in all.
//!
//! Weights are whole multiples of 2^-1280, one rounded down at each step and one rounded up.

use dashu::base::BitTest;
use dashu::integer::UBig;

use super::Question;
use super::steps::{Bounds, Steps};

/// The weight of the most likely number is 2^SCALE.
const SCALE: usize = 1280;

/// Weights below 2^(SCALE − DEPTH) end a side, and the bounds of all weights together must be closer than that.
const DEPTH: usize = 1024;

/// The weights on one side of the most likely number, from it outwards.
struct Side {
    terms: Vec<[UBig; 2]>,
    /// All that lie beyond are together at most this.
    rest: UBig,
}

/// One step outwards multiplies the weight by up[0]·up[1] and divides it by down[0]·down[1].
struct Quotient {
    up: [u64; 2],
    down: [u64; 2],
}

pub(crate) fn steps(question: &Question) -> Steps {
    let Question {
        stake,
        total,
        expected,
    } = *question;
    let (hit, miss) = (u64::from(expected), question.miss());
    let likely = (u128::from(stake) + 1) * u128::from(hit) / u128::from(total);
    let mode = u64::try_from(likely).unwrap().min(stake);
    let above = side((mode..stake).map(|k| Quotient {
        up: [stake - k, hit],
        down: [k + 1, miss],
    }));
    let below = side((1..=mode).rev().map(|k| Quotient {
        up: [k, miss],
        down: [stake - k + 1, hit],
    }));
    let mut first = mode - below.terms.len() as u64;
    let mut sums = Vec::new();
    let mut sum = [UBig::ZERO, below.rest];
    if first > 0 {
        // What lies below the terms, as the one sum that stands for all of it.
        first -= 1;
        sums.push(between(&sum));
    }
    let peak = UBig::ONE << SCALE;
    let terms = below.terms.into_iter().rev().chain([[peak.clone(), peak]]);
    for [low, high] in terms.chain(above.terms) {
        sum = [&sum[0] + low, &sum[1] + high];
        sums.push(between(&sum));
    }
    sum[1] += above.rest;
    let total = between(&sum);
    assert!(&total.gap << DEPTH < total.low);
    Steps { first, sums, total }
}

fn side(quotients: impl Iterator<Item = Quotient>) -> Side {
    let mut term = [UBig::ONE << SCALE, UBig::ONE << SCALE];
    let mut terms = Vec::new();
    for quotient in quotients {
        let [up, down] = [quotient.up, quotient.down].map(|[a, b]| u128::from(a) * u128::from(b));
        if term[1].bit_len() < SCALE - DEPTH && up < down {
            // w·r + w·r² + … = w·r/(1 − r)
            let rest = divide_up(&term[1] * up, &UBig::from(down - up));
            return Side { terms, rest };
        }
        let [low, high] = term;
        // Rounding down twice is rounding down once, and so it is upwards.
        let low = low * quotient.up[0] * quotient.up[1] / quotient.down[0] / quotient.down[1];
        let high = high * quotient.up[0] * quotient.up[1];
        let high = quotient
            .down
            .iter()
            .fold(high, |high, by| (high + (by - 1)) / *by);
        term = [low, high];
        terms.push(term.clone());
    }
    Side {
        terms,
        rest: UBig::ZERO,
    }
}

fn divide_up(value: UBig, divisor: &UBig) -> UBig {
    (value + divisor - UBig::ONE) / divisor
}

fn between([low, high]: &[UBig; 2]) -> Bounds {
    Bounds {
        low: low.clone(),
        gap: high - low,
    }
}
