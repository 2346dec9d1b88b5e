//! A fork: honest nodes stage a value one after another, and the rest abandon it [RISK-3].
//!
//! The adversary schedules messages, so it lets honest nodes stage v in an order of its own. Let x be the share of honest
//! stake that has staged v when a Cert quorum for v is first reached: H of them and A of the adversary's seats. The honest
//! rest, 1 − x, and the adversary may then form a Next quorum for something else, in another committee. The order is chosen
//! before anyone of the committee has spoken, so it knows nothing of the seats.
//!
//! # The sum
//!
//! F(x) is the chance that the seats of a·S and x·h·S in the Cert committee reach T, G(x) that those of a·S and (1 − x)·h·S
//! in the Next committee reach its T′. F rises with x and G falls. For a grid 0 = x₀ < x₁ < … < xₙ = 1,
//!
//! ```text
//! P ≤ F(x₀)·G(x₀) + Σ P[first reached in (xᵢ, xᵢ₊₁]]·G(xᵢ) ≤ F(x₀)·G(x₀) + Σ F(xᵢ₊₁)·G(xᵢ)
//! ```
//!
//! The last step counts what lies before xᵢ again and again, more often the finer the grid; a coarse one lets xᵢ and xᵢ₊₁
//! lie far apart. Every grid gives a bound, so the least of several is taken. F and G are Poisson tails, which hold for
//! `binomial` and `quota` whatever the distribution of stake from one seat beyond the mean on; nearer to it they count as 1.

use std::num::NonZeroU64;

use klero_committee::CommitteeSize;

use crate::wide::{Round, Wide};
use crate::{Fraction, Log2Bound, Poisson};

use super::{RiskError, check};

/// Cells of the finest grid.
const FINEST: u64 = 512;
/// The grids that are tried, by how many of the finest cells one of theirs has.
const COARSER: [usize; 5] = [1, 2, 4, 8, 16];

/// An upper bound of the chance that a quorum of `first` for a value is reached while those who have not staged it can
/// form a quorum of `second` for another, one committee of each.
///
/// # Errors
/// [`RiskError`] when a committee or `honest` (h, 0 to 1) is outside the domain.
pub fn fork_risk(
    first: CommitteeSize,
    second: CommitteeSize,
    honest: Fraction,
) -> Result<Log2Bound, RiskError> {
    check(first)?;
    check(second)?;
    let table = |size| {
        let chances = (0..=FINEST).map(|cell| reaches(size, honest, cell, FINEST));
        chances.collect::<Result<Vec<Wide>, RiskError>>()
    };
    let (reached, mut abandoned) = (table(first)?, table(second)?);
    // G(xᵢ) is the chance at the share 1 − xᵢ.
    abandoned.reverse();
    let sums = COARSER.into_iter().map(|width| sum(&reached, &abandoned, width));
    let least = sums.fold(Wide::ONE, |least, sum| if sum < least { sum } else { least });
    Ok(Log2Bound::at_most(least))
}

/// F(x₀)·G(x₀) + Σ F(xᵢ₊₁)·G(xᵢ) over every `width`-th point.
fn sum(reached: &[Wide], abandoned: &[Wide], width: usize) -> Wide {
    let ends = reached.iter().step_by(width);
    let starts = abandoned.iter().step_by(width);
    let first = reached.first().zip(abandoned.first());
    let terms = first.into_iter().chain(ends.skip(1).zip(starts));
    terms.fold(Wide::ZERO, |sum, (reached, abandoned)| {
        sum.add(reached.mul(*abandoned, Round::Up), Round::Up)
    })
}

/// The chance that the adversary and so many cells of honest stake have at least T seats.
fn reaches(size: CommitteeSize, honest: Fraction, cell: u64, cells: u64) -> Result<Wide, RiskError> {
    let share = speaking(honest, cell, cells).ok_or(RiskError::Honest(honest))?;
    let CommitteeSize { expected, threshold } = size;
    let (numerator, denominator) = (u128::from(share.numerator()), u128::from(share.denominator()));
    let is_beyond = u128::from(threshold) * denominator > u128::from(expected) * numerator + denominator;
    if is_beyond {
        Ok(Poisson::of_share(expected, share)?.law().at_least_up(threshold))
    } else {
        Ok(Wide::ONE)
    }
}

/// a + h·cell/cells, of all stake; `None` when h is more than 1, or its numbers are too long.
fn speaking(honest: Fraction, cell: u64, cells: u64) -> Option<Fraction> {
    let bad = honest.complement()?;
    let numerator = bad
        .numerator()
        .checked_mul(cells)?
        .checked_add(honest.numerator().checked_mul(cell)?)?;
    let denominator = honest.denominator().checked_mul(cells)?;
    Some(Fraction::new(numerator, NonZeroU64::new(denominator)?))
}
