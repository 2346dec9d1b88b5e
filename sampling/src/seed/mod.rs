//! The chain of seeds: each round's committees are drawn with a number that nobody could choose.
//!
//! The seed Q(r) of a round is fixed by the block that the round decides [SEED-1]. A proposer of the first
//! period contributes its VRF output [SEED-2]; a block first proposed in a later period contributes nothing
//! [SEED-3]. Every `refresh` rounds the digest of an old block enters, so that keys made after the fact are of
//! no use [SEED-4]. [`SeedChain`] follows these rules from the genesis on.
//!
//! An adversary cannot choose a seed, but it has some choice among seeds; [`choices`] says how many [SEED-6].

mod chain;
mod choices;

pub use chain::{Contribution, SeedChain, SeedError};
pub use choices::{choices, choices_without_failed_periods};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::vrf::VrfOutput;
use crate::{Digest, Domain};

/// The two distances of the seed chain, in rounds; part of the genesis.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct SeedSchedule {
    /// L: committees of round r are drawn with Q(r − L) [SEED-5]. At least 2.
    pub lookback: u64,
    /// R: how often, in rounds, an old block's digest enters. At least 1.
    pub refresh: u64,
}

impl Default for SeedSchedule {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl SeedSchedule {
    /// The distances of the specification: L = 2, R = 80.
    pub const DEFAULT: Self = Self {
        lookback: 2,
        refresh: 80,
    };

    /// Whether the distances are in their domain: L ≥ 2 and R ≥ 1.
    pub const fn is_valid(&self) -> bool {
        self.lookback >= 2 && self.refresh >= 1
    }

    /// The round whose seed draws the committees of `round` [SEED-5]; a negative index means 0 [SEED-2].
    pub const fn seed_round(&self, round: u64) -> u64 {
        round.saturating_sub(self.lookback)
    }

    /// The round whose block's digest enters the seed of `round`, if any [SEED-4].
    pub const fn refresh_round(&self, round: u64) -> Option<u64> {
        match self.refresh.checked_mul(2) {
            Some(distance)
                if self.refresh > 0 && round > distance && round % self.refresh < self.lookback =>
            {
                Some(round - distance)
            }
            _ => None,
        }
    }

    /// K: the electorate of round r is the registry after block r − K [STK-6].
    pub const fn electorate_lookback(&self) -> u64 {
        self.lookback.saturating_mul(self.refresh).saturating_mul(2)
    }
}

/// Q(0), once the keys of the genesis are known [SEED-1].
pub fn genesis_seed(genesis: &Digest) -> Digest {
    Domain::SeedGenesis.digest(genesis)
}

/// Q(r) of a block first proposed in period 0, from its proposer's output on (Q(r − L), r) [SEED-2]. `old` is
/// the digest that [SEED-4] asks for, or [`Digest::ZERO`].
pub fn proposed_seed(output: &VrfOutput, old: &Digest) -> Digest {
    Domain::Seed
        .hasher()
        .bytes(output.as_bytes())
        .bytes(old.as_bytes())
        .finish()
}

/// Q(r) of a block first proposed in a later period [SEED-3].
pub fn fallback_seed(earlier: &Digest, round: u64, old: &Digest) -> Digest {
    let hasher = Domain::SeedFallback
        .hasher()
        .bytes(earlier.as_bytes())
        .bytes(&round.to_be_bytes());
    hasher.bytes(old.as_bytes()).finish()
}
