//! Proposals: the right to propose, and the rank of what was proposed. The block itself is opaque here.
//!
//! Nobody leads [MOD-3]: whoever draws a seat may propose, and who did is unknown until the proposal is seen.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::vrf::{VrfError, VrfProof};
use klero_sampling::{Digest, LotteryError, Priority, bls};
use thiserror::Error;

use crate::{Role, RoundContext, Step, Value};

/// A proposal as it came [BA-2]: a block's digest, where it was first proposed and by whom, and the credential
/// and signature of who proposes it now.
#[derive(Debug, Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct UnverifiedProposal {
    /// The round.
    pub round: u64,
    /// The period in which it is proposed now.
    pub period: u32,
    /// The header's digest.
    pub block: Digest,
    /// The period in which it was first proposed; the present one if it is fresh.
    pub original_period: u32,
    /// The index of who first proposed it.
    pub original_proposer: u32,
    /// The index of who proposes it now.
    pub proposer: u32,
    /// The proof of the present proposer's seats; always there [SORT-3].
    pub proof: VrfProof,
    /// The present proposer's signature over chain id, role and header digest.
    pub signature: [u8; 48],
}

/// Why a proposal was refused; whoever sent it is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProposalError {
    /// Of another round.
    #[error("not a proposal of this round")]
    OtherRound,
    /// An index beyond the electorate.
    #[error("proposer {0} is not in the electorate")]
    UnknownProposer(u32),
    /// An original period after the present one, or a fresh proposal of somebody else's block.
    #[error("the original period or proposer contradicts the present one")]
    Origin,
    /// A proof that does not verify.
    #[error("proposer {proposer}: {cause}")]
    Proof {
        /// Who.
        proposer: u32,
        /// Why.
        cause: VrfError,
    },
    /// A proof that wins no seat.
    #[error("proposer {0} has no seat in this period")]
    NoSeat(u32),
    /// The signature does not verify.
    #[error("the signature of proposer {0} does not verify")]
    Signature(u32),
    /// The lottery has no answer.
    #[error("{0}")]
    Lottery(#[from] LotteryError),
}

impl UnverifiedProposal {
    /// The role in which it is proposed.
    pub const fn role(&self) -> Role {
        Role::new(self.round, self.period, Step::Propose)
    }

    /// Checks credential and signature.
    ///
    /// # Errors
    /// [`ProposalError`] for the first thing that is wrong.
    pub fn verify(&self, context: &RoundContext) -> Result<Proposal, ProposalError> {
        if self.round != context.round() {
            return Err(ProposalError::OtherRound);
        }
        let fresh = self.original_period == self.period;
        if self.original_period > self.period || (fresh && self.original_proposer != self.proposer) {
            return Err(ProposalError::Origin);
        }
        let electorate = context.electorate();
        electorate
            .member(self.original_proposer)
            .ok_or(ProposalError::UnknownProposer(self.original_proposer))?;
        let proposer = self.proposer;
        let member = electorate
            .member(proposer)
            .ok_or(ProposalError::UnknownProposer(proposer))?;
        let output = member
            .vrf_key
            .verify(&context.input(self.role()), &self.proof)
            .map_err(|cause| ProposalError::Proof { proposer, cause })?;
        let seats = context.seats(Step::Propose, proposer, &output)?.total();
        let priority = Priority::best(&output, &member.id, seats).ok_or(ProposalError::NoSeat(proposer))?;
        let message = context.proposal_message(self.role(), &self.block);
        bls::Signature::from_bytes(&self.signature)
            .and_then(|signature| {
                member
                    .vote_key
                    .verify(bls::Purpose::Proposal, &message, &signature)
            })
            .map_err(|_| ProposalError::Signature(proposer))?;
        Ok(Proposal {
            inner: self.clone(),
            priority,
        })
    }
}

/// A verified proposal. Verifying and making one with one's own key are the only ways to have one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Proposal {
    pub(crate) inner: UnverifiedProposal,
    pub(crate) priority: Priority,
}

impl Proposal {
    /// The role in which it is proposed.
    pub const fn role(&self) -> Role {
        self.inner.role()
    }

    /// The value it is for.
    pub const fn value(&self) -> Value {
        Value::Block(self.inner.block)
    }

    /// The header's digest.
    pub const fn block(&self) -> &Digest {
        &self.inner.block
    }

    /// Whether it was first proposed in this period.
    pub const fn is_fresh(&self) -> bool {
        self.inner.original_period == self.inner.period
    }

    /// The index of who proposes it now.
    pub const fn proposer(&self) -> u32 {
        self.inner.proposer
    }

    /// Its rank; the lowest of a period wins.
    pub const fn priority(&self) -> &Priority {
        &self.priority
    }

    /// What proposals of a period are ordered by: the priority, then the lower header digest [BA-2].
    pub const fn rank(&self) -> (Priority, Digest) {
        (self.priority, self.inner.block)
    }

    /// The proposal as it travels.
    pub const fn as_unverified(&self) -> &UnverifiedProposal {
        &self.inner
    }
}
