//! Votes: from a peer's bytes to counted weight.
//!
//! A peer's votes for one role and value travel in one [`VoteBundle`]. Each is checked by itself, yet together
//! with others: VRF proofs of a role in one batch, signatures of a role and value in one multi-scalar
//! multiplication ([`verify_votes`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::codec::Wire;
use klero_sampling::vrf::{self, VrfClaim, VrfError, VrfOutput, VrfProof};
use klero_sampling::{LotteryError, Weight, bls};
use thiserror::Error;

use crate::{Role, RoundContext, Step, Value};

/// The most votes of one bundle.
pub const MAX_BUNDLE: usize = 512;

/// A vote as it came, of one member in one role for one value [COM-3].
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A verified vote. [`verify_votes`] and signing with one's own key are the only ways to have one. Cheap to clone.
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

/// Verifies votes of the context's round, with one result each in the order given; accepts exactly what
/// verifying them one by one accepts [COM-7]. `entropy` is fresh randomness for the coefficients.
pub fn verify_votes(
    context: &RoundContext,
    votes: &[UnverifiedVote],
    entropy: &[u8; 32],
) -> Vec<Result<Vote, VoteError>> {
    let outputs = verify_proofs(context, votes, entropy);
    let mut verdicts: Vec<Result<Vote, VoteError>> = votes
        .iter()
        .zip(outputs)
        .map(|(vote, output)| weigh(context, vote, output?))
        .collect();
    let mut groups: BTreeMap<(Role, Value), Vec<usize>> = BTreeMap::new();
    for (place, verdict) in verdicts.iter().enumerate() {
        if let Ok(vote) = verdict {
            groups.entry((vote.role(), vote.value())).or_default().push(place);
        }
    }
    for ((role, value), places) in groups {
        for (place, is_signed) in check_signatures(context, role, &value, &places, &verdicts, entropy) {
            if let Some(verdict) = verdicts.get_mut(place).filter(|_| !is_signed) {
                let voter = votes.get(place).map_or(0, |vote| vote.voter);
                *verdict = Err(VoteError::Signature(voter));
            }
        }
    }
    verdicts
}

/// The outputs of the proofs, `None` for votes without one.
fn verify_proofs(
    context: &RoundContext,
    votes: &[UnverifiedVote],
    entropy: &[u8; 32],
) -> Vec<Result<Option<VrfOutput>, VoteError>> {
    let mut inputs = BTreeMap::new();
    for vote in votes {
        inputs
            .entry(vote.role)
            .or_insert_with(|| context.input(vote.role));
    }
    let (places, claims): (Vec<usize>, Vec<VrfClaim<'_>>) = votes
        .iter()
        .enumerate()
        .filter_map(|(place, vote)| {
            let member = context.electorate().member(vote.voter)?;
            let (proof, input) = (vote.proof.as_ref()?, inputs.get(&vote.role)?);
            Some((
                place,
                VrfClaim {
                    key: &member.vrf_key,
                    input,
                    proof,
                },
            ))
        })
        .unzip();
    let outputs: BTreeMap<usize, _> = places
        .into_iter()
        .zip(vrf::verify_batch(&claims, entropy))
        .collect();
    let output = |(place, vote): (usize, &UnverifiedVote)| {
        if vote.role.round != context.round() || vote.role.step == Step::Propose {
            return Err(VoteError::OtherRole);
        }
        let voter = vote.voter;
        context
            .electorate()
            .member(voter)
            .ok_or(VoteError::UnknownVoter(voter))?;
        match (&vote.proof, outputs.get(&place)) {
            (None, _) => Ok(None),
            (Some(_), Some(Ok(output))) => Ok(Some(*output)),
            (Some(_), Some(Err(cause))) => Err(VoteError::Proof { voter, cause: *cause }),
            (Some(_), None) => Err(VoteError::Proof {
                voter,
                cause: VrfError::BadProof,
            }),
        }
    };
    votes.iter().enumerate().map(output).collect()
}

/// The vote with its seats, its signature's point checked but not yet its equation.
fn weigh(
    context: &RoundContext,
    vote: &UnverifiedVote,
    output: Option<VrfOutput>,
) -> Result<Vote, VoteError> {
    let UnverifiedVote {
        role,
        value,
        voter,
        ref proof,
        signature,
    } = *vote;
    let guaranteed = context.guaranteed(role.step, voter);
    let drawn = match output {
        None => 0,
        Some(output) => context
            .drawn(role.step, voter, &output)
            .map_err(VoteError::Lottery)?,
    };
    match (&output, drawn, guaranteed) {
        (Some(_), 0, _) => Err(VoteError::LosingProof(voter)),
        (None, _, 0) => Err(VoteError::NoSeat(voter)),
        _ => {
            let signature =
                bls::Signature::from_bytes(&signature).map_err(|_| VoteError::Signature(voter))?;
            Ok(Vote::of(Counting {
                role,
                value,
                voter,
                guaranteed,
                drawn,
                proof: proof.clone(),
                signature,
            }))
        }
    }
}

fn check_signatures(
    context: &RoundContext,
    role: Role,
    value: &Value,
    places: &[usize],
    verdicts: &[Result<Vote, VoteError>],
    entropy: &[u8; 32],
) -> Vec<(usize, bool)> {
    let message = context.vote_message(role, value);
    let claims: Vec<bls::VoteClaim<'_>> = places
        .iter()
        .filter_map(|place| {
            let vote = verdicts.get(*place)?.as_ref().ok()?;
            let key = &context.electorate().member(vote.voter())?.vote_key;
            Some(bls::VoteClaim {
                key,
                signature: vote.signature(),
            })
        })
        .collect();
    let signed = bls::verify_each(bls::Purpose::Vote, &message, &claims, entropy);
    places.iter().copied().zip(signed).collect()
}
