//! The Poisson distribution.

use std::num::NonZeroU64;

use crate::wide::{Round, Wide, exp_neg};
use crate::{Fraction, Log2Bound};

use super::law::{Law, check};
use super::walk::{Direction, share};
use super::{Event, TailError};

/// The Poisson distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poisson {
    law: PoissonLaw,
}

impl Poisson {
    /// The distribution with a mean of at most 2^40.
    ///
    /// # Errors
    /// [`TailError::Variance`].
    pub fn new(mean: Fraction) -> Result<Self, TailError> {
        Self::of_share(1, mean)
    }

    /// The seats of a share of stake in a committee of `expected` seats, when nobody can win two with one draw.
    pub(crate) fn of_share(expected: u32, share: Fraction) -> Result<Self, TailError> {
        let numerator = u128::from(expected) * u128::from(share.numerator());
        let denominator = u128::from(share.denominator());
        let rounded = |above, below| [Round::Down, Round::Up].map(|round| Wide::ratio(above, below, round));
        let law = PoissonLaw {
            numerator,
            denominator,
            mean: rounded(numerator, denominator),
            // With a mean of 0 there is only the number 0, and no step.
            inverse: rounded(denominator, numerator.max(1)),
        };
        check(law.variance())?;
        Ok(Self { law })
    }

    /// An upper bound of the chance of `event`.
    ///
    /// # Errors
    /// [`TailError::Far`].
    pub fn tail(&self, event: Event) -> Result<Log2Bound, TailError> {
        self.law.tail(event)
    }

    pub(crate) fn law(&self) -> &PoissonLaw {
        &self.law
    }
}

/// The distribution with mean λ = `numerator`/`denominator`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PoissonLaw {
    numerator: u128,
    denominator: u128,
    /// λ rounded down and up.
    mean: [Wide; 2],
    /// 1/λ rounded down and up.
    inverse: [Wide; 2],
}

/// The one of two that is rounded so.
const fn side([down, up]: [Wide; 2], round: Round) -> Wide {
    match round {
        Round::Down => down,
        Round::Up => up,
    }
}

impl PoissonLaw {
    /// λ, rounded up.
    pub(super) const fn variance(&self) -> Wide {
        side(self.mean, Round::Up)
    }

    /// P[X ≥ k], rounded up.
    pub(crate) fn at_least_up(&self, k: u64) -> Wide {
        if k > self.middle() {
            share(self, k, Direction::Up, Round::Up)
        } else {
            Wide::ONE.sub(share(self, k, Direction::Down, Round::Down), Round::Up)
        }
    }

    /// P[X = 0], P[X = 1], …, without end, each rounded to the same side: from e^-λ up by the ratio λ/(k + 1).
    pub(crate) fn terms(&self, round: Round) -> impl Iterator<Item = Wide> {
        let mean = side(self.mean, round);
        let mut next = exp_neg(self.numerator, self.denominator, round);
        let indices = std::iter::successors(Some(NonZeroU64::MIN), |k| Some(k.saturating_add(1)));
        indices.map(move |k| {
            let term = next;
            next = term.mul(mean, round).div_u64(k, round);
            term
        })
    }
}

impl Law for PoissonLaw {
    fn support(&self) -> (u64, Option<u64>) {
        (0, (self.numerator == 0).then_some(0))
    }

    fn middle(&self) -> u64 {
        // The mean is at most 2^40.
        u64::try_from(self.numerator / self.denominator).unwrap_or(u64::MAX)
    }

    fn above(&self, term: Wide, j: u64, round: Round) -> Wide {
        term.mul(side(self.mean, round), round)
            .div_u64(NonZeroU64::MIN.saturating_add(j), round)
    }

    fn below(&self, term: Wide, j: u64, round: Round) -> Wide {
        term.mul_u64(j, round).mul(side(self.inverse, round), round)
    }
}
