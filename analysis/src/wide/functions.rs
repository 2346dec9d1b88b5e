//! The two transcendental functions that bounds need: e^-x and the base-2 logarithm.

use std::num::NonZeroU64;

use super::{Round, Wide};

/// Bits after the point of a logarithm.
const LOG_BITS: u32 = 60;

/// e^-x for x = `numerator`/`denominator`, of which the latter is not 0 and x is below 2^64.
///
/// With x = w + f, w whole, it is (e^-1)^w · e^-f: the error of e^-1 grows w-fold.
pub(crate) fn exp_neg(numerator: u128, denominator: u128, round: Round) -> Wide {
    let whole = u64::try_from(numerator / denominator).unwrap_or(u64::MAX);
    let fraction = |round| Wide::ratio(numerator % denominator, denominator, round);
    let powers = small_exp_neg(|_| Wide::ONE, round).pow(whole, round);
    powers.mul(small_exp_neg(fraction, round), round)
}

/// e^-f for f from 0 to 1, given as a function that returns it rounded to either side.
///
/// The terms f^j/j! fall, so the alternating sum lies above e^-f where it ends with an even j and below where it
/// ends with an odd one; the first left out is below 2^-140. Even terms are rounded as the result is, odd
/// terms, which are taken away, the other way.
fn small_exp_neg(f: impl Fn(Round) -> Wide, round: Round) -> Wide {
    let last_odd = if round == Round::Up { 39 } else { 41 };
    let even = exp_terms(f(round), 40, 0, round);
    let odd = exp_terms(f(round.opposite()), last_odd, 1, round.opposite());
    even.sub(odd, round)
}

/// The sum of f^j/j! over the j up to `last` that are even (`parity` 0) or odd (1).
fn exp_terms(f: Wide, last: u64, parity: u64, round: Round) -> Wide {
    let (mut term, mut sum) = (Wide::ONE, Wide::ZERO);
    for j in 0..=last {
        if j % 2 == parity {
            sum = sum.add(term, round);
        }
        term = term
            .mul(f, round)
            .div_u64(NonZeroU64::MIN.saturating_add(j), round);
    }
    sum
}

/// The base-2 logarithm of a number from above 0 to 1, rounded up, by at most 2^-59 + 2^-52 times itself; exact
/// for powers of two.
///
/// A number is 2^c · x with x in [1, 2). Squaring x doubles its logarithm, so the next bit of it is whether x²
/// reaches 2; then it is halved. Squares are rounded up. What is left after 60 bits is less than the last of
/// them, which is added unless nothing is left.
pub(crate) fn log2_up(value: Wide) -> f64 {
    let whole = value.exponent + 127;
    let mut x = Wide {
        exponent: -127,
        ..value
    };
    let mut bits: i128 = 0;
    for _ in 0..LOG_BITS {
        x = x.mul(x, Round::Up);
        let reaches_two = x.exponent > -127;
        bits = bits << 1 | i128::from(reaches_two);
        x = if reaches_two { x.shrink(1) } else { x };
    }
    let left = i128::from(x > Wide::ONE);
    let log = (i128::from(whole) << LOG_BITS) + bits + left;
    // A logarithm of at most 0 is rounded up by rounding its magnitude down.
    let magnitude = Wide::from_u128(log.min(0).unsigned_abs()).shrink(i64::from(LOG_BITS));
    0.0 - fraction_to_f64(magnitude)
}

/// The nearest float at or below a number below 2^1000; 0 below 2^-948.
pub(crate) fn fraction_to_f64(value: Wide) -> f64 {
    let scale = value.exponent.saturating_add(75);
    if value.is_zero() || !(-1000..1000).contains(&scale) {
        return 0.0;
    }
    // 53 bits and a power of two that is a normal number: both, and their product, are exact.
    let power = f64::from_bits(scale.saturating_add(1023).unsigned_abs() << 52);
    (value.mantissa >> 75) as f64 * power
}
