//! Numbers with a fraction of 128 bits and directed rounding, for bounds that are proved and not estimated.
//!
//! A [`Wide`] is never negative, and its exponent is so long that no probability of this crate underflows.
//! Every operation computes its exact result as far as rounding needs it and then rounds down or up as told,
//! by less than one part in 2^127. A chain of additions, multiplications and divisions by integers that all
//! round up therefore ends at or above the true value, one that rounds down at or below it: these operations
//! never decrease when an operand grows. A subtraction takes its second operand rounded the other way.
//!
//! Exponents stay within ±2^40: the smallest number anyone forms is a product of at most 2^25 factors, none of
//! them below 2^-128. Integers only; floats appear where a result leaves.

mod functions;
#[cfg(test)]
mod tests;

use std::num::NonZeroU64;

pub(crate) use functions::{exp_neg, fraction_to_f64, log2_up};

/// Which side of the true result an operation returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Round {
    /// The nearest number at or below it.
    Down,
    /// The nearest number at or above it.
    Up,
}

impl Round {
    /// The other side.
    pub(crate) const fn opposite(self) -> Self {
        match self {
            Self::Down => Self::Up,
            Self::Up => Self::Down,
        }
    }
}

/// `mantissa` · 2^`exponent`, with the top bit of the mantissa set, or zero.
///
/// The order of the fields makes the derived order that of the numbers; zero has the least exponent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wide {
    exponent: i64,
    mantissa: u128,
}

impl Wide {
    pub(crate) const ZERO: Self = Self {
        exponent: i64::MIN,
        mantissa: 0,
    };
    pub(crate) const ONE: Self = Self {
        exponent: -127,
        mantissa: 1 << 127,
    };

    /// An integer, exactly.
    pub(crate) fn from_u128(value: u128) -> Self {
        Exact {
            high: value,
            low: 0,
            sticky: false,
            exponent: 0,
        }
        .round(Round::Down)
    }

    /// `numerator`/`denominator`, of which the latter is not 0.
    pub(crate) fn ratio(numerator: u128, denominator: u128, round: Round) -> Self {
        Exact::quotient(numerator, denominator).round(round)
    }

    /// This number times 2^-`bits`, exactly.
    pub(crate) fn shrink(self, bits: i64) -> Self {
        if self.is_zero() {
            self
        } else {
            Self {
                exponent: self.exponent - bits,
                ..self
            }
        }
    }

    pub(crate) const fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// The product.
    pub(crate) fn mul(self, factor: Self, round: Round) -> Self {
        if self.is_zero() || factor.is_zero() {
            return Self::ZERO;
        }
        let (high, low) = product(self.mantissa, factor.mantissa);
        let exponent = self.exponent + factor.exponent + 128;
        Exact {
            high,
            low,
            sticky: false,
            exponent,
        }
        .round(round)
    }

    /// The product with an integer.
    pub(crate) fn mul_u64(self, factor: u64, round: Round) -> Self {
        self.mul(Self::from_u128(u128::from(factor)), round)
    }

    /// The quotient by an integer.
    pub(crate) fn div_u64(self, divisor: NonZeroU64, round: Round) -> Self {
        let divisor = u128::from(divisor.get());
        // Two digits of the quotient, 128 and 64 bits long; each rest is below 2^64.
        let high = self.mantissa / divisor;
        let rest = (self.mantissa % divisor) << 64;
        let low = (rest / divisor) << 64;
        // The mantissa's top bit makes `high` at least 2^63: with 64 bits of `low` it fills a mantissa.
        Exact {
            high,
            low,
            sticky: !rest.is_multiple_of(divisor),
            exponent: self.exponent,
        }
        .round(round)
    }

    /// The quotient by a number that is not 0.
    pub(crate) fn div(self, divisor: Self, round: Round) -> Self {
        if self.is_zero() {
            return self;
        }
        let mut exact = Exact::quotient(self.mantissa, divisor.mantissa);
        exact.exponent += self.exponent - divisor.exponent;
        exact.round(round)
    }

    /// The sum.
    pub(crate) fn add(self, other: Self, round: Round) -> Self {
        let (great, small) = if self < other {
            (other, self)
        } else {
            (self, other)
        };
        if small.is_zero() {
            return great;
        }
        let (high, low, sticky) = small.aligned(great.exponent);
        let (sum, carry) = great.mantissa.overflowing_add(high);
        let exact = if carry {
            let sticky = sticky || low != 0;
            Exact {
                high: sum >> 1 | 1 << 127,
                low: sum << 127,
                sticky,
                exponent: great.exponent + 1,
            }
        } else {
            Exact {
                high: sum,
                low,
                sticky,
                exponent: great.exponent,
            }
        };
        exact.round(round)
    }

