//! Committees whose seats are drawn, in whole or in part.

use std::iter;

use crate::risk::{QuotaSeats, RiskError, staging};
use crate::{Fraction, Log2Bound};

use super::holdings::{Holdings, Member};
use super::part_of;
use super::seats::{AnySeats, Lots, Seats};

/// Weights that are certain, seats that are drawn, and what they weigh.
///
/// Under `quota` and `binomial` a seat weighs 1. Under `fait-accompli` a seat weighs ρ and a permanent member n₂ times its
/// stake [SEAT-3].
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    honest: Side<Seats>,
    /// The honest that vote, if some are silent.
    voting: Option<Side<Seats>>,
    bad: Side<AnySeats>,
    /// What a drawn seat weighs.
    seat: u128,
    /// T seats stand for the weight T·numerator/denominator, rounded up.
    unit: (u128, u128),
    /// Nobody asks for more drawn seats: the chance to have them is far below 2^-5000.
    most: u64,
}

/// One side's certain weight and drawn seats.
#[derive(Debug, Clone)]
struct Side<S> {
    sure: u128,
    seats: S,
}

impl<S> Side<S> {
    const fn drawn(seats: S) -> Self {
        Self { sure: 0, seats }
    }
}

impl Drawn {
    /// Every seat weighs 1, and T is what it is.
    fn of_seats(
        expected: u32,
        honest: Fraction,
        good: Seats,
        voting: Option<Seats>,
    ) -> Result<Self, RiskError> {
        let share = honest.complement().ok_or(RiskError::Honest(honest))?;
        Ok(Self {
            honest: Side::drawn(good),
            voting: voting.map(Side::drawn),
            bad: Side::drawn(AnySeats::new(expected, share)?),
            seat: 1,
            unit: (1, 1),
            most: u64::MAX,
        })
    }

    /// `quota` or `binomial` over stakes that are not known.
    pub(super) fn of_any_stakes(expected: u32, honest: Fraction) -> Result<Self, RiskError> {
        let good = Seats::Any(AnySeats::new(expected, honest)?);
        Self::of_seats(expected, honest, good, None)
    }

    /// [SEAT-1]
    pub(super) fn quota(expected: u32, holdings: &Holdings<'_>) -> Result<Self, RiskError> {
        let seats = |votes| {
            let stakes = holdings.accounts(votes);
            QuotaSeats::new(stakes, holdings.total(), expected, holdings.share()).map(Seats::Quota)
        };
        let voting = holdings.has_offline().then(|| seats(true)).transpose()?;
        Self::of_seats(expected, holdings.honest(), seats(false)?, voting)
    }

    /// [SEAT-2]
    pub(super) fn binomial(expected: u32, holdings: &Holdings<'_>) -> Result<Self, RiskError> {
        let total = holdings.total();
        let lots = |units| Lots::new(units, expected, total).map(Seats::Lots);
        let good = lots(total.saturating_sub(holdings.owned()))?;
        let voting = holdings
            .has_offline()
            .then(|| lots(holdings.voting()))
            .transpose()?;
        Self::of_seats(expected, holdings.honest(), good, voting)
    }

