//! The walk over the terms of a distribution; [`super`] says why its sums are bounds.

use std::num::NonZeroU64;

use crate::wide::{Round, Wide, exp_neg};
use crate::{Fraction, Log2Bound};

use super::{MAX_STEPS, TailError};

/// A distribution on 0, 1, 2, …
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Law {
    /// With mean `numerator`/`denominator`, the latter not 0.
    Poisson { numerator: u128, denominator: u64 },
    /// With a chance `p` of at most 1/2.
    Binomial { trials: u64, p: Fraction },
}

impl Law {
    /// Refuses what the walk does not reach.
    pub(super) fn check(&self) -> Result<(), TailError> {
        let reached = self.middle() <= u128::from(MAX_STEPS);
        reached.then_some(()).ok_or(TailError::Mean)
    }

    /// An upper bound of P[X < k].
    pub(crate) fn below(&self, k: u64) -> Log2Bound {
        match self.trials() {
            _ if k == 0 => Log2Bound::IMPOSSIBLE,
            Some(trials) if k > trials => Log2Bound::CERTAIN,
            _ if self.is_beyond(k) => Log2Bound::unless(self.sum_from(k, Round::Down)),
            _ => Log2Bound::at_most(self.sum_below(k, Round::Up)),
        }
    }

    /// An upper bound of P[X ≥ k].
    pub(crate) fn at_least(&self, k: u64) -> Log2Bound {
        match self.trials() {
            _ if k == 0 => Log2Bound::CERTAIN,
            Some(trials) if k > trials => Log2Bound::IMPOSSIBLE,
            _ if self.is_beyond(k) => Log2Bound::at_most(self.sum_from(k, Round::Up)),
            _ => Log2Bound::unless(self.sum_below(k, Round::Down)),
        }
    }

    /// P[X ≥ k], rounded up.
    pub(crate) fn at_least_up(&self, k: u64) -> Wide {
        if self.is_beyond(k) {
            self.sum_from(k, Round::Up)
        } else {
            Wide::ONE.sub(self.sum_below(k, Round::Down), Round::Up)
        }
    }

    /// P[X = 0], P[X = 1], …, without end, each rounded to the same side.
    pub(crate) fn terms(&self, round: Round) -> Terms {
        let (first, odds, trials) = match *self {
            Self::Poisson {
                numerator,
                denominator,
            } => {
                let denominator = u128::from(denominator);
                let mean = Wide::ratio(numerator, denominator, round);
                (exp_neg(numerator, denominator, round), mean, None)
            }
            Self::Binomial { trials, p } => {
                let (hit, all) = (u128::from(p.numerator()), u128::from(p.denominator()));
                // p is at most 1/2, so the misses are not 0.
                let none = Wide::ratio(all - hit, all, round).pow(trials, round);
                (none, Wide::ratio(hit, all - hit, round), Some(trials))
            }
        };
        Terms {
            index: 0,
            term: first,
            odds,
            trials,
            round,
        }
    }

    fn trials(&self) -> Option<u64> {
        match *self {
            Self::Poisson { .. } => None,
            Self::Binomial { trials, .. } => Some(trials),
        }
    }

    /// λ, or (n + 1)·p, rounded down: m of [`super`].
    fn middle(&self) -> u128 {
        match *self {
            Self::Poisson {
                numerator,
                denominator,
            } => numerator / u128::from(denominator),
            Self::Binomial { trials, p } => {
                (u128::from(trials) + 1) * u128::from(p.numerator()) / u128::from(p.denominator())
            }
        }
    }

    /// Whether k > m.
    fn is_beyond(&self, k: u64) -> bool {
        u128::from(k) > self.middle()
    }

    /// P[X < k].
    fn sum_below(&self, k: u64, round: Round) -> Wide {
        let terms = self.terms(round).zip(0..k);
        terms.fold(Wide::ZERO, |sum, (term, _)| sum.add(term, round))
    }

    /// P[X ≥ k] for k > m.
    fn sum_from(&self, k: u64, round: Round) -> Wide {
        let mut sum = Wide::ZERO;
        for (term, index) in self.terms(round).zip(0_u64..).skip_while(|(_, index)| *index < k) {
            // The terms of a binomial end; those of Poisson do not.
            let remainder = term.mul_u64(index.saturating_add(1), round);
            if remainder <= sum.shrink(100) {
                return if round == Round::Up {
                    sum.add(remainder, round)
                } else {
                    sum
                };
            }
            sum = sum.add(term, round);
        }
        sum
    }
}

/// The terms of a distribution.
pub(crate) struct Terms {
    index: u64,
    term: Wide,
    /// λ, or p/(1 − p).
    odds: Wide,
    trials: Option<u64>,
    round: Round,
}

impl Iterator for Terms {
    type Item = Wide;

    fn next(&mut self) -> Option<Wide> {
        let term = self.term;
        let mut next = term.mul(self.odds, self.round);
        if let Some(trials) = self.trials {
            next = next.mul_u64(trials.saturating_sub(self.index), self.round);
        }
        self.index = self.index.saturating_add(1);
        if let Some(index) = NonZeroU64::new(self.index) {
            self.term = next.div_u64(index, self.round);
        }
        Some(term)
    }
}
