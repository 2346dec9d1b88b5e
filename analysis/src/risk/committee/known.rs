//! Committees without drawn seats, and those of a fixed number of seats.

use crate::risk::RiskError;
use crate::{Binomial, Event, Fraction, Log2Bound};

use super::holdings::Holdings;
use super::part_of;

/// Everyone is a member and weighs its stake [SEAT-4]: each event is certain or impossible.
#[derive(Debug, Clone, Copy)]
pub(super) struct Full {
    live: bool,
    split: bool,
    take: bool,
}

impl Full {
    /// Against T = ⌊2S/3⌋ + 1 [COM-2].
    pub(super) fn of(holdings: &Holdings<'_>) -> Self {
        let total = u128::from(holdings.total());
        let threshold = total * 2 / 3 + 1;
        let bad = u128::from(holdings.owned());
        Self {
            live: u128::from(holdings.voting()) < threshold,
            split: total + bad >= 2 * threshold,
            take: bad >= threshold,
        }
    }

    /// Whatever the stakes are: ⌊2S/3⌋ + 1 is more than 2S/3 and may be by as little as 1/3. So the honest reach it if
    /// h > 2/3, the adversary alone does not if a ≤ 2/3, and S + a·S are less than two of it if a ≤ 1/3.
    pub(super) fn of_any_stakes(honest: Fraction) -> Self {
        let (part, whole) = (u128::from(honest.numerator()), u128::from(honest.denominator()));
        Self {
            live: 3 * part <= 2 * whole,
            split: 3 * part < 2 * whole,
            take: 3 * part < whole,
        }
    }

    pub(super) const fn live(&self) -> Log2Bound {
        certain(self.live)
    }

    pub(super) const fn split(&self) -> Log2Bound {
        certain(self.split)
    }

    pub(super) const fn take(&self) -> Log2Bound {
        certain(self.take)
    }
}

const fn certain(happens: bool) -> Log2Bound {
    if happens {
        Log2Bound::CERTAIN
    } else {
        Log2Bound::IMPOSSIBLE
    }
}

/// τ seats, each of them drawn by stake from the whole electorate: A ~ Bin(τ, a) and H = τ − A, exactly.
///
/// Members of equal weight that are drawn without putting back have a hypergeometric distribution. That is a sum of
/// independent events as well (Vatutin and Mikhailov, 1982), so these tails bound it from one seat beyond the mean on.
#[derive(Debug, Clone)]
pub(super) struct Fixed {
    seats: u64,
    bad: Binomial,
    voting: Binomial,
}

impl Fixed {
    /// With an honest share h, and the share of those who vote.
    pub(super) fn new(seats: u32, honest: Fraction, voting: Fraction) -> Result<Self, RiskError> {
        let share = honest.complement().ok_or(RiskError::Honest(honest))?;
        let seats = u64::from(seats);
        Ok(Self {
            seats,
            bad: Binomial::new(seats, share)?,
            voting: Binomial::new(seats, voting)?,
        })
    }

    pub(super) fn of(seats: u32, holdings: &Holdings<'_>) -> Result<Self, RiskError> {
        let voting = if holdings.has_offline() {
            part_of(holdings.voting(), holdings.total())
        } else {
            holdings.honest()
        };
        Self::new(seats, holdings.honest(), voting)
    }

    /// [RISK-1]
    pub(super) fn live(&self, threshold: u64) -> Result<Log2Bound, RiskError> {
        Ok(self.voting.tail(Event::Below(threshold))?)
    }

    /// [RISK-2]: τ + A ≥ 2T.
    pub(super) fn split(&self, threshold: u64) -> Result<Log2Bound, RiskError> {
        let needed = threshold.saturating_mul(2).saturating_sub(self.seats);
        Ok(self.bad.tail(Event::AtLeast(needed))?)
    }

    /// [RISK-4]
    pub(super) fn take(&self, threshold: u64) -> Result<Log2Bound, RiskError> {
        Ok(self.bad.tail(Event::AtLeast(threshold))?)
    }
}
