//! Trials that each have a chance of their own.

use std::convert::Infallible;

use crate::wide::{Round, Wide};
use crate::{Fraction, Log2Bound};

use super::masses::Masses;
use super::{Event, TailError};

/// The most trials with chances of their own.
pub const MAX_TRIALS: usize = 1 << 14;

/// The Poisson-binomial distribution: successes in independent trials that each have a chance of their own.
///
/// The factors (1 − p) + p·x are multiplied out one after the other, in n²/2 steps for n trials; a chance near 1
/// takes twice as long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoissonBinomial {
    chances: Vec<Fraction>,
}

impl PoissonBinomial {
    /// The distribution of the successes in trials with these chances, at most [`MAX_TRIALS`].
    ///
    /// # Errors
    /// [`TailError::Probability`], [`TailError::Trials`].
    pub fn new(chances: impl IntoIterator<Item = Fraction>) -> Result<Self, TailError> {
        let chances: Vec<Fraction> = chances.into_iter().collect();
        if let Some(p) = chances.iter().find(|p| p.complement().is_none()) {
            return Err(TailError::Probability(*p));
        }
        if chances.len() > MAX_TRIALS {
            return Err(TailError::Trials(chances.len()));
        }
        Ok(Self { chances })
    }

    /// How many trials there are.
    pub fn trials(&self) -> usize {
        self.chances.len()
    }

    /// An upper bound of the chance of `event`.
    pub fn tail(&self, event: Event) -> Log2Bound {
        if let Some(bound) = event.settled(self.support()) {
            return bound;
        }
        let Ok(bound) =
            bound::<Infallible>(event, |event, round| Ok(self.masses(round).chance(event, round)));
        bound
    }

    /// The fewest and the most successes.
    pub(super) fn support(&self) -> (u64, Option<u64>) {
        let count = |is: fn(&&Fraction) -> bool| self.chances.iter().filter(is).count() as u64;
        let certain = count(|p| p.numerator() == p.denominator());
        (certain, Some(count(|p| p.numerator() > 0)))
    }

    pub(super) fn masses(&self, round: Round) -> Masses {
        let pair = |p: &Fraction| (u128::from(p.numerator()), u128::from(p.denominator()));
        Masses::new(multiply_out(self.chances.iter().map(pair), round))
    }
}

/// The bound of an event that is neither certain nor impossible, from its chance rounded to either side.
pub(super) fn bound<E>(
    event: Event,
    chance: impl Fn(Event, Round) -> Result<Wide, E>,
) -> Result<Log2Bound, E> {
    let above = chance(event, Round::Up)?;
    if above <= Wide::ONE.shrink(1) {
        return Ok(Log2Bound::at_most(above));
    }
    // Near 1 the opposite is the more precise.
    let against = chance(event.opposite(), Round::Down)?;
    Ok(Log2Bound::unless(against))
}

/// P[k of them], k from 0 on, for independent events with these chances, fractions of at most 1.
pub(crate) fn multiply_out(fractions: impl Iterator<Item = (u128, u128)>, round: Round) -> Vec<Wide> {
    let mut chances = vec![Wide::ONE];
    for (numerator, denominator) in fractions {
        let won = Wide::ratio(numerator, denominator, round);
        let lost = Wide::ratio(denominator.saturating_sub(numerator), denominator, round);
        chances.push(Wide::ZERO);
        let mut fewer = Wide::ZERO;
        for chance in &mut chances {
            let here = *chance;
            *chance = here.mul(lost, round).add(fewer.mul(won, round), round);
            fewer = here;
        }
    }
    chances
}
