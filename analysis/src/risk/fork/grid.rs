//! Seats whose numbers have a Poisson tail, whatever the stakes are: a sum over shares.
//!
//! F(x) is the chance that the seats of a·S and x·h·S in the first committee reach T, G(x) that those of a·S and
//! (1 − x)·h·S in the second reach its T′. F rises with x and G falls. For a grid 0 = x₀ < x₁ < … < xₙ = 1,
//!
//! ```text
//! P ≤ F(x₀)·G(x₀) + Σ P[first reached in (xᵢ, xᵢ₊₁]]·G(xᵢ) ≤ F(x₀)·G(x₀) + Σ F(xᵢ₊₁)·G(xᵢ)
//! ```
//!
//! The last step counts what lies before xᵢ again and again, more often the finer the grid; a coarse one lets xᵢ and xᵢ₊₁
//! lie far apart. Every grid gives a bound, so the least of several is taken. F and G are Poisson tails, which hold for
//! `binomial` and `quota` from one seat beyond the mean on; nearer to it they count as 1.

use std::num::NonZeroU64;

use klero_committee::CommitteeSize;

use crate::risk::RiskError;
use crate::wide::{Round, Wide};
use crate::{Fraction, Log2Bound, Poisson};

/// Cells of the finest grid.
const FINEST: u64 = 512;
/// The grids that are tried, by how many of the finest cells one of theirs has.
const COARSER: [usize; 5] = [1, 2, 4, 8, 16];

/// An upper bound for `binomial` and `quota` over any stakes, `honest` of them honest.
pub(super) fn fork_of_any_stakes(
    first: CommitteeSize,
    second: CommitteeSize,
    honest: Fraction,
) -> Result<Log2Bound, RiskError> {
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
