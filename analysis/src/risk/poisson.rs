//! A committee whose seats are Poisson.

use std::iter;

use klero_committee::CommitteeSize;

use crate::wide::Round;
use crate::{Event, Fraction, Log2Bound, Poisson};

use super::{Risk, RiskError, adversary, check, staging};

/// The bounds of a committee with H ~ Poisson(τ·h) and A ~ Poisson(τ·(1 − h)); [`super`] says for whom they hold.
///
/// # Errors
/// [`RiskError`] when the committee or `honest` (h, 0 to 1) is outside the domain.
pub fn poisson_risk(size: CommitteeSize, honest: Fraction) -> Result<Risk, RiskError> {
    check(size)?;
    let CommitteeSize { expected, threshold } = size;
    let bad = adversary(expected, honest)?;
    Ok(Risk {
        // [RISK-1]
        live: Poisson::of_share(expected, honest)?.tail(Event::Below(threshold))?,
        // [RISK-2]
        split: poisson_votes(expected, threshold.saturating_mul(2), honest)?,
        // [RISK-4]
        take: bad.tail(Event::AtLeast(threshold))?,
    })
}

/// An upper bound of P[H + 2A ≥ `votes`] with H ~ Poisson(τ·h) and A ~ Poisson(τ·(1 − h)): [RISK-2] where `votes`
/// is 2T. Where a quorum is more than T, as in Algorand's first paper, two of them take 2T + 1.
///
/// # Errors
/// [`RiskError`] when `expected` (τ), `votes` (1 to 2^23) or `honest` (h, 0 to 1) is outside the domain.
pub fn poisson_votes(expected: u32, votes: u64, honest: Fraction) -> Result<Log2Bound, RiskError> {
    check(CommitteeSize {
        expected,
        threshold: votes.div_ceil(2),
    })?;
    let bad = adversary(expected, honest)?;
    let good = Poisson::of_share(expected, honest)?;
    // Every H that has the votes alone is one case, so no mass is dropped.
    let fewer = good
        .law()
        .terms(Round::Up)
        .zip(0..votes)
        .map(|(chance, _)| chance);
    let chances = fewer.chain(iter::once_with(|| good.law().at_least_up(votes)));
    Ok(staging::at_least(votes, 0, chances, &bad))
}
