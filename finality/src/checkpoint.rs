//! Checkpoints: a committee of its own signs every n-th block, so that a light client can hop from one to the next
//! [FIN-4].
//!
//! The committee of checkpoint c is drawn with the seed and from the electorate of block n(c − 1), both of which
//! checkpoint c − 1 signed. Its votes are votes of an ordinary Cert committee on a chain of its own: the chain id is
//! another, the round is the checkpoint's number, the period is the attempt. So everything that is true of quorum
//! certificates is true of checkpoints, and none passes for the other.

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::{Digest, Domain, LotteryError, SeatScheme};
use klero_committee::{
    CommitteeSize, Committees, Electorate, Profile, Role, RoundContext, Step, UnverifiedCertificate, Value,
};
use klero_stake::SignerEntries;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::block::Header;

/// When checkpoints are made, and by how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointRules {
    /// Rounds from one to the next, at least 1.
    pub interval: u32,
    /// The committee; larger than those of rounds, because a forged checkpoint deceives a light client for good.
    pub committee: CommitteeSize,
}

/// Why checkpoints cannot be made like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CheckpointRulesError {
    /// No rounds between them.
    #[error("a checkpoint every 0 rounds: choose 1 or more, 1000 is usual")]
    Interval,
    /// A threshold that is no majority, or more than there are seats.
    #[error(
        "threshold {threshold} of {expected} expected seats: it must be more than half of them and at most all"
    )]
    Threshold {
        /// T.
        threshold: u64,
        /// τ.
        expected: u32,
    },
    /// A committee smaller than that of Cert.
    #[error("{found} expected seats are less than the {least} of Cert")]
    Small {
        /// τ.
        found: u32,
        /// τ of Cert.
        least: u32,
    },
}

impl CheckpointRules {
    /// The usual rules beside a profile: every thousand rounds, by twice as many seats as Cert has. Doubling both numbers
    /// makes both failures rarer, of safety and of progress.
    pub const fn beside(profile: &Profile) -> Self {
        let CommitteeSize { expected, threshold } = profile.cert;
        Self {
            interval: 1_000,
            committee: CommitteeSize {
                expected: expected.saturating_mul(2),
                threshold: threshold.saturating_mul(2),
            },
        }
    }

    /// Checks the rules beside a profile.
    ///
    /// # Errors
    /// [`CheckpointRulesError`] for the first thing that is wrong.
    pub fn validate(&self, profile: &Profile) -> Result<(), CheckpointRulesError> {
        let CommitteeSize { expected, threshold } = self.committee;
        if self.interval == 0 {
            return Err(CheckpointRulesError::Interval);
        }
        let seats = u64::from(expected);
        if threshold > seats || threshold <= seats / 2 {
            return Err(CheckpointRulesError::Threshold { threshold, expected });
        }
        // Where everyone is a member the numbers have no meaning.
        if profile.scheme != SeatScheme::Full && expected < profile.cert.expected {
            return Err(CheckpointRulesError::Small {
                found: expected,
                least: profile.cert.expected,
            });
        }
        Ok(())
    }

    /// The number of the checkpoint at a round, if there is one; 0 is the genesis.
    pub const fn number_at(&self, round: u64) -> Option<u64> {
        match round.checked_rem(self.interval as u64) {
            Some(0) => round.checked_div(self.interval as u64),
            _ => None,
        }
    }

    /// The round of a checkpoint, n(c).
    pub const fn round_of(&self, number: u64) -> u64 {
        number.saturating_mul(self.interval as u64)
    }

    /// The profile under which checkpoints are signed: that of the chain with a Cert committee of another size.
    pub fn profile(&self, profile: &Profile) -> Profile {
        Profile {
            soft: self.committee,
            cert: self.committee,
            next: self.committee,
            ..profile.clone()
        }
    }

    /// The committees that an electorate gives checkpoints.
    ///
    /// # Errors
    /// [`LotteryError`] when the rules do not suit the electorate.
    pub fn committees(
        &self,
        electorate: &Arc<Electorate>,
        profile: &Profile,
    ) -> Result<Arc<Committees>, LotteryError> {
        let profile = Arc::new(self.profile(profile));
        Ok(Arc::new(Committees::new(Arc::clone(electorate), profile)?))
    }
}

/// What a checkpoint says [FIN-4].
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Checkpoint {
    /// Its number, from 1.
    pub number: u64,
    /// The digest of the header of block n(c).
    pub header: Digest,
    /// The root of the electorate of round n(c), with the committees of checkpoints, from which the next checkpoint's
    /// committee is drawn.
    pub next_electorate: Digest,
}

impl Checkpoint {
    /// What its committee signs.
    pub fn value(&self) -> Value {
        Value::Block(Domain::Checkpoint.digest(self))
    }

    /// The role in which it is signed: each attempt has another committee.
    pub const fn role(&self, attempt: u32) -> Role {
        Role::new(self.number, attempt, Step::Cert)
    }
}

/// What stands for the chain id in draws and signatures of checkpoints.
pub(crate) fn checkpoint_chain(chain: &Digest) -> Digest {
    Domain::CheckpointChain.digest(chain)
}

/// What votes for checkpoint `number` are verified against: the seed and the committees of the checkpoint before.
pub fn checkpoint_context(
    chain: &Digest,
    number: u64,
    seed: Digest,
    committees: Arc<Committees>,
) -> RoundContext {
    RoundContext::of(checkpoint_chain(chain), number, seed, committees)
}

/// A checkpoint with all that a light client needs to verify it from the one before.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedCheckpoint {
    /// The header of block n(c).
    pub header: Header,
    /// The electorate root that was signed with it.
    pub next_electorate: Digest,
    /// The committee's certificate.
    pub certificate: UnverifiedCertificate,
    /// Who signed it.
    pub signers: SignerEntries,
}

impl Wire for SignedCheckpoint {
    const MAX_BYTES: usize =
        Header::MAX_BYTES + UnverifiedCertificate::MAX_BYTES + SignerEntries::MAX_BYTES + 64;
}
