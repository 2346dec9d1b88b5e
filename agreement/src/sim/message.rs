//! What nodes send each other.

use std::sync::{Arc, OnceLock};

use klero_committee::sampling::{Digest, Weight};
use klero_committee::{Proposal, QuorumCertificate, Role, Value, Vote};

use super::chain::{Block, Final};
use super::doors::Marks;

/// One message in its envelope.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    /// The round that it is about.
    pub(super) round: u64,
    /// The seed by which its sender drew and verified. Who holds another could not verify it, and drops it.
    pub(super) seed: Digest,
    /// How often its content was sent before; part of what duplicate caches look at [BA-11].
    pub(super) attempt: u32,
    pub(super) message: Message,
    /// Put on when it is first sent.
    pub(super) label: OnceLock<Arc<Label>>,
}

impl Envelope {
    /// Marks a node as having taken it in.
    pub(super) fn mark(&self, node: usize) {
        if let Some(label) = self.label.get() {
            label.marks.set(node);
        }
    }

    /// Whether a node was marked as having taken it in.
    pub(super) fn is_marked(&self, node: usize) -> bool {
        self.label.get().is_some_and(|label| label.marks.has(node))
    }

    /// A proposal that has lost its body; `None` of what has none.
    pub(super) fn without_body(&self) -> Option<Self> {
        let Message::Proposal(proposal, Some(_)) = &self.message else {
            return None;
        };
        Some(Self {
            message: Message::Proposal(proposal.clone(), None),
            label: OnceLock::new(),
            ..self.clone()
        })
    }

    /// The numbers of what the message holds; none before it was sent, and none for what no cache looks at.
    pub(super) fn numbers(&self) -> &[u32] {
        self.label.get().map_or(&[], |label| &label.numbers)
    }
}

/// What is written on an envelope, so that not everyone who handles it opens it.
#[derive(Debug)]
pub(super) struct Label {
    /// The numbers of its contents within the round, in the order of [`Message::keys`].
    pub(super) numbers: Vec<u32>,
    /// Its length on a wire in bytes; 0 where nothing is metered.
    pub(super) bytes: u64,
    /// The nodes that took it in.
    pub(super) marks: Marks,
}

/// The content of a message.
#[derive(Debug, Clone)]
pub(super) enum Message {
    /// Votes for one role and value.
    Votes(Vec<Vote>),
    /// A proposal, with the body unless it is passed on as evidence.
    Proposal(Box<Proposal>, Option<Block>),
    /// A quorum certificate.
    Certificate(QuorumCertificate),
    /// A body that was asked for, or is sent again.
    Body(Block),
    /// Asks for a body.
    Fetch(Digest),
    /// Asks for final blocks from a round on.
    Sync(u64),
    /// Final blocks in order, each with its certificate.
    Finals(Vec<Final>),
}

impl Message {
    /// What duplicate caches and the trace know a message by. Proof bytes are left out: they differ from run to
    /// run and never make two votes different [COM-4].
    pub(super) fn keys(&self) -> Vec<Key> {
        match self {
            Self::Votes(votes) => votes.iter().map(Key::of_vote).collect(),
            Self::Proposal(proposal, body) => vec![Key {
                round: proposal.role().round,
                kind: Kind::Proposal {
                    period: proposal.role().period,
                    proposer: proposal.proposer(),
                    block: *proposal.block(),
                    body: body.is_some(),
                },
            }],
            Self::Certificate(certificate) => vec![Key {
                round: certificate.role().round,
                kind: Kind::Certificate(certificate.role(), certificate.value()),
            }],
            Self::Body(block) => vec![Key {
                round: block.round,
                kind: Kind::Body(block.digest()),
            }],
            Self::Fetch(_) | Self::Sync(_) | Self::Finals(_) => Vec::new(),
        }
    }
}

/// The identity of a message's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, borsh::BorshSerialize)]
pub(super) struct Key {
    pub(super) round: u64,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, borsh::BorshSerialize)]
enum Kind {
    Vote {
        role: Role,
        value: Value,
        voter: u32,
        drawn: Weight,
    },
    Proposal {
        period: u32,
        proposer: u32,
        block: Digest,
        body: bool,
    },
    Certificate(Role, Value),
    Body(Digest),
}

impl Key {
    pub(super) fn of_vote(vote: &Vote) -> Self {
        Self::vote(vote.role(), vote.value(), vote.voter(), vote.drawn())
    }

    pub(super) const fn vote(role: Role, value: Value, voter: u32, drawn: Weight) -> Self {
        let round = role.round;
        let kind = Kind::Vote {
            role,
            value,
            voter,
            drawn,
        };
        Self { round, kind }
    }
}
