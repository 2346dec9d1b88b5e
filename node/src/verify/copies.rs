//! Copies: what was verified once is not verified again when it is sent again [BA-11]. Votes are
//! [known one by one](super::known).

use std::collections::BTreeSet;

use klero_sampling::codec::Wire;
use klero_sampling::{Digest, Domain};

use crate::core::Item;
use crate::wire::{Envelope, Message};

const MOST: usize = 1 << 14;

/// The speaker that stands for a certificate, which has none.
pub(crate) const NOBODY: u32 = u32::MAX;

/// What was verified in the period under way. The core forgets it when the period changes, because votes that were
/// of no use before may be of use then.
#[derive(Debug, Default)]
pub(super) struct Copies(BTreeSet<Digest>);

impl Copies {
    /// Whether a message was verified before.
    pub(super) fn has(&self, name: &Digest) -> bool {
        self.0.contains(name)
    }

    /// Notes that a message was verified.
    pub(super) fn note(&mut self, name: Digest) {
        if self.0.len() < MOST {
            self.0.insert(name);
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The name of a message's content, whatever its counter. None for what is judged elsewhere.
pub(super) fn name(message: &Message) -> Option<Digest> {
    let is_named = match message {
        Message::Proposal(_) | Message::Certificate(_) => true,
        Message::Evidence(_) | Message::CheckpointVotes(_) => true,
        Message::Votes(_)
        | Message::Block(_)
        | Message::Final(_)
        | Message::Transaction(_)
        | Message::Operation(_)
        | Message::CheckpointCertificate(_) => false,
    };
    is_named.then(|| {
        let message = message.clone();
        Domain::Message.digest_bytes(&Envelope { attempt: 0, message }.encode())
    })
}

/// The item that stands for a copy: its role and speaker.
pub(super) fn item(message: &Message) -> Option<Item> {
    match message {
        Message::Proposal(message) => Some(Item::Copy(
            message.proposal.role(),
            vec![message.proposal.proposer],
        )),
        Message::Certificate(certificate) => Some(Item::Copy(certificate.role, vec![NOBODY])),
        Message::Evidence(_) => Some(Item::Known),
        Message::CheckpointVotes(bundle) => {
            Some(Item::CheckpointCopy(bundle.role, bundle.votes.first()?.voter))
        }
        Message::Votes(_)
        | Message::Block(_)
        | Message::Final(_)
        | Message::Transaction(_)
        | Message::Operation(_)
        | Message::CheckpointCertificate(_) => None,
    }
}
