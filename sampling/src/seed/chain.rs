//! Following the seeds of a chain, with no more memory than the rules need.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{SeedSchedule, fallback_seed, genesis_seed, proposed_seed};
use crate::Digest;
use crate::vrf::{VrfInput, VrfOutput};

/// Why a chain of seeds has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SeedError {
    /// Distances outside their domain.
    #[error("seeds: lookback must be at least 2 and refresh at least 1")]
    Schedule,
    /// A round whose drawing seed is forgotten or not yet fixed.
    #[error("the seed that draws round {round} is not known: those of rounds {first} to {last} are")]
    Round {
        /// The round asked for.
        round: u64,
        /// The first round whose drawing seed is known.
        first: u64,
        /// The last round whose drawing seed is known.
        last: u64,
    },
}

/// What a block gives to the seed of its round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contribution<'a> {
    /// First proposed in period 0: the proposer's output on [`SeedChain::input`] [SEED-2].
    Output(&'a VrfOutput),
    /// First proposed in a later period: nothing [SEED-3].
    Nothing,
}

/// The seeds of a chain up to its last decided round.
///
/// It holds at most L + 1 seeds and the digests of at most 2·min(L, R) old blocks.
///
/// ```
/// use klero_sampling::Digest;
/// use klero_sampling::seed::{Contribution, SeedChain, SeedSchedule};
/// use klero_sampling::vrf::{VrfSecretKey, VrfSuite};
///
/// let chain_id = Digest([1; 32]);
/// let mut seeds = SeedChain::new(SeedSchedule::DEFAULT, &chain_id)?;
/// assert_eq!(seeds.drawing(1)?, seeds.drawing(2)?); // Q(−1) and Q(0) are one
///
/// let proposer = VrfSecretKey::from_seed(VrfSuite::Sr25519, &[2; 32])?;
/// let output = proposer.evaluate(&seeds.input(&chain_id)?)?;
/// let first = seeds.next(Contribution::Output(&output))?;
/// seeds.push(first, Digest([3; 32])); // the digest of block 1
/// assert_eq!(seeds.drawing(3)?, first);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedChain {
    schedule: SeedSchedule,
    round: u64,
    /// Q by round, from round − L on.
    seeds: BTreeMap<u64, Digest>,
    /// Digests of blocks by round: those of the last 2·R rounds that will enter a seed.
    blocks: BTreeMap<u64, Digest>,
}

impl SeedChain {
    /// The chain of a genesis, whose digest is the chain id: it knows Q(0) [SEED-1].
    ///
    /// # Errors
    /// [`SeedError::Schedule`] when L is below 2 or R is 0.
    pub fn new(schedule: SeedSchedule, genesis: &Digest) -> Result<Self, SeedError> {
        if !schedule.is_valid() {
            return Err(SeedError::Schedule);
        }
        Ok(Self {
            schedule,
            round: 0,
            seeds: BTreeMap::from([(0, genesis_seed(genesis))]),
            blocks: BTreeMap::new(),
        })
    }

    /// The chain after the last of some rounds: each with its seed and the digest of its block, in ascending order
    /// without a gap. Those of the last max(L + 1, 2·R) rounds are enough, or all from round 1 on; with fewer, the
    /// seeds that would need the others are not known.
    ///
    /// # Errors
    /// [`SeedError::Schedule`] when L is below 2 or R is 0.
    pub fn resume(
        schedule: SeedSchedule,
        genesis: &Digest,
        rounds: impl IntoIterator<Item = (u64, Digest, Digest)>,
    ) -> Result<Self, SeedError> {
        let mut chain = Self::new(schedule, genesis)?;
        for (round, seed, block) in rounds {
            if chain.next_round() != round {
                chain.round = round.saturating_sub(1);
                chain.seeds.clear();
            }
            chain.push(seed, block);
        }
        Ok(chain)
    }

    /// The distances.
    pub const fn schedule(&self) -> &SeedSchedule {
        &self.schedule
    }

    /// The last round whose seed is fixed; 0 for the genesis.
    pub const fn round(&self) -> u64 {
        self.round
    }

    /// The seed that the committees of a round are drawn with, Q(r − L) [SEED-5]. It is known for the last
    /// decided round and the L rounds after it.
    ///
    /// # Errors
    /// [`SeedError::Round`] for other rounds.
    pub fn drawing(&self, round: u64) -> Result<Digest, SeedError> {
        let last = self.round.saturating_add(self.schedule.lookback);
        let known = (self.round..=last).contains(&round);
        let seed = self.seeds.get(&self.schedule.seed_round(round));
        seed.filter(|_| known).copied().ok_or(SeedError::Round {
            round,
            first: self.round,
            last,
        })
    }

    /// d of the round after the last: the digest of an old block, or zeros [SEED-4].
    pub fn old_block(&self) -> Digest {
        self.schedule
            .refresh_round(self.next_round())
            .and_then(|round| self.blocks.get(&round).copied())
            .unwrap_or(Digest::ZERO)
    }

    /// What the proposers of the next round evaluate their VRF on [SEED-2].
    ///
    /// # Errors
    /// [`SeedError::Round`]: none is reachable, since the next round's drawing seed is always held.
    pub fn input(&self, chain_id: &Digest) -> Result<VrfInput, SeedError> {
        let round = self.next_round();
        Ok(VrfInput::seed(chain_id, &self.drawing(round)?, round))
    }

    /// Q of the next round for a block with this contribution [SEED-2] [SEED-3].
    ///
    /// # Errors
    /// As [`Self::input`].
    pub fn next(&self, contribution: Contribution<'_>) -> Result<Digest, SeedError> {
        let old = self.old_block();
        match contribution {
            Contribution::Output(output) => Ok(proposed_seed(output, &old)),
            Contribution::Nothing => {
                let round = self.next_round();
                Ok(fallback_seed(&self.drawing(round)?, round, &old))
            }
        }
    }

    /// Takes in the next round: its seed, which must be right, and the digest of its block.
    pub fn push(&mut self, seed: Digest, block: Digest) {
        let SeedSchedule { lookback, refresh } = self.schedule;
        self.round = self.next_round();
        self.seeds.insert(self.round, seed);
        self.seeds = self.seeds.split_off(&self.round.saturating_sub(lookback));
        let distance = refresh.saturating_mul(2);
        // Only these blocks are ever asked for, so that a long R costs no memory.
        if self.schedule.refresh_round(self.round.saturating_add(distance)) == Some(self.round) {
            self.blocks.insert(self.round, block);
        }
        let oldest = self.next_round().saturating_sub(distance);
        self.blocks = self.blocks.split_off(&oldest);
    }

    const fn next_round(&self) -> u64 {
        self.round.saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [SEED-2] [SEED-4] The rules ask for so many seeds and blocks, however long the chain is.
    #[test]
    fn memory_is_bounded_by_the_distances() {
        for (lookback, refresh) in [(2, 80), (2, 1), (3, 50), (7, 3)] {
            let mut chain = SeedChain::new(SeedSchedule { lookback, refresh }, &Digest::ZERO).unwrap();
            let (mut most_seeds, mut most_blocks) = (0, 0);
            for _ in 0..1000 {
                chain.push(Digest::ZERO, Digest::ZERO);
                most_seeds = most_seeds.max(chain.seeds.len() as u64);
                most_blocks = most_blocks.max(chain.blocks.len() as u64);
            }
            assert_eq!(most_seeds, lookback + 1);
            assert_eq!(most_blocks, 2 * lookback.min(refresh));
        }
    }
}
