//! The seats of one committee as a sum of independent numbers, from the definitions of the seat schemes.

use clap::ValueEnum;
use klero_committee::sampling::{LotteryError, MAX_EXPECTED};
use serde::Serialize;
use thiserror::Error;

use crate::risk::{Adversary, Assumptions, RiskError, Scheme};
use crate::{Event, Fraction, Stakes, TailError};

use super::owners::Owners;
use super::sum::SeatSum;

/// What goes wrong with a committee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RareEvent {
    /// [RISK-1]: no progress, H < T.
    Live,
    /// [RISK-2]: two values staged, H + 2A ≥ 2T.
    Split,
    /// [RISK-4]: forged without any honest vote, A ≥ T.
    Take,
}

/// How the adversary's seats are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdversarySeats {
    /// As the bound has them: Poisson with the mean of all that the adversary may own.
    #[default]
    Model,
    /// As its accounts draw them; dust is in accounts of one unit of stake.
    Drawn,
}

/// One committee and an event.
#[derive(Debug, Clone, Copy)]
pub struct RareCommittee<'a> {
    /// How its seats come about.
    pub scheme: Scheme,
    /// τ, 1 to 2^20.
    pub expected: u32,
    /// T, 1 to 2^22.
    pub threshold: u64,
    /// The stakes, if they are known.
    pub stakes: Option<&'a Stakes>,
    /// What is assumed; of the adversaries one, and not the worst of all.
    pub assumptions: Assumptions,
    /// How the adversary's seats are drawn.
    pub seats: AdversarySeats,
    /// What is to be estimated.
    pub event: RareEvent,
}