    /// [SEAT-3]; none where everyone is a member.
    ///
    /// The adversary's drawn seats are those of all that it may have besides its permanent members.
    pub(super) fn fait_accompli(expected: u32, holdings: &Holdings<'_>) -> Result<Option<Self>, RiskError> {
        let (members, dust) = holdings.members();
        let total = holdings.total();
        let grains = iter::repeat_n(1, usize::try_from(dust).unwrap_or(usize::MAX));
        let stakes = members.iter().map(|member| member.stake).chain(grains);
        let Some((permanent, rest)) = split(expected, total, stakes) else {
            return Ok(None);
        };
        let others = expected.saturating_sub(permanent);
        let (above, below) = members.split_at((permanent as usize).min(members.len()));
        let sum = |members: &[Member], is_counted: fn(&Member) -> bool| -> u64 {
            let counted = members.iter().filter(|member| is_counted(member));
            counted.map(|member| member.stake).sum()
        };
        let side = |is_counted| -> Result<Side<Seats>, RiskError> {
            Ok(Side {
                sure: u128::from(others) * u128::from(sum(above, is_counted)),
                seats: Seats::Lots(Lots::new(sum(below, is_counted), others, rest)?),
            })
        };
        // Grains of dust may be permanent where there is hardly any stake.
        let grains = u64::from(permanent).saturating_sub(above.len() as u64);
        let sure = sum(above, |member| member.is_bad).saturating_add(grains);
        let drawn = holdings.budget().max(dust).saturating_sub(sure).min(rest);
        let voting = |member: &Member| !member.is_bad && !member.is_offline;
        Ok(Some(Self {
            honest: side(|member| !member.is_bad)?,
            voting: holdings.has_offline().then(|| side(voting)).transpose()?,
            bad: Side {
                sure: u128::from(others) * u128::from(sure),
                seats: AnySeats::new(others, part_of(drawn, rest))?,
            },
            seat: u128::from(rest),
            unit: (u128::from(total) * u128::from(others), u128::from(expected)),
            most: u64::from(others) * 8 + 4_096,
        }))
    }

    /// [RISK-1]
    pub(super) fn live(&self, threshold: u64) -> Result<Log2Bound, RiskError> {
        let voting = self.voting.as_ref().unwrap_or(&self.honest);
        let needed = self.drawn(self.weight(threshold), voting.sure);
        if needed > self.most {
            return Ok(Log2Bound::CERTAIN);
        }
        voting.seats.below(needed)
    }

    /// [RISK-2]
    pub(super) fn split(&self, threshold: u64) -> Result<Log2Bound, RiskError> {
        let sure = self.honest.sure + 2 * self.bad.sure;
        // Two quorums of seats that are counted once and twice: with fewer of them the chance is greater.
        let needed = self.drawn(2 * self.weight(threshold), sure).min(self.most);
        let (first, chances) = self.honest.seats.chances(needed)?;
        let reaches = self.bad.seats.tails(needed.div_ceil(2));
        Ok(staging::at_least_of(needed, first, chances.into_iter(), &reaches))
    }

    /// [RISK-4]
    pub(super) fn take(&self, threshold: u64) -> Result<Log2Bound, RiskError> {
        let needed = self.drawn(self.weight(threshold), self.bad.sure);
        self.bad.seats.at_least(needed.min(self.most))
    }

    /// The weight that T seats stand for: below 2^22·2^83.
    fn weight(&self, threshold: u64) -> u128 {
        let (numerator, denominator) = self.unit;
        (u128::from(threshold) * numerator).div_ceil(denominator)
    }

    /// The seats that are missing to a weight besides what is sure.
    fn drawn(&self, weight: u128, sure: u128) -> u64 {
        let seats = weight.saturating_sub(sure).div_ceil(self.seat);
        u64::try_from(seats).unwrap_or(u64::MAX)
    }
}

/// How many permanent members there are, i* − 1, and the stake of all others, ρ(i*); none where everyone is a member.
/// `stakes` descend and have `total` in sum.
///
/// (1 − s/ρ)² ≥ (n − i)/(n − i + 1) is ρ² ≥ (n − i + 1)·s·(2ρ − s), and the right side an integer multiple of n − i + 1,
/// so ρ² may be divided and rounded down.
pub(in crate::risk) fn split(
    expected: u32,
    total: u64,
    stakes: impl Iterator<Item = u64>,
) -> Option<(u32, u64)> {
    let mut rest = u128::from(total);
    for (permanent, stake) in (0..expected).zip(stakes) {
        let (others, stake) = (u128::from(expected.saturating_sub(permanent)), u128::from(stake));
        // ρ ≤ 2^63, and s ≤ ρ.
        if rest * rest / others >= stake * (2 * rest - stake) {
            let rest = u64::try_from(rest).ok()?;
            return (others < u128::from(rest)).then_some((permanent, rest));
        }
        rest -= stake;
    }
    None
}
