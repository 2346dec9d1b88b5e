//! The seats of a fait-accompli committee [SEAT-3].

use std::iter;

use klero_committee::sampling::{Lottery, Split};

use crate::Event;

use super::committee::{AdversarySeats, RareCommittee, RareError, RareEvent};
use super::owners::{Member, Owners, split};
use super::sum::SeatSum;

/// Permanent members weigh n₂ times their stake, and a seat that a unit of the others draws weighs ρ.
struct Parts<'a> {
    /// Of the adversary's dust in all, and of it in permanent members, the units.
    dust: u64,
    grains: u64,
    above: &'a [Member],
    below: &'a [Member],
    /// n₂ and ρ.
    others: u32,
    rest: u64,
    lottery: Lottery,
}

impl RareCommittee<'_> {
    /// The drawn seats, and how many of them are missing besides the weight that is sure.
    pub(super) fn fait_accompli(&self, owners: &Owners<'_>) -> Result<(SeatSum, Event), RareError> {
        let members = owners.members();
        let parts = self.parts(owners, &members)?;
        let good = |member: &&Member| !(member.is_bad || self.votes() && member.is_silent);
        let needed = parts.lottery.weight_of_seats(self.threshold);
        let sure = parts.weight(parts.above.iter().filter(good).map(|member| member.stake).sum());
        let bad = parts.weight(parts.bad_above());
        let event = match self.event {
            RareEvent::Live => Event::Below(parts.missing(needed, sure)),
            RareEvent::Split => Event::AtLeast(parts.missing(2 * needed, sure + 2 * bad)),
            RareEvent::Take => Event::AtLeast(parts.missing(needed, bad)),
        };
        let chance = f64::from(parts.others) / parts.rest as f64;
        let lots = |sum: SeatSum, member: &Member, weight| sum.lots(member.stake, chance, weight);
        let mut sum = SeatSum::new();
        if self.event != RareEvent::Take {
            let drawing = parts.below.iter().filter(good);
            sum = drawing.fold(sum, |sum, member| lots(sum, member, 1));
        }
        let weight = match self.event {
            RareEvent::Live => return Ok((sum, event)),
            RareEvent::Split => 2,
            RareEvent::Take => 1,
        };
        let sum = match self.seats {
            AdversarySeats::Model => {
                let units = owners.budget().max(parts.dust).saturating_sub(parts.bad_above());
                sum.poisson(chance * units.min(parts.rest) as f64, weight)
            }
            AdversarySeats::Drawn => {
                let drawing = parts.below.iter().filter(|member| member.is_bad);
                let sum = drawing.fold(sum, |sum, member| lots(sum, member, weight));
                sum.lots(parts.dust.saturating_sub(parts.grains), chance, weight)
            }
        };
        Ok((sum, event))
    }

    fn parts<'a>(&self, owners: &Owners<'_>, members: &'a [Member]) -> Result<Parts<'a>, RareError> {
        let total = owners.total();
        let dust = members
            .iter()
            .fold(total, |left, member| left.saturating_sub(member.stake));
        let grains = iter::repeat_n(1, usize::try_from(dust).unwrap_or(usize::MAX));
        let stakes = members.iter().map(|member| member.stake).chain(grains);
        let (permanent, rest) = split(self.expected, total, stakes).ok_or(RareError::Full)?;
        let (above, below) = members.split_at((permanent as usize).min(members.len()));
        Ok(Parts {
            dust,
            grains: u64::from(permanent).saturating_sub(above.len() as u64),
            above,
            below,
            others: self.expected.saturating_sub(permanent),
            rest,
            lottery: Lottery::with_split(self.expected, total, Split { permanent, rest })?,
        })
    }
}

impl Parts<'_> {
    /// The stake of the adversary's permanent members.
    fn bad_above(&self) -> u64 {
        let bad = self.above.iter().filter(|member| member.is_bad);
        bad.map(|member| member.stake)
            .sum::<u64>()
            .saturating_add(self.grains)
    }

    fn weight(&self, stake: u64) -> u128 {
        u128::from(stake) * u128::from(self.others)
    }

    fn missing(&self, weight: u128, sure: u128) -> u64 {
        let seats = weight.saturating_sub(sure).div_ceil(u128::from(self.rest));
        u64::try_from(seats).unwrap_or(u64::MAX)
    }
}
