//! The chances of single numbers, all rounded to one side.

use crate::wide::{Round, Wide};

use super::law::Law;
use super::walk::{Direction, remainder, terms, total};
use super::{Event, TailError};

/// What lies outside of a cut distribution has less than this chance, as a power of two, downwards and upwards.
const CUT_BITS: i64 = 6_200;

/// P[X = `first`], P[X = `first` + 1], …
#[derive(Debug, Clone)]
pub(super) struct Masses {
    first: u64,
    chances: Vec<Wide>,
    /// The chance of all other numbers together: rounded up, or 0 where all is rounded down.
    outside: Wide,
}

impl Masses {
    /// From the chances of 0, 1, 2, …, which are all there are.
    pub(super) fn new(chances: Vec<Wide>) -> Self {
        Self {
            first: 0,
            chances,
            outside: Wide::ZERO,
        }
    }

    /// Those of a distribution, cut where almost nothing is left.
    pub(super) fn of(law: &impl Law, round: Round) -> Self {
        let factor = Wide::ONE.div(total(law, round.opposite()), round);
        let mut chances = Vec::new();
        let down = collect(terms(law, Direction::Down, round), &mut chances);
        let below = chances.len().saturating_sub(1) as u64;
        chances.reverse();
        chances.pop();
        let up = collect(terms(law, Direction::Up, round), &mut chances);
        let outside = if round == Round::Up {
            down.add(up, round).mul(factor, round)
        } else {
            Wide::ZERO
        };
        for chance in &mut chances {
            *chance = chance.mul(factor, round);
        }
        Self {
            first: law.middle().saturating_sub(below),
            chances,
            outside,
        }
    }

    /// How many numbers there are.
    pub(super) const fn len(&self) -> usize {
        self.chances.len()
    }

    /// The sum of two independent numbers. A sum with a part outside counts as outside.
    pub(super) fn convolve(&self, other: &Self, round: Round) -> Self {
        let mut chances = vec![Wide::ZERO; (self.len() + other.len()).saturating_sub(1)];
        for (shift, here) in self.chances.iter().enumerate() {
            for (sum, there) in chances.iter_mut().skip(shift).zip(&other.chances) {
                *sum = sum.add(here.mul(*there, round), round);
            }
        }
        Self {
            first: self.first.saturating_add(other.first),
            chances,
            outside: self.outside.add(other.outside, round),
        }
    }

    /// The chance of `event`, rounded as the chances are.
    pub(super) fn chance(&self, event: Event, round: Round) -> Wide {
        let numbers = (self.first..).zip(&self.chances);
        let inside = numbers.filter(|(number, _)| event.holds(*number));
        inside.fold(self.outside, |sum, (_, chance)| sum.add(*chance, round))
    }

    /// The chance of `event` for the sum of this number and an independent one, rounded as the chances of both are.
    /// A sum with a part outside counts as outside.
    ///
    /// One step for each chance: each number here takes what the other one still needs from a table.
    pub(super) fn chance_with(&self, other: &Self, event: Event, round: Round) -> Result<Wide, TailError> {
        let k = event.start()?;
        let table = other.cumulated(event.is_upper(), round);
        let mut sum = self.outside.add(other.outside, round);
        for (number, chance) in (self.first..).zip(&self.chances) {
            let needed = k.saturating_sub(number).saturating_sub(other.first);
            let place = usize::try_from(needed).map_or(other.len(), |place| place.min(other.len()));
            let rest = table.get(place).copied().unwrap_or(Wide::ZERO);
            sum = sum.add(chance.mul(rest, round), round);
        }
        Ok(sum)
    }

    /// For each i the chances from the i-th number on together, or of those before it.
    fn cumulated(&self, upper: bool, round: Round) -> Vec<Wide> {
        let add = |sum: &mut Wide, chance: &Wide| {
            *sum = sum.add(*chance, round);
            Some(*sum)
        };
        let start = std::iter::once(Wide::ZERO);
        if upper {
            let sums = self.chances.iter().rev().scan(Wide::ZERO, add);
            let mut table: Vec<Wide> = start.chain(sums).collect();
            table.reverse();
            table
        } else {
            start.chain(self.chances.iter().scan(Wide::ZERO, add)).collect()
        }
    }
}

/// Adds terms to `chances` until almost nothing is left, and returns an upper bound of that.
///
/// The sum of all terms is not less than the first, and so the chance left is less than what is left by the first.
fn collect(terms: impl Iterator<Item = (u64, Wide)>, chances: &mut Vec<Wide>) -> Wide {
    let mut limit = Wide::ZERO;
    for (j, term) in terms {
        let rest = remainder(j, term, Round::Up);
        if rest <= limit {
            return rest;
        }
        if limit.is_zero() {
            limit = term.shrink(CUT_BITS);
        }
        chances.push(term);
    }
    Wide::ZERO
}
