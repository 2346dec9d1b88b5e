//! The upper bound of a probability.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::wide::{Round, Wide, fraction_to_f64, log2_up};

/// Digits of a bound in decimal.
const DIGITS: u32 = 10;

/// log2(e), rounded down, as an integer over 10^34.
const LOG2_E: (u128, u128) = (14_426_950_408_889_634_073_599_246_810_018_921, 10_u128.pow(34));

/// An upper bound of a probability, known by its base-2 logarithm; the probability itself is never greater.
///
/// It is rounded up wherever it is shown, too: `2^-40.4` says that the probability is at most 2^-40.4. The
/// precision of a format is the number of decimals, 1 unless told: `{:.3}`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Log2Bound {
    value: Wide,
    log2: f64,
}

impl Log2Bound {
    /// The bound of what cannot happen.
    pub const IMPOSSIBLE: Self = Self {
        value: Wide::ZERO,
        log2: f64::NEG_INFINITY,
    };

    /// The bound of what may be certain.
    pub const CERTAIN: Self = Self {
        value: Wide::ONE,
        log2: 0.0,
    };

    /// The greater one: of either event, whichever it is.
    pub(crate) fn greater(self, other: Self) -> Self {
        if other.value > self.value { other } else { self }
    }

    /// The lesser one, where both bound the same event.
    pub(crate) fn lesser(self, other: Self) -> Self {
        if other.value < self.value { other } else { self }
    }

    /// A number that the probability does not exceed.
    pub(crate) fn at_most(value: Wide) -> Self {
        match value {
            _ if value.is_zero() => Self::IMPOSSIBLE,
            _ if value >= Wide::ONE => Self::CERTAIN,
            _ => Self {
                value,
                log2: log2_up(value),
            },
        }
    }

    /// The bound of what takes one of these events, whatever it is, in each of `times` independent trials.
    #[cfg(feature = "simulate")]
    pub(crate) fn power_of_sum(parts: &[Self], times: u64) -> Self {
        let sum = parts
            .iter()
            .fold(Wide::ZERO, |sum, part| sum.add(part.value, Round::Up));
        if sum >= Wide::ONE {
            return Self::CERTAIN;
        }
        Self::at_most(sum.pow(times, Round::Up))
    }

    /// The bound of the opposite of what happens at least with `chance`.
    pub(crate) fn unless(chance: Wide) -> Self {
        let bound = Self::at_most(Wide::ONE.sub(chance, Round::Up));
        if chance >= Wide::ONE.shrink(20) {
            return bound;
        }
        // log2(1 − q) = −log2(e)·(q + q²/2 + q³/3 + …). Two terms are enough and keep the bound above; 1 − q
        // itself has too few digits to tell it from 1.
        let square = chance.mul(chance, Round::Down).shrink(1);
        let (numerator, denominator) = LOG2_E;
        let log2_e = Wide::ratio(numerator, denominator, Round::Down);
        let log2 = 0.0 - fraction_to_f64(chance.add(square, Round::Down).mul(log2_e, Round::Down));
        Self { log2, ..bound }
    }

    /// The base-2 logarithm, rounded up: 0 or less, −∞ for what cannot happen.
    pub const fn log2(&self) -> f64 {
        self.log2
    }

    /// The bound itself.
    pub(crate) const fn wide(&self) -> Wide {
        self.value
    }

    /// Whether the bound is at most 2^-`bits`.
    pub fn is_within(&self, bits: u32) -> bool {
        self.value <= Wide::ONE.shrink(i64::from(bits))
    }

    /// The bound in decimal, rounded up to ten digits: `2.71978936e-13`; `0` and `1` are written so.
    pub fn decimal(&self) -> String {
        if self.value.is_zero() {
            return "0".to_owned();
        }
        let range = 10_u128.pow(DIGITS - 1)..10_u128.pow(DIGITS);
        let digits = i64::from(DIGITS);
        // A guess at the power of ten, that is put right below.
        let mut exponent = (self.log2 * std::f64::consts::LOG10_2).floor() as i64;
        loop {
            let scale = Wide::from_u128(10).pow((digits - 1 - exponent).unsigned_abs(), Round::Up);
            let scaled = self.value.mul(scale, Round::Up).ceil().unwrap_or(u128::MAX);
            match () {
                () if scaled < range.start => exponent -= 1,
                () if scaled > range.end => exponent += 1,
                // One more than the greatest digits is a power of ten, and shows as one.
                () => return scientific(scaled, exponent),
            }
        }
    }
}

/// `digits`, the first of which stands before the point, times ten to the `exponent`, without trailing zeros.
fn scientific(digits: u128, exponent: i64) -> String {
    let text = digits.to_string();
    let exponent = exponent + i64::from(text.len() > DIGITS as usize);
    let (first, rest) = text.split_at(1);
    let rest = rest.trim_end_matches('0');
    let point = if rest.is_empty() { "" } else { "." };
    let power = if exponent == 0 {
        String::new()
    } else {
        format!("e{exponent}")
    };
    format!("{first}{point}{rest}{power}")
}

impl fmt::Display for Log2Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.value.is_zero() {
            return f.write_str("0");
        }
        let decimals = f.precision().unwrap_or(1).min(9);
        let scale = 10_f64.powi(decimals as i32);
        let mut units = (self.log2 * scale).ceil();
        // The product may have been rounded down onto an integer.
        if units / scale < self.log2 {
            units += 1.0;
        }
        // Adding 0 turns −0 into 0.
        write!(f, "2^{:.decimals$}", units / scale + 0.0)
    }
}

/// `{"log2":…,"value":"…"}`; the logarithm is null for what cannot happen, JSON having no infinity.
impl Serialize for Log2Bound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Log2Bound", 2)?;
        object.serialize_field("log2", &self.log2)?;
        object.serialize_field("value", &self.decimal())?;
        object.end()
    }
}
