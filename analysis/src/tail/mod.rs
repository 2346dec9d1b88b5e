//! Tails of distributions, never too small: [`Poisson`], [`Binomial`], [`Hypergeometric`], [`PoissonBinomial`], and
//! a [`Sum`] of independent numbers of these.
//!
//! # Why the bounds hold
//!
//! **The numbers.** All arithmetic is on numbers of 128 bits with an exponent of 64, hence nothing underflows,
//! and every operation on them rounds to the side it is told, by less than one part in 2^127. There is no
//! factorial, no gamma function and no subtraction.
//!
//! **The terms.** The first three distributions are walked from their middle, down and up. The middle gets a
//! term that is an integer, and each next one follows by a ratio: λ/(k + 1) for Poisson(λ), (n − k)·p/((k + 1)·(1 − p)) for
//! Bin(n, p), (M − k)(n − k)/((k + 1)(N − M − n + k + 1)) for n draws from N of which M are marked; downwards by
//! its inverse. The terms are the chances times an unknown number, the sum of all terms.
//!
//! **The bound.** Let t be the sum of the terms of the tail and b that of all others. The chance is t/(t + b),
//! which grows with t and falls with b: an upper bound takes t rounded up and b rounded down, a lower bound t
//! down and b up.
//!
//! **The side that is summed.** Let m be λ, (n + 1)·p or (n + 1)(M + 1)/(N + 2). For k ≤ m the tail is `P[X < k]`,
//! for k > m it is P[X ≥ k]. The bound of the other one is 1 minus a lower bound. What is summed never comes near
//! to 1, so the difference does not cancel.
//!
//! **The remainder.** From j ≥ m on the ratio of neighbours only falls, and it is at most 1 − 1/(j + 1): 1 − ratio
//! is (j + 1 − λ)/(j + 1) for Poisson, (j + 1 − (n + 1)·p)/((j + 1)·(1 − p)) for the binomial, and
//! ((j + 1)(N + 2) − (M + 1)(n + 1))/((j + 1)(N − M − n + j + 1)) for the hypergeometric distribution, and in all of
//! them the upper number is at least the second factor of the lower one. All terms from the j-th on are thus
//! less than a geometric series with the sum term(j)·(j + 1). Below m the terms only fall on the way down, so
//! the last j + 1 of them have at most the same sum. Once this is below 2^-100 of what has been summed it is
//! added, or in a lower bound left out, and the walk ends.
//!
//! **The distance.** Each term comes from the one before by three operations at most. A walk has at most
//! [`MAX_STEPS`] steps and a few more, which leaves every sum right to one part in 2^90, and the logarithm to
//! 2^-59 + 2^-52 times itself. Probabilities close to 1 have logarithms close to 0, and these are computed from
//! the chance of the opposite by log2(1 − q) ≤ −log2(e)·(q + q²/2). Below 2^-948 such a q counts as 0, and the
//! bound is 1.
//!
//! **Sums and trials.** [`PoissonBinomial`] multiplies out the factors (1 − p) + p·x of its trials, [`Sum`] the
//! chances of its parts, by additions and multiplications that all round to one side. A part without end is cut
//! where less than 2^-6200 is left; this rest is added to every upper bound, and missing from every lower one.
//! Bounds from a `Sum` are therefore right to 2^-60 down to 2^-6000, and stay near 2^-6200 where the truth is less.
//!
//! # How long it takes
//!
//! A walk goes from the middle to k, and on both sides until the terms are negligible. That is at most
//! 2^27 steps to k (else [`TailError::Far`]) and some 15 standard deviations, of which none is above 2^20 (else
//! [`TailError::Variance`]): a Poisson distribution with a mean of 10^12 and 10^12 tosses of a coin are within the
//! domain, and their tails down to 2^-5000, too. A step takes less than 0.1 µs, the longest walk some ten seconds;
//! with a mean of some thousands it is less than a millisecond. n trials take n² steps, the parts of a sum at
//! most 2^27 products ([`TailError::Cost`]); a sum of two parts takes none.

