//! Committees without drawn seats, and those of a fixed number of seats.

use crate::risk::RiskError;
use crate::{Binomial, Event, Fraction, Hypergeometric, Log2Bound};

use super::holdings::{Holdings, times};
use super::part_of;

/// Everyone is a member and weighs its stake [SEAT-4]: each event is certain or impossible.
#[derive(Debug, Clone, Copy)]
pub(super) struct Full {
    live: bool,
    split: bool,
    take: bool,
    catch_up_forged: bool,
    catch_up_missed: bool,
}

impl Full {
    /// Against T = ⌊2S/3⌋ + 1 [COM-2], and J = ⌊S/3⌋ + 1 [BA-10].
    pub(super) fn of(holdings: &Holdings<'_>) -> Self {
        let total = u128::from(holdings.total());
        let threshold = total * 2 / 3 + 1;
        let catch_up = total / 3 + 1;
        let (good, bad) = (u128::from(holdings.voting()), u128::from(holdings.owned()));
        Self {
            live: good < threshold,
            split: total + bad >= 2 * threshold,
            take: bad >= threshold,
            catch_up_forged: bad >= catch_up,
            catch_up_missed: good < catch_up,
        }
    }

    /// Whatever the stakes are: ⌊2S/3⌋ + 1 is more than 2S/3 and may be by as little as 1/3. So the honest reach it if
    /// h > 2/3, the adversary alone does not if a ≤ 2/3, and S + a·S are less than two of it if a ≤ 1/3. In the same way
    /// ⌊S/3⌋ + 1 is more than S/3: out of the adversary's reach if a ≤ 1/3, and within that of the honest if h > 1/3.
    pub(super) fn of_any_stakes(honest: Fraction) -> Self {
        let (part, whole) = (u128::from(honest.numerator()), u128::from(honest.denominator()));
        Self {
            live: 3 * part <= 2 * whole,
            split: 3 * part < 2 * whole,
            take: 3 * part < whole,
            catch_up_forged: 3 * part < 2 * whole,
            catch_up_missed: 3 * part <= whole,
        }
    }

    pub(super) const fn catch_up_forged(&self) -> Log2Bound {
        certain(self.catch_up_forged)
    }

    pub(super) const fn catch_up_missed(&self) -> Log2Bound {
        certain(self.catch_up_missed)
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

/// τ seats, exactly: A is the adversary's, and H = τ − A.
///
/// Drawn by stake from the whole electorate, A ~ Bin(τ, a). Drawn without putting back from N equal members, of which ⌊a·N⌋
/// are the adversary's, A is hypergeometric.
#[derive(Debug, Clone)]
pub(super) struct Fixed {
    seats: u64,
    bad: Taken,
    voting: Taken,
}

/// How many seats one side has.
#[derive(Debug, Clone)]
enum Taken {
    ByStake(Binomial),
    OfMembers(Hypergeometric),
}

impl Taken {
    /// Of `seats`, for a share of the stake, or for so many `members` of a population.
    fn new(seats: u64, share: Fraction, members: Option<(u64, u64)>) -> Result<Self, RiskError> {
        Ok(match members {
            None => Self::ByStake(Binomial::new(seats, share)?),
            Some((members, population)) => Self::OfMembers(Hypergeometric::new(population, members, seats)?),
        })
    }

    fn tail(&self, event: Event) -> Result<Log2Bound, RiskError> {
        Ok(match self {
            Self::ByStake(binomial) => binomial.tail(event)?,
            Self::OfMembers(hypergeometric) => hypergeometric.tail(event)?,
        })
    }
}

impl Fixed {
    /// With an honest share h, and the share of those who vote.
    pub(super) fn new(
        seats: u32,
        honest: Fraction,
        voting: Fraction,
        population: Option<u64>,
    ) -> Result<Self, RiskError> {
        let share = honest.complement().ok_or(RiskError::Honest(honest))?;
        let seats = u64::from(seats);
        let bad = population.map(|all| (times(all, share), all));
        // If nobody is silent, all the others.
        let good = bad.map(|(bad, all)| match voting == honest {
            true => (all.saturating_sub(bad), all),
            false => (times(all, voting), all),
        });
        Ok(Self {
            seats,
            bad: Taken::new(seats, share, bad)?,
            voting: Taken::new(seats, voting, good)?,
        })
    }

    pub(super) fn of(
        seats: u32,
        holdings: &Holdings<'_>,
        population: Option<u64>,
    ) -> Result<Self, RiskError> {
        let voting = if holdings.has_offline() {
            part_of(holdings.voting(), holdings.total())
        } else {
            holdings.honest()
        };
        Self::new(seats, holdings.honest(), voting, population)
    }

    /// [RISK-1]
    pub(super) fn live(&self, threshold: u64) -> Result<Log2Bound, RiskError> {
        self.voting.tail(Event::Below(threshold))
    }

    /// [RISK-2]: τ + A ≥ 2T.
    pub(super) fn split(&self, threshold: u64) -> Result<Log2Bound, RiskError> {
        let needed = threshold.saturating_mul(2).saturating_sub(self.seats);
        self.bad.tail(Event::AtLeast(needed))
    }

    /// [RISK-4]
    pub(super) fn take(&self, threshold: u64) -> Result<Log2Bound, RiskError> {
        self.bad.tail(Event::AtLeast(threshold))
    }
}
