//! Tails of the Poisson and the binomial distribution, never too small.
//!
//! # Why the bounds hold
//!
//! **The terms.** Both distributions are walked from 0 up. The first term is e^-λ for Poisson(λ) and (1 − p)^n for
//! Bin(n, p), each next one follows by a ratio: λ/(k + 1), or (n − k)·p/((k + 1)·(1 − p)). There is no
//! factorial, no gamma function and no subtraction. The numbers have 128 bits and an exponent of 64, hence
//! nothing underflows, and every operation on them rounds to the side it is told: the terms are above the true
//! ones all along, or below them all along.
//!
//! **The side that is summed.** Let m be λ, or (n + 1)·p. For k ≤ m the sum is `P[X < k]`, the terms from 0 to
//! k − 1. For k > m it is P[X ≥ k], the terms from k on. The other of the two is 1 minus it. For an upper bound
//! of what is summed everything is rounded up, for an upper bound of the other everything down. What is summed
//! never comes near to 1, so the difference does not cancel.
//!
//! **The remainder.** From j ≥ m on the ratio of neighbours only falls, and it is at most 1 − 1/(j + 1): for
//! Poisson 1 − λ/(j + 1) = (j + 1 − λ)/(j + 1), for the binomial 1 − ratio =
//! (j + 1 − (n + 1)·p)/((j + 1)·(1 − p)), and in both the upper number is at least 1. All terms from the j-th on
//! are thus less than a geometric series with the sum term(j)·(j + 1). Once this is below 2^-100 of the sum it
//! is added, or in a lower bound left out, and the walk ends.
//!
//! **The distance.** Each term comes from the one before by three operations at most, each off by less than one
//! part in 2^127. The first term is off by n or λ times a few such parts. A walk has at most 2^24 steps, which
//! leaves every sum right to one part in 2^60, and the logarithm to 2^-59 + 2^-52 times itself. Probabilities
//! close to 1 have logarithms close to 0, and these are computed from the chance of the opposite by
//! log2(1 − q) ≤ −log2(e)·(q + q²/2). Below 2^-948 such a q counts as 0, and the bound is 1.

mod series;

use std::fmt;

use thiserror::Error;

use crate::{Fraction, Log2Bound};
use series::Law;

/// The greatest k and the greatest mean for which a tail is computed: the walk takes as many steps.
pub const MAX_STEPS: u64 = 1 << 24;

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
    /// A mean beyond the walk.
    #[error("the mean is above 2^24, or n minus the mean if p is above 1/2: choose fewer expected successes")]
    Mean,
    /// A k beyond the walk.
    #[error("{0} steps from the near end of the distribution: choose a k within 2^24 of it")]
    Far(u64),
}

/// The Poisson distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poisson {
    law: Law,
}

impl Poisson {
    /// The distribution with a mean of at most [`MAX_STEPS`].
    ///
    /// # Errors
    /// [`TailError::Mean`].
    pub fn new(mean: Fraction) -> Result<Self, TailError> {
        Self::of_share(1, mean)
    }

    /// The seats of a share of stake in a committee of `expected` seats, when nobody can win two with one draw.
    pub(crate) fn of_share(expected: u32, share: Fraction) -> Result<Self, TailError> {
        let numerator = u128::from(expected) * u128::from(share.numerator());
        let law = Law::Poisson {
            numerator,
            denominator: share.denominator(),
        };
        law.check().map(|()| Self { law })
    }

    /// An upper bound of the chance of `event`.
    ///
    /// # Errors
    /// [`TailError::Far`].
    pub fn tail(&self, event: Event) -> Result<Log2Bound, TailError> {
        tail(&self.law, event)
    }

    pub(crate) fn law(&self) -> &Law {
        &self.law
    }
}

/// The binomial distribution: successes in n trials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binomial {
    trials: u64,
    /// More than half of the trials succeed on average, and `law` is that of the failures.
    reflected: bool,
    law: Law,
}

impl Binomial {
    /// The distribution of the successes in n `trials` with chance `p` each; the expected successes or the
    /// expected failures must be at most [`MAX_STEPS`], whichever are fewer.
    ///
    /// # Errors
    /// [`TailError::Probability`], [`TailError::Mean`].
    pub fn new(trials: u64, p: Fraction) -> Result<Self, TailError> {
        let q = p.complement().ok_or(TailError::Probability(p))?;
        let reflected = p.numerator() > q.numerator();
        let p = if reflected { q } else { p };
        let law = Law::Binomial { trials, p };
        law.check().map(|()| Self {
            trials,
            reflected,
            law,
        })
    }

    /// An upper bound of the chance of `event`.
    ///
    /// # Errors
    /// [`TailError::Far`].
    pub fn tail(&self, event: Event) -> Result<Log2Bound, TailError> {
        // X successes are n − X failures, which are never more than n.
        let failures = |k: u64| self.trials.checked_sub(k);
        let event = match event {
            event if !self.reflected => event,
            Event::Below(k) => match failures(k) {
                Some(k) => Event::Above(k),
                None => Event::AtLeast(0),
            },
            Event::AtMost(k) => Event::AtLeast(failures(k).unwrap_or(0)),
            Event::AtLeast(k) => match failures(k) {
                Some(k) => Event::AtMost(k),
                None => Event::Below(0),
            },
            Event::Above(k) => Event::Below(failures(k).unwrap_or(0)),
        };
        tail(&self.law, event)
    }
}

fn tail(law: &Law, event: Event) -> Result<Log2Bound, TailError> {
    let near = |k: u64| {
        if k <= MAX_STEPS {
            Ok(k)
        } else {
            Err(TailError::Far(k))
        }
    };
    Ok(match event {
        Event::Below(k) => law.below(near(k)?),
        Event::AtMost(k) => law.below(near(k)?.saturating_add(1)),
        Event::AtLeast(k) => law.at_least(near(k)?),
        Event::Above(k) => law.at_least(near(k)?.saturating_add(1)),
    })
}
