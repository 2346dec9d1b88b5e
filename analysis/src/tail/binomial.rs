//! The binomial distribution.

use crate::wide::{Round, Wide};
use crate::{Fraction, Log2Bound};

use super::law::{Law, by_ratio, check, choices};
use super::{Event, TailError};

/// The binomial distribution: successes in n trials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binomial {
    law: BinomialLaw,
}

impl Binomial {
    /// The distribution of the successes in n `trials` with chance `p` each, for a variance n·p·(1 − p) of at most
    /// 2^40.
    ///
    /// # Errors
    /// [`TailError::Probability`], [`TailError::Variance`].
    pub fn new(trials: u64, p: Fraction) -> Result<Self, TailError> {
        let q = p.complement().ok_or(TailError::Probability(p))?;
        let law = BinomialLaw {
            trials,
            hit: p.numerator(),
            miss: q.numerator(),
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

    pub(super) fn law(&self) -> &BinomialLaw {
        &self.law
    }
}

/// `trials` trials, each with the chance `hit`/(`hit` + `miss`); the sum fits into 64 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BinomialLaw {
    trials: u64,
    hit: u64,
    miss: u64,
}

impl BinomialLaw {
    /// n·p·(1 − p), rounded up.
    pub(super) fn variance(&self) -> Wide {
        let share = |part: u64| Wide::ratio(u128::from(part), self.all(), Round::Up);
        let spread = share(self.hit).mul(share(self.miss), Round::Up);
        spread.mul_u64(self.trials, Round::Up)
    }

    /// The denominator of the chance.
    fn all(&self) -> u128 {
        u128::from(self.hit) + u128::from(self.miss)
    }

    /// C(n, k)·hit^k·miss^(n − k), the ways to come to k successes, if it fits.
    fn ways(&self, k: u64) -> Option<u128> {
        let power = |base: u64, exponent: u64| u128::from(base).checked_pow(u32::try_from(exponent).ok()?);
        let hits = power(self.hit, k)?;
        let misses = power(self.miss, self.trials.checked_sub(k)?)?;
        choices(self.trials, k)?.checked_mul(hits)?.checked_mul(misses)
    }
}

impl Law for BinomialLaw {
    fn support(&self) -> (u64, Option<u64>) {
        let number = |all| if all { self.trials } else { 0 };
        (number(self.miss == 0), Some(number(self.hit > 0)))
    }

    fn middle(&self) -> u64 {
        let middle = (u128::from(self.trials) + 1) * u128::from(self.hit) / self.all();
        u64::try_from(middle).map_or(self.trials, |middle| middle.min(self.trials))
    }

    fn start(&self) -> Wide {
        self.ways(self.middle()).map_or(Wide::ONE, Wide::from_u128)
    }

    fn above(&self, term: Wide, j: u64, round: Round) -> Wide {
        let left = self.trials.saturating_sub(j);
        by_ratio(term, [left, self.hit], [j.saturating_add(1), self.miss], round)
    }

    fn below(&self, term: Wide, j: u64, round: Round) -> Wide {
        let misses = self.trials.saturating_sub(j).saturating_add(1);
        by_ratio(term, [j, self.miss], [misses, self.hit], round)
    }
}
