//! Numbers of seats: exact distributions, and one that bounds all others.

use std::num::NonZeroU64;

use crate::risk::{QuotaSeats, RiskError};
use crate::wide::{Round, Wide};
use crate::{Binomial, Event, Fraction, Log2Bound, Poisson};

use super::part_of;

/// The number of honest seats.
#[derive(Debug, Clone)]
pub(super) enum Seats {
    /// Under `quota`, exactly.
    Quota(QuotaSeats),
    /// Units of stake that win independently, exactly.
    Lots(Lots),
    /// Whatever the stakes are, a bound.
    Any(AnySeats),
}

impl Seats {
    /// An upper bound of P[X < k].
    pub(super) fn below(&self, k: u64) -> Result<Log2Bound, RiskError> {
        match self {
            Self::Quota(seats) => Ok(seats.tail(Event::Below(k))),
            Self::Lots(lots) => Ok(lots.law.tail(Event::Below(k))?),
            Self::Any(seats) => seats.below(k),
        }
    }

    /// Numbers that may stand for P[X = first], P[X = first + 1], … in the expectation of what never falls with X and is
    /// constant from `last` on: rounded up, the last of them for all further ones. And `first`.
    pub(super) fn chances(&self, last: u64) -> Result<(u64, Vec<Wide>), RiskError> {
        Ok(match self {
            Self::Quota(seats) => (seats.guaranteed(), seats.chances().collect()),
            Self::Lots(lots) => {
                let fewer = lots.terms().zip(0..last).map(|(term, _)| term);
                let mut chances: Vec<_> = fewer.collect();
                chances.push(lots.law.tail(Event::AtLeast(last))?.wide());
                (0, chances)
            }
            Self::Any(seats) => seats.chances(last),
        })
    }
}

/// Independent lots of one chance.
#[derive(Debug, Clone)]
pub(super) struct Lots {
    trials: u64,
    /// Expected winners of all units.
    expected: u32,
    /// All units, more than `expected`.
    units: u64,
    law: Binomial,
}

impl Lots {
    /// `trials` of `units`, each of which wins with the chance `expected`/`units`, which is below 1.
    pub(super) fn new(trials: u64, expected: u32, units: u64) -> Result<Self, RiskError> {
        let law = Binomial::new(trials, part_of(u64::from(expected), units))?;
        Ok(Self {
            trials,
            expected,
            units,
            law,
        })
    }

    /// P[X = 0], P[X = 1], …, rounded up: (1 − p)^n, and each next one (n − k)·p/((k + 1)·(1 − p)) times as much.
    fn terms(&self) -> impl Iterator<Item = Wide> {
        let (hit, all) = (u128::from(self.expected), u128::from(self.units));
        let miss = all.saturating_sub(hit).max(1);
        let none = Wide::ratio(miss, all, Round::Up).pow(self.trials, Round::Up);
        let odds = Wide::ratio(hit, miss, Round::Up);
        (0..).scan(none, move |term, k: u64| {
            let here = *term;
            let next = NonZeroU64::MIN.saturating_add(k);
            let left = self.trials.saturating_sub(k);
            *term = here
                .mul(odds, Round::Up)
                .mul_u64(left, Round::Up)
                .div_u64(next, Round::Up);
            Some(here)
        })
    }
}

/// Seats that are a sum of independent events with a known mean: bounded by Poisson, where that is proved.
#[derive(Debug, Clone)]
pub(super) struct AnySeats {
    /// The mean, as a numerator and a denominator.
    mean: (u128, u128),
    law: Poisson,
}

impl AnySeats {
    /// The seats of a share of stake in a committee of `expected` seats.
    pub(super) fn new(expected: u32, share: Fraction) -> Result<Self, RiskError> {
        Ok(Self {
            mean: (
                u128::from(expected) * u128::from(share.numerator()),
                u128::from(share.denominator()),
            ),
            law: Poisson::of_share(expected, share)?,
        })
    }

    /// The least k for which P[X ≥ k] is proved, the first that is one beyond the mean.
    pub(super) fn proved_from(&self) -> u64 {
        let (numerator, denominator) = self.mean;
        // At most 2^20 + 1.
        u64::try_from(numerator.div_ceil(denominator) + 1).unwrap_or(u64::MAX)
    }

    /// An upper bound of P[X < k].
    fn below(&self, k: u64) -> Result<Log2Bound, RiskError> {
        let (numerator, denominator) = self.mean;
        if u128::from(k) * denominator <= numerator {
            Ok(self.law.tail(Event::Below(k))?)
        } else {
            Ok(Log2Bound::CERTAIN)
        }
    }

    /// An upper bound of P[X ≥ k].
    pub(super) fn at_least(&self, k: u64) -> Result<Log2Bound, RiskError> {
        if k >= self.proved_from() {
            Ok(self.law.tail(Event::AtLeast(k))?)
        } else {
            Ok(Log2Bound::CERTAIN)
        }
    }

    /// See [`Seats::chances`].
    fn chances(&self, last: u64) -> (u64, Vec<Wide>) {
        let first = self.proved_from().saturating_sub(1);
        let mut terms = self.law.law().terms(Round::Up);
        // In this order the range ends before it takes a term too many.
        let less = (0..=first).zip(terms.by_ref());
        let lump = less.fold(Wide::ZERO, |sum, (_, term)| sum.add(term, Round::Up));
        let mut chances = vec![lump];
        let next = first.saturating_add(1);
        chances.extend(terms.zip(next..last).map(|(term, _)| term));
        chances.push(self.law.law().at_least_up(last.max(next)));
        (first, chances)
    }

    /// P[X ≥ k] for k from 0 to `last`, rounded up, and 1 where it is not proved.
    pub(super) fn tails(&self, last: u64) -> Vec<Wide> {
        let mut table = crate::risk::staging::tails(&self.law, last);
        for (_, entry) in (0..self.proved_from()).zip(&mut table) {
            *entry = Wide::ONE;
        }
        table
    }
}
