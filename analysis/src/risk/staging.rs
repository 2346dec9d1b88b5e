//! Votes for two values, when honest seats vote once and adversarial seats twice [RISK-2].

use crate::wide::{Round, Wide};
use crate::{Log2Bound, Poisson};

/// An upper bound of P[H + 2A ≥ v], v = `votes`, for `honest` = P[H = first], P[H = first + 1], …, rounded up;
/// the last of them may stand for all further ones if it is at v or later.
///
/// The sum over h of P[H = h] · P[A ≥ ⌈(v − h)/2⌉], with P[A ≥ 0] = 1.
pub(super) fn at_least(
    votes: u64,
    first: u64,
    honest: impl Iterator<Item = Wide>,
    adversary: &Poisson,
) -> Log2Bound {
    at_least_of(votes, first, honest, &tails(adversary, votes.div_ceil(2)))
}

/// The same for a table of P[A ≥ k], rounded up, for k from 0 to ⌈v/2⌉.
pub(super) fn at_least_of(
    votes: u64,
    first: u64,
    honest: impl Iterator<Item = Wide>,
    reaches: &[Wide],
) -> Log2Bound {
    let mut sum = Wide::ZERO;
    for (chance, seats) in honest.zip(first..) {
        let missing = usize::try_from(votes.saturating_sub(seats).div_ceil(2)).unwrap_or(usize::MAX);
        // At most half of the votes can be missing, and the table goes up to there.
        let reached = reaches.get(missing).copied().unwrap_or(Wide::ONE);
        sum = sum.add(chance.mul(reached, Round::Up), Round::Up);
    }
    Log2Bound::at_most(sum)
}

/// P[A ≥ k] for k from 0 to `last`, rounded up: each is the one after it and one term more.
pub(super) fn tails(adversary: &Poisson, last: u64) -> Vec<Wide> {
    let law = adversary.law();
    let beyond = law.at_least_up(last);
    let mut table: Vec<Wide> = law.terms(Round::Up).zip(0..last).map(|(term, _)| term).collect();
    let mut tail = beyond;
    for entry in table.iter_mut().rev() {
        tail = tail.add(*entry, Round::Up);
        *entry = tail;
    }
    table.push(beyond);
    table
}
