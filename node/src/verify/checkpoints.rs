//! Votes and certificates of checkpoints [FIN-4].

use klero_committee::{UnverifiedCertificate, VoteBundle};
use klero_finality::DueCheckpoint;
use klero_net::Refusal;

use super::{check, votes};
use crate::core::{Item, MOST_ATTEMPTS};
use crate::keys::Secret;
use crate::view::View;

/// The checkpoint, if its block is final here and it is not given up.
fn due(view: &View, number: u64) -> Result<DueCheckpoint, Refusal> {
    view.chain.checkpoint(number).ok_or_else(|| {
        let rules = view.chain.checkpoint_rules();
        if rules.round_of(number) >= view.round() {
            Refusal::Early
        } else {
            Refusal::Stale
        }
    })
}

pub(super) fn verify_votes(view: &View, bundle: &VoteBundle) -> Result<Item, Refusal> {
    let role = bundle.role;
    if !bundle.is_well_formed() || role.period >= MOST_ATTEMPTS {
        return Err(Refusal::Malformed);
    }
    let due = due(view, role.round)?;
    if role != due.statement().role(role.period) || bundle.value != due.statement().value() {
        return Err(Refusal::NotApplicable);
    }
    let entropy = Secret::random().map_err(|_| Refusal::Unavailable)?;
    let judged = votes::judge(due.context(), std::slice::from_ref(bundle), entropy.expose());
    match judged.into_iter().next() {
        Some(Ok(votes)) => Ok(Item::CheckpointVotes(votes)),
        Some(Err(error)) => Err(check::refusal_of_vote(&error)),
        None => Err(Refusal::Malformed),
    }
}

pub(super) fn verify_certificate(view: &View, certificate: &UnverifiedCertificate) -> Result<Item, Refusal> {
    let number = certificate.role.round;
    if certificate.role.period >= MOST_ATTEMPTS {
        return Err(Refusal::Malformed);
    }
    let signed = due(view, number)?
        .signed(certificate)
        .map_err(|_| Refusal::BadCertificate)?;
    Ok(Item::Checkpoint(number, Box::new(signed)))
}
