//! Verifying many votes together.

use std::collections::BTreeMap;

use klero_sampling::vrf::{self, VrfClaim, VrfError, VrfOutput};
use klero_sampling::{Weight, bls};

use crate::vote::Counting;
use crate::{Role, RoundContext, Step, UnverifiedVote, Value, Vote, VoteError};

/// Verifies votes of the context's round, with one result each in the order given; accepts exactly what
/// verifying them one by one accepts [COM-7]. `entropy` is fresh randomness for the coefficients.
pub fn verify_votes(
    context: &RoundContext,
    votes: &[UnverifiedVote],
    entropy: &[u8; 32],
) -> Vec<Result<Vote, VoteError>> {
    let outputs = verify_proofs(context, votes, entropy);
    let weights: Vec<Result<Weights, VoteError>> = votes
        .iter()
        .zip(outputs)
        .map(|(vote, output)| Weights::of(context, vote, output?))
        .collect();
    let mut verdicts = decode(votes, weights, entropy);
    let mut groups: BTreeMap<(Role, Value), Vec<&mut Result<Vote, VoteError>>> = BTreeMap::new();
    for verdict in &mut verdicts {
        if let Ok(vote) = verdict {
            groups
                .entry((vote.role(), vote.value()))
                .or_default()
                .push(verdict);
        }
    }
    for ((role, value), group) in groups {
        check_signatures(context, role, &value, group, entropy);
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
    let claims: Vec<VrfClaim<'_>> = votes
        .iter()
        .filter_map(|vote| {
            let member = context.electorate().member(vote.voter)?;
            let (proof, input) = (vote.proof.as_ref()?, inputs.get(&vote.role)?);
            let key = &member.vrf_key;
            Some(VrfClaim { key, input, proof })
        })
        .collect();
    let mut outputs = vrf::verify_batch(&claims, entropy).into_iter();
    let output = |vote: &UnverifiedVote| {
        let voter = vote.voter;
        let is_known = context.electorate().member(voter).is_some();
        // One for each vote of a member that has a proof, whatever else is wrong with it.
        let output = vote.proof.as_ref().filter(|_| is_known).map(|_| {
            let output = outputs.next().unwrap_or(Err(VrfError::BadProof));
            output.map_err(|cause| VoteError::Proof { voter, cause })
        });
        if vote.role.round != context.round() || vote.role.step == Step::Propose {
            return Err(VoteError::OtherRole);
        }
        if !is_known {
            return Err(VoteError::UnknownVoter(voter));
        }
        output.transpose()
    };
    votes.iter().map(output).collect()
}

/// What a vote weighs without and by its proof; not 0 together.
struct Weights {
    guaranteed: Weight,
    drawn: Weight,
}

impl Weights {
    fn of(
        context: &RoundContext,
        vote: &UnverifiedVote,
        output: Option<VrfOutput>,
    ) -> Result<Self, VoteError> {
        let (step, voter) = (vote.role.step, vote.voter);
        let guaranteed = context.guaranteed(step, voter);
        let drawn = match &output {
            None => 0,
            Some(output) => context.drawn(step, voter, output).map_err(VoteError::Lottery)?,
        };
        match (&output, drawn, guaranteed) {
            (Some(_), 0, _) => Err(VoteError::LosingProof(voter)),
            (None, _, 0) => Err(VoteError::NoSeat(voter)),
            _ => Ok(Self { guaranteed, drawn }),
        }
    }
}

/// The votes that have seats, their signatures' points checked but not yet their equations.
fn decode(
    votes: &[UnverifiedVote],
    weights: Vec<Result<Weights, VoteError>>,
    entropy: &[u8; 32],
) -> Vec<Result<Vote, VoteError>> {
    let seated = votes.iter().zip(&weights).filter(|(_, weights)| weights.is_ok());
    let encoded: Vec<[u8; 48]> = seated.map(|(vote, _)| vote.signature).collect();
    let mut signatures = bls::decode_signatures(&encoded, entropy).into_iter();
    let decode = |(vote, weights): (&UnverifiedVote, Result<Weights, VoteError>)| {
        let Weights { guaranteed, drawn } = weights?;
        let voter = vote.voter;
        let signature = signatures.next().and_then(Result::ok);
        Ok(Vote::of(Counting {
            role: vote.role,
            value: vote.value,
            voter,
            guaranteed,
            drawn,
            proof: vote.proof.clone(),
            signature: signature.ok_or(VoteError::Signature(voter))?,
        }))
    };
    votes.iter().zip(weights).map(decode).collect()
}

/// Refuses those votes of one role and value whose signatures do not verify.
fn check_signatures(
    context: &RoundContext,
    role: Role,
    value: &Value,
    group: Vec<&mut Result<Vote, VoteError>>,
    entropy: &[u8; 32],
) {
    let message = context.vote_message(role, value);
    let claims: Vec<bls::VoteClaim<'_>> = group
        .iter()
        .filter_map(|verdict| {
            let vote = verdict.as_ref().ok()?;
            let key = &context.electorate().member(vote.voter())?.vote_key;
            let signature = vote.signature();
            Some(bls::VoteClaim { key, signature })
        })
        .collect();
    let signed = bls::verify_each(bls::Purpose::Vote, &message, &claims, entropy);
    drop(claims);
    for (verdict, is_signed) in group.into_iter().zip(signed) {
        if let (Ok(vote), false) = (&verdict, is_signed) {
            *verdict = Err(VoteError::Signature(vote.voter()));
        }
    }
}
