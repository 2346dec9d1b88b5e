//! The way through bytes: what a peer sends is encoded, decoded and verified, as it would be on a wire.

use klero_committee::sampling::codec::Wire;
use klero_committee::{
    RoundContext, UnverifiedCertificate, UnverifiedProposal, Vote, VoteBundle, verify_votes,
};

use super::message::{Envelope, Message};

/// The envelope with everything in it verified anew; `None` when anything fails.
pub(super) fn verify(context: &RoundContext, envelope: &Envelope) -> Option<Envelope> {
    let message = match &envelope.message {
        Message::Votes(votes) => Message::Votes(votes_from_bytes(context, votes)?),
        Message::Proposal(proposal, body) => {
            // A proposal travels with its body; it has no size limit of its own.
            let bytes = borsh::to_vec(proposal.as_unverified()).ok()?;
            let decoded: UnverifiedProposal = borsh::from_slice(&bytes).ok()?;
            Message::Proposal(Box::new(decoded.verify(context).ok()?), *body)
        }
        Message::Certificate(certificate) => {
            let decoded = UnverifiedCertificate::decode(&certificate.as_unverified().encode()).ok()?;
            Message::Certificate(decoded.verify(context).ok()?)
        }
        other @ (Message::Body(_) | Message::Fetch(_) | Message::Sync(_) | Message::Finals(_)) => {
            other.clone()
        }
    };
    Some(Envelope {
        round: envelope.round,
        seed: envelope.seed,
        attempt: envelope.attempt,
        message,
        label: envelope.label.clone(),
    })
}

fn votes_from_bytes(context: &RoundContext, votes: &[Vote]) -> Option<Vec<Vote>> {
    let first = votes.first()?;
    let mut verified = Vec::new();
    for bundle in VoteBundle::of(first.role(), first.value(), votes) {
        let decoded = VoteBundle::decode(&bundle.encode()).ok()?;
        if !decoded.is_well_formed() {
            return None;
        }
        // The coefficients need not be secret here: nobody chooses signatures by them.
        let results = verify_votes(context, &decoded.into_votes(), &[7; 32]);
        for result in results {
            verified.push(result.ok()?);
        }
    }
    Some(verified)
}