/// Why there is nothing to estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RareError {
    /// Outside the domain of committees.
    #[error(transparent)]
    Risk(#[from] RiskError),
    /// Outside the domain of the lottery.
    #[error(transparent)]
    Lottery(#[from] LotteryError),
    /// A threshold outside the domain.
    #[error("a threshold of {0} seats: choose 1 to 4194304")]
    Threshold(u64),
    /// No lot is drawn.
    #[error("everyone is a member: nothing is drawn, and there is nothing to estimate")]
    Full,
    /// The adversary is not one.
    #[error("the worst adversary is another one for every event: choose dust, largest or smallest")]
    Worst,
    /// Its seats cannot be drawn without its accounts.
    #[error("without stakes the adversary has no accounts to draw: leave out --adversary-seats")]
    NoAccounts,
    /// More draws than there are members.
    #[error(transparent)]
    Tail(#[from] TailError),
}

impl RareCommittee<'_> {
    /// X and the event of X that stands for the committee's.
    ///
    /// # Errors
    /// [`RareError`] when a number is outside its domain or nothing is drawn.
    pub fn sum(&self) -> Result<(SeatSum, Event), RareError> {
        self.check()?;
        let honest = self.assumptions.honest;
        let bad = honest.complement().ok_or(RiskError::Honest(honest))?;
        if self.scheme == Scheme::Fixed {
            return self.fixed(honest, bad);
        }
        let Some(stakes) = self.stakes else {
            let mean = |share| f64::from(self.expected) * float(share);
            return Ok(self.seats(
                |sum| sum.poisson(mean(honest), 1),
                |sum, weight| sum.poisson(mean(bad), weight),
            ));
        };
        let owners = Owners::new(stakes, &self.assumptions);
        if u64::from(self.expected) >= stakes.total() {
            return Err(RareError::Full);
        }
        match self.scheme {
            Scheme::Quota => Ok(self.quota(&owners, bad)),
            Scheme::Binomial => Ok(self.binomial(&owners, bad)),
            Scheme::FaitAccompli => self.fait_accompli(&owners),
            Scheme::Full | Scheme::Fixed => Err(RareError::Full),
        }
    }

    fn check(&self) -> Result<(), RareError> {
        if self.scheme == Scheme::Full {
            return Err(RareError::Full);
        }
        if self.expected == 0 || self.expected > MAX_EXPECTED {
            return Err(RiskError::Expected(self.expected).into());
        }
        if self.threshold == 0 || self.threshold > 1 << 22 {
            return Err(RareError::Threshold(self.threshold));
        }
        let Some(stakes) = self.stakes else {
            return match self.scheme {
                Scheme::FaitAccompli => Err(RiskError::NeedsStakes.into()),
                _ if self.assumptions.offline_groups > 0 => Err(RiskError::NeedsGroups.into()),
                Scheme::Fixed => Ok(()),
                _ if self.seats == AdversarySeats::Drawn => Err(RareError::NoAccounts),
                _ => Ok(()),
            };
        };
        if self.assumptions.offline_groups > 0 && !stakes.is_grouped() {
            return Err(RiskError::NeedsGroups.into());
        }
        if self.assumptions.adversary == Adversary::Worst {
            return Err(RareError::Worst);
        }
        Ok(())
    }

    /// Whether those who are silent count: for progress they do not.
    pub(super) fn votes(&self) -> bool {
        self.event == RareEvent::Live
    }

    /// The event of seats that weigh 1, given what adds the honest and, counted so many times, the adversary's.
    fn seats(
        &self,
        good: impl FnOnce(SeatSum) -> SeatSum,
        bad: impl FnOnce(SeatSum, u32) -> SeatSum,
    ) -> (SeatSum, Event) {
        let none = SeatSum::new();
        match self.event {
            RareEvent::Live => (good(none), Event::Below(self.threshold)),
            RareEvent::Split => (
                bad(good(none), 2),
                Event::AtLeast(self.threshold.saturating_mul(2)),
            ),
            RareEvent::Take => (bad(none, 1), Event::AtLeast(self.threshold)),
        }
    }

    /// [SEAT-1]: ⌊q⌋ seats for sure and one for the fraction of q = τ·s/S, of which the honest keep their part.
    fn quota(&self, owners: &Owners<'_>, bad: Fraction) -> (SeatSum, Event) {
        let (expected, total) = (u128::from(self.expected), u128::from(owners.total()));
        let quota = |sum: SeatSum, stake: u64, part: Fraction, weight| {
            let above = (expected * u128::from(stake)).checked_mul(u128::from(part.numerator()));
            let below = total.checked_mul(u128::from(part.denominator()));
            let (whole, rest) = match above.zip(below) {
                Some((above, below)) => ((above / below) as u64, (above % below) as f64 / below as f64),
                // A share of many digits: the seats are right to fifteen.
                None => {
                    let seats = expected as f64 * (stake as f64 / total as f64) * float(part);
                    (seats.floor() as u64, seats.fract())
                }
            };
            sum.certain(whole, weight).lot(rest, weight)
        };
        let good = |sum| {
            owners
                .good(self.votes())
                .fold(sum, |sum, stake| quota(sum, stake, owners.part(), 1))
        };
        self.seats(good, |sum, weight| match self.seats {
            AdversarySeats::Model => sum.poisson(f64::from(self.expected) * float(bad), weight),
            AdversarySeats::Drawn => {
                let accounts = owners.bad();
                let sum = accounts.fold(sum, |sum, stake| quota(sum, stake, Fraction::ONE, weight));
                sum.lots(owners.dust(), expected as f64 / total as f64, weight)
            }
        })
    }

    /// [SEAT-2]: each unit of stake is a lot. Dust leaves the honest a number of units; whose they are makes no difference.
    fn binomial(&self, owners: &Owners<'_>, bad: Fraction) -> (SeatSum, Event) {
        let chance = f64::from(self.expected) / owners.total() as f64;
        let good = |sum: SeatSum| {
            if owners.part() == Fraction::ONE {
                owners
                    .good(self.votes())
                    .fold(sum, |sum, stake| sum.lots(stake, chance, 1))
            } else {
                sum.lots(owners.units(self.votes()), chance, 1)
            }
        };
        self.seats(good, |sum, weight| match self.seats {
            AdversarySeats::Model => sum.poisson(f64::from(self.expected) * float(bad), weight),
            AdversarySeats::Drawn => {
                let sum = owners
                    .bad()
                    .fold(sum, |sum, stake| sum.lots(stake, chance, weight));
                sum.lots(owners.dust(), chance, weight)
            }
        })
    }

    /// τ seats by stake, or from equal members without putting back: A of them are the adversary's, H = τ − A.
    fn fixed(&self, honest: Fraction, bad: Fraction) -> Result<(SeatSum, Event), RareError> {
        let seats = u64::from(self.expected);
        let offline = self.stakes.filter(|_| self.assumptions.offline_groups > 0);
        let voting = offline.map(|stakes| {
            let owners = Owners::new(stakes, &self.assumptions);
            owners.units(true) as f64 / stakes.total() as f64
        });
        let none = SeatSum::new();
        let sum = match (self.event, self.assumptions.population) {
            (RareEvent::Live, None) => none.lots(seats, voting.unwrap_or(float(honest)), 1),
            (_, None) => none.lots(seats, float(bad), 1),
            (event, Some(all)) => {
                let bad =
                    (u128::from(all) * u128::from(bad.numerator()) / u128::from(bad.denominator())) as u64;
                let marked = match (event, voting) {
                    (RareEvent::Live, None) => all.saturating_sub(bad),
                    (RareEvent::Live, Some(voting)) => (all as f64 * voting).floor() as u64,
                    _ => bad,
                };
                if seats > all {
                    return Err(TailError::Population {
                        population: all,
                        marked,
                        draws: seats,
                    }
                    .into());
                }
                none.hand(all, marked, seats, 1)
            }
        };
        let event = match self.event {
            RareEvent::Live => Event::Below(self.threshold),
            RareEvent::Split => Event::AtLeast(self.threshold.saturating_mul(2).saturating_sub(seats)),
            RareEvent::Take => Event::AtLeast(self.threshold),
        };
        Ok((sum, event))
    }
}

fn float(fraction: Fraction) -> f64 {
    fraction.numerator() as f64 / fraction.denominator() as f64
}
