//! One message at a time: proposals, certificates, blocks.

use klero_committee::{CertificateError, ProposalError, Step, UnverifiedCertificate, Value, VoteError};
use klero_finality::{Block, ChainError, FinalBlock};
use klero_net::Refusal;
use klero_stake::{Evidence, EvidenceError, OperationError};

use crate::core::Item;
use crate::operations::WaitError;
use crate::view::View;
use crate::wire::ProposalMessage;

pub(super) fn refusal_of_vote(error: &VoteError) -> Refusal {
    match error {
        VoteError::UnknownVoter(_) => Refusal::UnknownMember,
        VoteError::OtherRole => Refusal::Malformed,
        VoteError::NoSeat(_) | VoteError::LosingProof(_) => Refusal::NoSeat,
        VoteError::Proof { .. } => Refusal::BadProof,
        VoteError::Signature(_) => Refusal::BadSignature,
        VoteError::Lottery(_) => Refusal::Unavailable,
    }
}

fn refusal_of_proposal(error: &ProposalError) -> Refusal {
    match error {
        ProposalError::OtherRound | ProposalError::Origin => Refusal::Malformed,
        ProposalError::UnknownProposer(_) => Refusal::UnknownMember,
        ProposalError::Proof { .. } => Refusal::BadProof,
        ProposalError::NoSeat(_) => Refusal::NoSeat,
        ProposalError::Signature(_) => Refusal::BadSignature,
        ProposalError::Lottery(_) => Refusal::Unavailable,
    }
}

pub(super) fn not_now(view: &View, round: u64) -> Refusal {
    if round < view.round() {
        Refusal::Stale
    } else {
        Refusal::Early
    }
}

/// Credential and signature, and of the header all that the chain can say about it [BA-10]. The body is checked
/// only when the machine wants it.
pub(super) fn verify_proposal(view: &View, message: ProposalMessage) -> Result<Item, Refusal> {
    let ProposalMessage { proposal, block } = message;
    let context = view
        .context(proposal.round)
        .ok_or_else(|| not_now(view, proposal.round))?;
    if let Some(block) = &block {
        let header = &block.header;
        let is_named = header.digest() == proposal.block
            && header.round == proposal.round
            && header.original_period == proposal.original_period
            && header.proposer == proposal.original_proposer;
        if !is_named {
            return Err(Refusal::OtherBody);
        }
    }
    // The credential comes first: a body is work, and anyone can make one.
    let proposal = proposal.verify(context).map_err(|error| {
        tracing::debug!(%error, "proposal refused");
        refusal_of_proposal(&error)
    })?;
    if block.as_ref().is_some_and(|block| block.check_body().is_err()) {
        return Err(Refusal::OtherBody);
    }
    match &block {
        Some(block) if block.header.round == view.round() => {
            view.chain.check_header(&block.header).map_err(|error| {
                tracing::debug!(%error, "header refused");
                Refusal::InvalidBody
            })?;
        }
        // A header of the next round can be checked when that round begins.
        _ => {}
    }
    Ok(Item::Proposal(Box::new(proposal), block.map(Box::new)))
}

pub(super) fn verify_certificate(view: &View, certificate: &UnverifiedCertificate) -> Result<Item, Refusal> {
    let round = certificate.role.round;
    if round < view.round() {
        return verify_contradiction(view, certificate);
    }
    let context = view.context(round).filter(|_| round == view.round());
    let context = context.ok_or_else(|| not_now(view, round))?;
    let verified = certificate.verify(context).map_err(|error| match error {
        CertificateError::Lottery(_) => Refusal::Unavailable,
        _ => Refusal::BadCertificate,
    })?;
    Ok(Item::Certificate(Box::new(verified)))
}

/// A Cert certificate of a round that is over, for another block than the final one: if it is valid, the chain has forked
/// [FIN-6].
fn verify_contradiction(view: &View, certificate: &UnverifiedCertificate) -> Result<Item, Refusal> {
    let (context, block) = view.past.get(certificate.role.round).ok_or(Refusal::Stale)?;
    if certificate.role.step != Step::Cert || certificate.value == Value::Block(block) {
        return Err(Refusal::Stale);
    }
    let verified = certificate
        .verify(&context)
        .map_err(|_| Refusal::BadCertificate)?;
    Ok(Item::Contradiction(Box::new(verified)))
}

/// What the header commits to and the chain refuses, it refuses for ever. A body that is not the header's says
/// nothing about the block.
pub(super) fn verify_block(view: &View, block: Box<Block>) -> Result<Item, Refusal> {
    if block.header.round != view.round() {
        return Err(not_now(view, block.header.round));
    }
    match view.chain.check_block(&block) {
        Ok(_) => Ok(Item::Block(block)),
        Err(ChainError::Body(error)) => {
            tracing::debug!(%error, "body refused");
            Err(Refusal::OtherBody)
        }
        Err(error) => {
            tracing::debug!(%error, "block refused");
            Ok(Item::BadBlock(block.header.digest()))
        }
    }
}

/// What nobody honest signs or passes on counts against the sender; what somebody else was first with does not.
pub(super) const fn refusal_of_operation(error: &WaitError) -> Refusal {
    match error {
        WaitError::Known { .. } => Refusal::Duplicate,
        WaitError::AccountFull(_) | WaitError::Full | WaitError::Ended => Refusal::Overloaded,
        WaitError::Refused(OperationError::Chain(_)) => Refusal::OtherChain,
        WaitError::Refused(
            OperationError::Signature
            | OperationError::Keys(_)
            | OperationError::Evidence(EvidenceError::Signature(_) | EvidenceError::NoOffence),
        ) => Refusal::BadSignature,
        WaitError::Refused(_) => Refusal::NotApplicable,
    }
}

/// Evidence is proven here, so that the core believes it.
pub(super) fn verify_evidence(view: &View, evidence: Evidence) -> Result<Item, Refusal> {
    if evidence.kind().is_err() {
        return Err(Refusal::Malformed);
    }
    if evidence.round > view.round() {
        return Err(Refusal::Early);
    }
    let chain = &view.chain;
    let accusation = evidence
        .accusation(chain.history())
        .map_err(|_| Refusal::NotApplicable)?;
    if chain.registry().is_convicted(accusation.offence()) {
        return Err(Refusal::Duplicate);
    }
    accusation.prove(chain.id()).map_err(|_| Refusal::BadSignature)?;
    Ok(Item::Evidence(evidence))
}

/// The certificate comes first: most of the work would be in vain for a block that nobody certified.
pub(super) fn verify_final(view: &View, block: FinalBlock) -> Result<Item, Refusal> {
    let round = block.block.header.round;
    if round != view.round() {
        return Err(not_now(view, round));
    }
    let FinalBlock {
        block: body,
        certificate,
    } = &block;
    view.chain
        .check_certificate(&body.header, certificate)
        .map_err(|_| Refusal::BadCertificate)?;
    view.chain.check_block(body).map_err(|_| Refusal::InvalidBody)?;
    Ok(Item::Final(vec![block]))
}
