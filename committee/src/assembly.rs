//! Making the smallest certificate from the votes at hand [COM-5].
//!
//! Why it is the smallest: both sets have a fixed length, so that a signer more or less changes no byte, and one proof
//! is as long as another. Bytes are fewest where proofs are fewest. Leaving a holder of guaranteed seats out saves
//! nothing and can only make a proof more necessary; let all of them be in, then, with weight g together, and let a
//! choice of k proofs reach the threshold. The k heaviest proofs weigh at least as much, hence reach it too. Taking
//! the heaviest first and stopping at the threshold thus ends with the least k. Where g alone reaches it, the
//! heaviest come first for another reason: fewest signers, for which a light client fetches entries.

use std::cmp::Reverse;
use std::sync::Arc;

use klero_sampling::vrf::VrfShortProof;
use klero_sampling::{Weight, bls};

use crate::{QuorumCertificate, Role, RoundContext, SignerSet, UnverifiedCertificate, Value, Vote};

/// The smallest certificate from votes of one role and value: signers that need no proof first, then proven
/// ones by descending seats, up to the threshold [COM-5]. `None` when the votes do not reach it.
///
/// No choice of these votes takes fewer bytes, for the reasons that the module gives.
pub fn assemble<'a>(
    context: &RoundContext,
    role: Role,
    value: Value,
    votes: impl IntoIterator<Item = &'a Vote>,
) -> Option<QuorumCertificate> {
    let threshold = context.threshold(role.step)?;
    let votes: Vec<&Vote> = votes
        .into_iter()
        .filter(|vote| vote.role() == role && vote.value() == value)
        .collect();
    let Selection {
        signers,
        proven,
        weight,
    } = select(&votes, threshold, context.electorate().len())?;
    let mut by_index: Vec<&Vote> = votes
        .into_iter()
        .filter(|vote| signers.contains(vote.voter()))
        .collect();
    // Of two copies the one with the proof is taken.
    by_index.sort_by_key(|vote| (vote.voter(), Reverse(vote.drawn())));
    by_index.dedup_by_key(|vote| vote.voter());
    let input = context.input(role);
    let shorten = |vote: &&Vote| {
        let key = &context.electorate().member(vote.voter())?.vrf_key;
        key.shorten(&input, vote.proof()?).ok()
    };
    let proofs: Option<Vec<VrfShortProof>> = by_index
        .iter()
        .filter(|vote| proven.contains(vote.voter()))
        .map(shorten)
        .collect();
    let signatures: Vec<bls::Signature> = by_index.iter().map(|vote| *vote.signature()).collect();
    let signature = bls::aggregate(&signatures)?.to_bytes();
    let certificate = Arc::new(UnverifiedCertificate {
        role,
        value,
        signers,
        proven,
        proofs: proofs?,
        signature,
    });
    Some(QuorumCertificate { certificate, weight })
}

struct Selection {
    signers: SignerSet,
    proven: SignerSet,
    weight: Weight,
}

fn select(votes: &[&Vote], threshold: Weight, members: usize) -> Option<Selection> {
    let empty = SignerSet::empty(members);
    let mut chosen = Selection {
        signers: empty.clone(),
        proven: empty,
        weight: 0,
    };
    let mut unproven: Vec<&&Vote> = votes.iter().filter(|vote| vote.guaranteed() > 0).collect();
    unproven.sort_by_key(|vote| (Reverse(vote.guaranteed()), vote.voter()));
    for vote in unproven {
        if chosen.weight >= threshold {
            break;
        }
        if !chosen.signers.contains(vote.voter()) && chosen.signers.insert(vote.voter()) {
            chosen.weight = chosen.weight.saturating_add(vote.guaranteed());
        }
    }
    let mut proven: Vec<&&Vote> = votes.iter().filter(|vote| vote.drawn() > 0).collect();
    // Of equal proofs those of signers who are in already: a light client has fewer entries to fetch.
    proven.sort_by_key(|vote| (Reverse(vote.drawn()), vote.guaranteed() == 0, vote.voter()));
    for vote in proven {
        if chosen.weight >= threshold {
            break;
        }
        if !chosen.proven.contains(vote.voter()) && chosen.proven.insert(vote.voter()) {
            chosen.signers.insert(vote.voter());
            chosen.weight = chosen.weight.saturating_add(vote.drawn());
        }
    }
    (chosen.weight >= threshold).then_some(chosen)
}
