//! Speaking with one's own keys: drawing, proving and signing.

use klero_sampling::vrf::{VrfError, VrfInput, VrfOutput, VrfProof, VrfSecretKey, VrfSuite};
use klero_sampling::{Digest, Domain, Priority, Weight, bls};
use zeroize::Zeroizing;

use crate::proposal::{Proposal, UnverifiedProposal};
use crate::vote::Counting;
use crate::{Role, RoundContext, Step, Value, Vote};

/// Whoever holds a validator's keys: they may live in this process or elsewhere.
pub trait Signer {
    /// The VRF's output for an input.
    ///
    /// # Errors
    /// [`VrfError`] when it cannot be computed now.
    fn evaluate(&self, input: &VrfInput) -> Result<VrfOutput, VrfError>;
    /// A proof of that output.
    ///
    /// # Errors
    /// [`VrfError`] when it cannot be computed now.
    fn prove(&self, input: &VrfInput) -> Result<VrfProof, VrfError>;
    /// A signature for one purpose.
    fn sign(&self, purpose: bls::Purpose, message: &Digest) -> bls::Signature;
}

/// A validator's two secret keys, held in this process.
#[derive(Debug, Clone)]
pub struct ValidatorKeys {
    /// The key that draws.
    pub vrf: VrfSecretKey,
    /// The key that signs votes.
    pub vote: bls::SecretKey,
}

impl ValidatorKeys {
    /// The keys that 32 bytes of fresh randomness determine.
    ///
    /// # Errors
    /// [`VrfError::BadKey`] when a library has no key for the seed, [`VrfError::NotBuilt`] when the build lacks the
    /// suite.
    pub fn from_seed(suite: VrfSuite, seed: &[u8; 32]) -> Result<Self, VrfError> {
        // Each part is as good as the key that follows from it.
        let part = |purpose: &[u8; 4]| {
            let digest = Domain::Keys.hasher().bytes(seed).bytes(purpose).finish();
            Zeroizing::new(digest.0)
        };
        let vote = bls::SecretKey::from_seed(&part(b"vote")).map_err(|_| VrfError::BadKey(suite))?;
        Ok(Self {
            vrf: VrfSecretKey::from_seed(suite, &part(b"vrf "))?,
            vote,
        })
    }
}

impl Signer for ValidatorKeys {
    fn evaluate(&self, input: &VrfInput) -> Result<VrfOutput, VrfError> {
        self.vrf.evaluate(input)
    }

    fn prove(&self, input: &VrfInput) -> Result<VrfProof, VrfError> {
        self.vrf.prove(input)
    }

    fn sign(&self, purpose: bls::Purpose, message: &Digest) -> bls::Signature {
        self.vote.sign(purpose, message)
    }
}

/// Draws for a role and, with a seat, signs a vote: `None` without one. `voter` is the signer's index in the
/// electorate of the round. A signer that fails to draw still votes with what it holds without a proof.
pub fn cast_vote(
    context: &RoundContext,
    role: Role,
    value: Value,
    voter: u32,
    signer: &dyn Signer,
) -> Option<Vote> {
    context.electorate().member(voter)?;
    let guaranteed = context.guaranteed(role.step, voter);
    let (drawn, proof) =
        draw(context, role, voter, signer).map_or((0, None), |(drawn, proof)| (drawn, Some(proof)));
    if guaranteed == 0 && drawn == 0 {
        return None;
    }
    let signature = signer.sign(bls::Purpose::Vote, &context.vote_message(role, &value));
    Some(Vote::of(Counting {
        role,
        value,
        voter,
        guaranteed,
        drawn,
        proof,
        signature,
    }))
}

/// What a draw wins, with its proof; `None` for nothing.
fn draw(context: &RoundContext, role: Role, voter: u32, signer: &dyn Signer) -> Option<(Weight, VrfProof)> {
    if !context.committees().draws(role.step, voter) {
        return None;
    }
    let input = context.input(role);
    let output = signer.evaluate(&input).ok()?;
    match context.drawn(role.step, voter, &output).ok()? {
        0 => None,
        drawn => Some((drawn, signer.prove(&input).ok()?)),
    }
}

/// The rank with which a signer would propose in a period; `None` without a seat.
pub fn proposer_priority(
    context: &RoundContext,
    role: Role,
    proposer: u32,
    signer: &dyn Signer,
) -> Option<Priority> {
    let member = context.electorate().member(proposer)?;
    let output = signer.evaluate(&context.input(role)).ok()?;
    let seats = context.seats(Step::Propose, proposer, &output).ok()?.total();
    Priority::best(&output, &member.id, seats)
}

/// Draws for Propose in a round's period and, with a seat, hands the rank to `block`, which names the block to
/// propose: its digest, original period and original proposer. `None` without a seat or a block.
pub fn make_proposal(
    context: &RoundContext,
    period: u32,
    proposer: u32,
    signer: &dyn Signer,
    block: impl FnOnce(&Priority) -> Option<(Digest, u32, u32)>,
) -> Option<Proposal> {
    let role = Role::new(context.round(), period, Step::Propose);
    let priority = proposer_priority(context, role, proposer, signer)?;
    let (block, original_period, original_proposer) = block(&priority)?;
    let proof = signer.prove(&context.input(role)).ok()?;
    let signature = signer
        .sign(bls::Purpose::Proposal, &context.proposal_message(role, &block))
        .to_bytes();
    let inner = UnverifiedProposal {
        round: role.round,
        period,
        block,
        original_period,
        original_proposer,
        proposer,
        proof,
        signature,
    };
    Some(Proposal { inner, priority })
}
