//! Fractions, so that 1/3 means one third.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use klero_committee::Ratio;
use thiserror::Error;

/// A number that is not negative, as a reduced fraction of two 64-bit integers.
///
/// It is read from `1/3`, `26` or `0.685`; a decimal is taken exactly as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: u64,
    denominator: NonZeroU64,
}

/// Why a text is not a [`Fraction`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FractionError {
    /// Neither a fraction nor a decimal.
    #[error("`{0}` is not a number: write a fraction like 1/3 or a decimal like 0.25")]
    Form(String),
    /// A division by zero.
    #[error("`{0}` divides by zero")]
    Zero(String),
    /// Longer than 64 bits.
    #[error("`{0}` has too many digits: 18 are certain to fit; a fraction like 1/3 is exact")]
    Length(String),
}

impl Fraction {
    /// One.
    pub const ONE: Self = Self {
        numerator: 1,
        denominator: NonZeroU64::MIN,
    };

    /// `numerator`/`denominator`.
    pub fn new(numerator: u64, denominator: NonZeroU64) -> Self {
        let (mut divisor, mut rest) = (denominator, numerator % denominator);
        while let Some(next) = NonZeroU64::new(rest) {
            (divisor, rest) = (next, divisor.get() % next);
        }
        // The greatest common divisor divides the denominator, so the quotient is not 0.
        let denominator = NonZeroU64::new(denominator.get() / divisor).unwrap_or(denominator);
        Self {
            numerator: numerator / divisor,
            denominator,
        }
    }

    /// The upper number of the reduced fraction.
    pub const fn numerator(&self) -> u64 {
        self.numerator
    }

    /// The lower number of the reduced fraction, not 0.
    pub const fn denominator(&self) -> u64 {
        self.denominator.get()
    }

    /// 1 minus this number, if that is not negative.
    pub fn complement(&self) -> Option<Self> {
        let numerator = self.denominator.get().checked_sub(self.numerator)?;
        Some(Self { numerator, ..*self })
    }
}

impl FromStr for Fraction {
    type Err = FractionError;

    fn from_str(text: &str) -> Result<Self, FractionError> {
        if let Some((above, below)) = text.split_once('/') {
            let denominator = integer(below, text)?;
            let denominator =
                NonZeroU64::new(denominator).ok_or_else(|| FractionError::Zero(text.to_owned()))?;
            return Ok(Self::new(integer(above, text)?, denominator));
        }
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        // Both sides of the point are needed, and zeros at the end take no room.
        integer(whole, text)?;
        let significant = decimals.trim_end_matches('0');
        if !significant.is_empty() || decimals.is_empty() {
            integer(significant, text)?;
        }
        let numerator = integer(&format!("{whole}{significant}"), text)?;
        let power = u32::try_from(significant.len())
            .ok()
            .and_then(|length| 10_u64.checked_pow(length));
        let denominator = power
            .and_then(NonZeroU64::new)
            .ok_or_else(|| FractionError::Length(text.to_owned()))?;
        Ok(Self::new(numerator, denominator))
    }
}

/// An integer that is a part of `text`.
fn integer(digits: &str, text: &str) -> Result<u64, FractionError> {
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(FractionError::Form(text.to_owned()));
    }
    digits.parse().map_err(|_| FractionError::Length(text.to_owned()))
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator.get() {
            1 => write!(f, "{}", self.numerator),
            denominator => write!(f, "{}/{denominator}", self.numerator),
        }
    }
}

impl TryFrom<Ratio> for Fraction {
    type Error = FractionError;

    /// The ratio of a genesis.
    fn try_from(ratio: Ratio) -> Result<Self, FractionError> {
        let zero = || FractionError::Zero(format!("{}/{}", ratio.numerator, ratio.denominator));
        let denominator = NonZeroU64::new(u64::from(ratio.denominator)).ok_or_else(zero)?;
        Ok(Self::new(u64::from(ratio.numerator), denominator))
    }
}
