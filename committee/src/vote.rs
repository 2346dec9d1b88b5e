//! Votes: from a peer's bytes to counted weight.
//!
//! A peer's votes for one role and value travel in one [`VoteBundle`]. Each is checked by itself, yet together
//! with others: VRF proofs of a role in one batch, signatures of a role and value in one multi-scalar
//! multiplication ([`verify_votes`](crate::verify_votes)).

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::codec::Wire;
use klero_sampling::vrf::{VrfError, VrfProof};
use klero_sampling::{LotteryError, Weight, bls};
use thiserror::Error;

use crate::{Role, Step, Value};

/// The most votes of one bundle.
pub const MAX_BUNDLE: usize = 512;

/// A vote as it came, of one member in one role for one value [COM-3].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnverifiedVote {
    /// In what place it speaks.
    pub role: Role,
    /// What it is for.
    pub value: Value,
    /// The member's index in the electorate of the round.
    pub voter: u32,
    /// The proof of the seats that need one.
    pub proof: Option<VrfProof>,
    /// The signature's bytes over chain id, role and value.
    pub signature: [u8; 48],
}

/// One vote of a bundle: who, by what right, signed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct BundledVote {
    /// The member's index.
    pub voter: u32,
    /// The proof of the seats that need one.
    pub proof: Option<VrfProof>,
    /// The signature's bytes.
    pub signature: [u8; 48],
}

/// The votes of one sender's keys for one role and value, voters ascending.
#[derive(Debug, Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct VoteBundle {
    /// In what place they speak.
    pub role: Role,
    /// What they are for.
    pub value: Value,
    /// The votes, 1 to [`MAX_BUNDLE`].
    pub votes: Vec<BundledVote>,
}

impl Wire for VoteBundle {
    const MAX_BYTES: usize = 64 + MAX_BUNDLE * 192;
}

impl VoteBundle {
    /// Whether the bundle is well-formed: not empty, not too long, voters strictly ascending, and nothing that
    /// no honest node sends: a vote in Propose, or one for ⊥ outside Next.
    pub fn is_well_formed(&self) -> bool {
        let ascending = self.votes.windows(2).all(|pair| match pair {
            [first, second] => first.voter < second.voter,
            _ => true,
        });
        let speakable = match (self.role.step, self.value) {
            (Step::Propose, _) => false,
            (Step::Soft | Step::Cert, value) => value != Value::Bottom,
            (Step::Next(_), _) => true,
        };
        ascending && speakable && !self.votes.is_empty() && self.votes.len() <= MAX_BUNDLE
    }

    /// The votes one by one.
    pub fn into_votes(self) -> Vec<UnverifiedVote> {
        let Self { role, value, votes } = self;
        let vote = |BundledVote {
                        voter,
                        proof,
                        signature,
                    }| UnverifiedVote {
            role,
            value,
            voter,
            proof,
            signature,
        };
        votes.into_iter().map(vote).collect()
    }

    /// Bundles of verified votes for one role and value, as many as the limit asks for.
    pub fn of<'a>(role: Role, value: Value, votes: impl IntoIterator<Item = &'a Vote>) -> Vec<Self> {
        let mut votes: Vec<BundledVote> = votes.into_iter().map(Vote::to_bundled).collect();
        votes.sort_by_key(|vote| vote.voter);
        votes
            .chunks(MAX_BUNDLE)
            .map(|votes| Self {
                role,
                value,
                votes: votes.to_vec(),
            })
            .collect()
    }
}

/// Why a vote was refused. Whoever sent it is at fault, except for [`VoteError::Lottery`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VoteError {
    /// An index beyond the electorate.
    #[error("voter {0} is not in the electorate")]
    UnknownVoter(u32),
    /// A role of another round than the context's, or one without votes.
    #[error("not a vote of this round's electorate")]
    OtherRole,
    /// Neither guaranteed seats nor a proof.
    #[error("voter {0} has no seat in this role")]
    NoSeat(u32),
    /// A proof that wins nothing.
    #[error("the proof of voter {0} wins no seat")]
    LosingProof(u32),
    /// A proof that does not verify.
    #[error("voter {voter}: {cause}")]
    Proof {
        /// Who.
        voter: u32,
        /// Why.
        cause: VrfError,
    },
    /// A signature that is no curve point or does not verify.
    #[error("the signature of voter {0} does not verify")]
    Signature(u32),
    /// The lottery has no answer.
    #[error("{0}")]
    Lottery(LotteryError),
}

/// A verified vote. [`verify_votes`](crate::verify_votes) and signing with one's own key are the only ways to have one. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Vote(Arc<Counting>);

/// What a verified vote is made of.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Counting {
    pub(crate) role: Role,
    pub(crate) value: Value,
    pub(crate) voter: u32,
    pub(crate) guaranteed: Weight,
    pub(crate) drawn: Weight,
    pub(crate) proof: Option<VrfProof>,
    pub(crate) signature: bls::Signature,
}

impl Vote {
    pub(crate) fn of(parts: Counting) -> Self {
        Self(Arc::new(parts))
    }

    /// In what place it speaks.
    pub fn role(&self) -> Role {
        self.0.role
    }

    /// What it is for.
    pub fn value(&self) -> Value {
        self.0.value
    }

    /// The member's index.
    pub fn voter(&self) -> u32 {
        self.0.voter
    }

    /// The weight that needs no proof.
    pub fn guaranteed(&self) -> Weight {
        self.0.guaranteed
    }

    /// The weight that the proof won; 0 without one.
    pub fn drawn(&self) -> Weight {
        self.0.drawn
    }

    /// The whole weight of the vote.
    pub fn weight(&self) -> Weight {
        self.0.guaranteed.saturating_add(self.0.drawn)
    }

    /// The proof, if it carries one.
    pub fn proof(&self) -> Option<&VrfProof> {
        self.0.proof.as_ref()
    }

    /// The signature.
    pub fn signature(&self) -> &bls::Signature {
        &self.0.signature
    }

    /// The vote as it travels.
    pub fn to_bundled(&self) -> BundledVote {
        BundledVote {
            voter: self.0.voter,
            proof: self.0.proof.clone(),
            signature: self.0.signature.to_bytes(),
        }
    }
}