mod binomial;
mod hypergeometric;
mod law;
mod masses;
mod poisson;
mod sum;
mod trials;
mod walk;

use std::fmt;

use thiserror::Error;

use crate::{Fraction, Log2Bound};

pub use binomial::Binomial;
pub use hypergeometric::{Hypergeometric, MAX_POPULATION};
pub use poisson::Poisson;
pub use sum::{Part, Sum};
pub use trials::{MAX_TRIALS, PoissonBinomial};

/// The greatest distance of k from the middle of a distribution: the walk takes as many steps.
pub const MAX_STEPS: u64 = 1 << 27;

/// The greatest variance of a distribution that is walked, as a power of two.
pub const MAX_VARIANCE_BITS: u32 = 40;

/// What a number X drawn from a distribution may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// X < k.
    Below(u64),
    /// X ≤ k.
    AtMost(u64),
    /// X ≥ k.
    AtLeast(u64),
    /// X > k.
    Above(u64),
}

impl Event {
    /// Whether the event happens when X is `x`.
    pub fn holds(self, x: u64) -> bool {
        match self {
            Self::Below(k) => x < k,
            Self::AtMost(k) => x <= k,
            Self::AtLeast(k) => x >= k,
            Self::Above(k) => x > k,
        }
    }

    /// What happens when this event does not.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Below(k) => Self::AtLeast(k),
            Self::AtMost(k) => Self::Above(k),
            Self::AtLeast(k) => Self::Below(k),
            Self::Above(k) => Self::AtMost(k),
        }
    }

    /// Whether this is an upper tail.
    const fn is_upper(self) -> bool {
        matches!(self, Self::AtLeast(_) | Self::Above(_))
    }

    /// k, such that the event or its opposite is X ≥ k.
    fn start(self) -> Result<u64, TailError> {
        match self {
            Self::Below(k) | Self::AtLeast(k) => Ok(k),
            Self::AtMost(k) | Self::Above(k) => k.checked_add(1).ok_or(TailError::Far(k)),
        }
    }

    /// The bound if X, which is from `first` to `last` (None: without end), leaves no doubt.
    fn settled(self, (first, last): (u64, Option<u64>)) -> Option<Log2Bound> {
        let ends = (
            self.holds(first),
            last.map_or(self.is_upper(), |last| self.holds(last)),
        );
        match ends {
            (true, true) => Some(Log2Bound::CERTAIN),
            (false, false) => Some(Log2Bound::IMPOSSIBLE),
            _ => None,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Below(k) => write!(f, "X < {k}"),
            Self::AtMost(k) => write!(f, "X <= {k}"),
            Self::AtLeast(k) => write!(f, "X >= {k}"),
            Self::Above(k) => write!(f, "X > {k}"),
        }
    }
}

/// A question outside the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TailError {
    /// A chance of more than 1.
    #[error("{0} is no probability: choose 0 to 1")]
    Probability(Fraction),
    /// A distribution too wide for the walk.
    #[error("the variance is above 2^40: choose a smaller mean or fewer trials")]
    Variance,
    /// A k beyond the walk.
    #[error("{0} is more than 2^27 away from the middle of the distribution: choose a k nearer to it")]
    Far(u64),
    /// More marked ones or draws than there are, or a population of more than 2^63.
    #[error(
        "{marked} marked and {draws} draws of a population of {population}: choose at most the population, and that at most 2^63"
    )]
    Population {
        /// How many there are.
        population: u64,
        /// How many of them are marked.
        marked: u64,
        /// How many are drawn.
        draws: u64,
    },
    /// More trials with chances of their own than are multiplied out.
    #[error("{0} trials: choose at most {MAX_TRIALS}")]
    Trials(usize),
    /// A sum whose parts are too wide.
    #[error("the parts of the sum are too wide: their means or their number must be smaller")]
    Cost,
}
