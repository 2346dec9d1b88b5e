//! What nodes gossip: one envelope around one message.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::{UnverifiedCertificate, UnverifiedProposal, VoteBundle};
use klero_finality::{Block, FinalBlock};
use klero_net::{Network, Topic};
use klero_sampling::codec::Wire;
use klero_stake::{Evidence, SignedOperation};

/// A message with a counter that makes a copy sent again differ from the first, so that it passes the duplicate
/// caches of the gossip layer [BA-11].
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Envelope {
    /// 0 for what is sent first.
    pub attempt: u32,
    /// The message.
    pub message: Message,
}

/// A message. Nothing in it is verified.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Message {
    /// Votes of one sender for one role and value.
    Votes(VoteBundle),
    /// A proposal, with its block unless it is only passed on as evidence.
    Proposal(Box<ProposalMessage>),
    /// A quorum certificate.
    Certificate(UnverifiedCertificate),
    /// A block that others may lack: staged, carried or certified.
    Block(Box<Block>),
    /// A final block with its certificate, for who missed the end of its round.
    Final(Box<FinalBlock>),
    /// A transaction.
    Transaction(Vec<u8>),
    /// An operation on the registry.
    Operation(Box<SignedOperation>),
    /// Two signatures that no honest validator makes.
    Evidence(Evidence),
    /// Votes of one sender for a checkpoint: the round of their role is its number, the period the attempt.
    CheckpointVotes(VoteBundle),
    /// The certificate of a checkpoint.
    CheckpointCertificate(UnverifiedCertificate),
}

/// A proposal with its block.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProposalMessage {
    /// Who proposes what, by what right.
    pub proposal: UnverifiedProposal,
    /// The block.
    pub block: Option<Block>,
}

impl Wire for Envelope {
    const MAX_BYTES: usize = 2 << 20;
}

impl Message {
    /// Sends the message under a counter. What the network has no room for is not sent: whoever needs it to arrive sends it
    /// again.
    pub(crate) fn publish(self, network: &Network, attempt: u32) {
        let topic = self.topic();
        let message = self;
        if let Err(error) = network.publish(topic, Envelope { attempt, message }.encode()) {
            tracing::debug!(%error, ?topic, "a message was not sent");
        }
    }

    /// The topic on which the message travels.
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Votes(_) | Self::CheckpointVotes(_) => Topic::Votes,
            Self::Proposal(_) | Self::Block(_) | Self::Final(_) => Topic::Proposals,
            Self::Certificate(_) | Self::CheckpointCertificate(_) => Topic::Certificates,
            Self::Transaction(_) | Self::Operation(_) => Topic::Transactions,
            Self::Evidence(_) => Topic::Evidence,
        }
    }

    /// The round under way that the message is about; none for what may wait for a later one.
    pub fn round(&self) -> Option<u64> {
        match self {
            Self::Votes(bundle) => Some(bundle.role.round),
            Self::Proposal(message) => Some(message.proposal.round),
            Self::Certificate(certificate) => Some(certificate.role.round),
            Self::Block(block) => Some(block.header.round),
            Self::Final(block) => Some(block.block.header.round),
            Self::Transaction(_)
            | Self::Operation(_)
            | Self::Evidence(_)
            | Self::CheckpointVotes(_)
            | Self::CheckpointCertificate(_) => None,
        }
    }
}
