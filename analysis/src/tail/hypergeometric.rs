//! The hypergeometric distribution.

use crate::Log2Bound;
use crate::wide::{Round, Wide};

use super::law::{Law, by_ratio, check, choices};
use super::{Event, TailError};

/// The greatest population.
pub const MAX_POPULATION: u64 = 1 << 63;

/// The hypergeometric distribution: marked ones among those drawn from a population without putting back.
///
/// So are the faulty members of a committee of fixed size distributed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hypergeometric {
    law: HypergeometricLaw,
}

impl Hypergeometric {
    /// The distribution of the marked ones among `draws` from a `population` of which `marked` are marked, for a
    /// variance of at most 2^40.
    ///
    /// # Errors
    /// [`TailError::Population`], [`TailError::Variance`].
    pub fn new(population: u64, marked: u64, draws: u64) -> Result<Self, TailError> {
        let counts = population.checked_sub(marked).zip(population.checked_sub(draws));
        let law = counts
            .filter(|_| population <= MAX_POPULATION)
            .map(|(unmarked, _)| HypergeometricLaw {
                marked,
                unmarked,
                draws,
            });
        let law = law.ok_or(TailError::Population {
            population,
            marked,
            draws,
        })?;
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

    pub(super) fn law(&self) -> &HypergeometricLaw {
        &self.law
    }
}

/// All numbers are at most 2^63, and so are `marked` + `unmarked` and `draws`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HypergeometricLaw {
    marked: u64,
    unmarked: u64,
    draws: u64,
}

impl HypergeometricLaw {
    fn population(&self) -> u128 {
        u128::from(self.marked) + u128::from(self.unmarked)
    }

    /// n·(M/N)·((N − M)/N)·((N − n)/(N − 1)), rounded up; 0 for N ≤ 1.
    pub(super) fn variance(&self) -> Wide {
        let (all, draws) = (self.population(), u128::from(self.draws));
        if all < 2 {
            return Wide::ZERO;
        }
        let share = |part, of| Wide::ratio(part, of, Round::Up);
        share(u128::from(self.marked), all)
            .mul(share(u128::from(self.unmarked), all), Round::Up)
            .mul(share(all - draws, all - 1), Round::Up)
            .mul_u64(self.draws, Round::Up)
    }

    /// N − M − n + k: unmarked ones that are not drawn when k marked ones are.
    fn left(&self, k: u64) -> u64 {
        self.unmarked.saturating_add(k).saturating_sub(self.draws)
    }

    /// C(M, k)·C(N − M, n − k), the ways to draw k marked ones, if it fits.
    fn ways(&self, k: u64) -> Option<u128> {
        let marked = choices(self.marked, k)?;
        marked.checked_mul(choices(self.unmarked, self.draws.checked_sub(k)?)?)
    }
}

impl Law for HypergeometricLaw {
    fn support(&self) -> (u64, Option<u64>) {
        let first = self.draws.saturating_sub(self.unmarked);
        (first, Some(self.draws.min(self.marked)))
    }

    fn middle(&self) -> u64 {
        let middle = (u128::from(self.draws) + 1) * (u128::from(self.marked) + 1) / (self.population() + 2);
        let (first, last) = self.support();
        let last = last.unwrap_or(self.draws);
        u64::try_from(middle).map_or(last, |middle| middle.clamp(first, last))
    }

    fn start(&self) -> Wide {
        self.ways(self.middle()).map_or(Wide::ONE, Wide::from_u128)
    }

    fn above(&self, term: Wide, j: u64, round: Round) -> Wide {
        let rest = [self.marked.saturating_sub(j), self.draws.saturating_sub(j)];
        let next = j.saturating_add(1);
        by_ratio(term, rest, [next, self.left(next)], round)
    }

    fn below(&self, term: Wide, j: u64, round: Round) -> Wide {
        let more = |count: u64| count.saturating_sub(j).saturating_add(1);
        by_ratio(
            term,
            [j, self.left(j)],
            [more(self.marked), more(self.draws)],
            round,
        )
    }
}