    /// The difference, zero when `other` is the greater.
    pub(crate) fn sub(self, other: Self, round: Round) -> Self {
        if self <= other {
            return Self::ZERO;
        }
        if other.is_zero() {
            return self;
        }
        let (high, low, sticky) = other.aligned(self.exponent);
        // With something beyond `low` one more of its units goes away, and part of it stays as sticky.
        let (low, first) = 0_u128.overflowing_sub(low);
        let (low, second) = low.overflowing_sub(u128::from(sticky));
        let high = self.mantissa - high - u128::from(first) - u128::from(second);
        Exact {
            high,
            low,
            sticky,
            exponent: self.exponent,
        }
        .round(round)
    }

    /// The power with an integer exponent, by repeated squaring.
    pub(crate) fn pow(self, exponent: u64, round: Round) -> Self {
        let bits = u64::BITS - exponent.leading_zeros();
        (0..bits).rev().fold(Self::ONE, |power, bit| {
            let square = power.mul(power, round);
            if exponent >> bit & 1 == 1 {
                square.mul(self, round)
            } else {
                square
            }
        })
    }

    /// The nearest integer at or above, if it has at most 127 bits.
    pub(crate) fn ceil(self) -> Option<u128> {
        match self.exponent {
            _ if self.is_zero() => Some(0),
            0.. => None,
            exponent if exponent <= -128 => Some(1),
            exponent => {
                let whole = self.mantissa >> -exponent;
                Some(whole + u128::from(whole << -exponent != self.mantissa))
            }
        }
    }

    /// The mantissa moved down to a greater or equal exponent: 128 bits, the next 128, whether more follow.
    fn aligned(self, exponent: i64) -> (u128, u128, bool) {
        match exponent.abs_diff(self.exponent) {
            0 => (self.mantissa, 0, false),
            bits @ 1..128 => (self.mantissa >> bits, self.mantissa << (128 - bits), false),
            128 => (0, self.mantissa, false),
            bits @ 129..256 => {
                let low = self.mantissa >> (bits - 128);
                (0, low, low << (bits - 128) != self.mantissa)
            }
            _ => (0, 0, true),
        }
    }
}

/// A result before rounding: (`high` + `low`/2^128 + something less than a unit of `low`) · 2^`exponent`, where
/// the something is more than 0 if `sticky`.
struct Exact {
    high: u128,
    low: u128,
    sticky: bool,
    exponent: i64,
}

impl Exact {
    /// `numerator`/`denominator`, of which the latter is not 0, by long division.
    fn quotient(numerator: u128, denominator: u128) -> Self {
        assert!(denominator != 0, "a division by zero");
        let mut quotient = numerator / denominator;
        let mut rest = numerator % denominator;
        let mut exponent = 0;
        while numerator != 0 && quotient.leading_zeros() > 0 {
            // The doubled rest may have 129 bits; what is left of it after the subtraction has not.
            let carry = rest >> 127 == 1;
            rest <<= 1;
            let bit = carry || rest >= denominator;
            quotient = quotient << 1 | u128::from(bit);
            rest = if bit { rest.wrapping_sub(denominator) } else { rest };
            exponent -= 1;
        }
        Self {
            high: quotient,
            low: 0,
            sticky: rest != 0,
            exponent,
        }
    }

    /// What is sticky cannot be moved up: who sets it sees to it that at most 128 zeros stand in front.
    fn round(mut self, round: Round) -> Wide {
        if self.high == 0 && self.low == 0 {
            return Wide::ZERO;
        }
        if self.high == 0 {
            (self.high, self.low, self.exponent) = (self.low, 0, self.exponent - 128);
        }
        let zeros = self.high.leading_zeros();
        if zeros > 0 {
            self.high = self.high << zeros | self.low >> (128 - zeros);
            self.low <<= zeros;
            self.exponent -= i64::from(zeros);
        }
        let inexact = self.low != 0 || self.sticky;
        if inexact && round == Round::Up {
            return match self.high.checked_add(1) {
                Some(mantissa) => Wide {
                    exponent: self.exponent,
                    mantissa,
                },
                // All ones became 1: the half of the next power of two.
                None => Wide {
                    exponent: self.exponent + 1,
                    mantissa: 1 << 127,
                },
            };
        }
        Wide {
            exponent: self.exponent,
            mantissa: self.high,
        }
    }
}

/// The upper and the lower 128 bits of a product.
fn product(left: u128, right: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a, b, c, d) = (left >> 64, left & LOW, right >> 64, right & LOW);
    // Neither sum overflows: (2^64 − 1)² + 2·(2^64 − 1) = 2^128 − 1.
    let bottom = b * d;
    let first = a * d + (bottom >> 64);
    let second = b * c + (first & LOW);
    (
        a * c + (first >> 64) + (second >> 64),
        second << 64 | bottom & LOW,
    )
}
