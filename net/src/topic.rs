//! The kinds of gossip, each with a topic and a greatest size of its own [NET-1].

use klero_sampling::Digest;

use crate::lane::Lane;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// A kind of gossip. Each chain has one topic per kind [NET-1].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Votes with their credentials.
    Votes,
    /// Proposals with their bodies.
    Proposals,
    /// Quorum certificates.
    Certificates,
    /// Evidence of offences.
    Evidence,
    /// Transactions on their way to a proposer.
    Transactions,
}

impl Topic {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Votes,
        Self::Proposals,
        Self::Certificates,
        Self::Evidence,
        Self::Transactions,
    ];

    /// The greatest length of a message in bytes. What is longer is neither sent nor delivered.
    pub const fn max_bytes(self) -> usize {
        match self {
            Self::Votes => 128 * KIB,
            Self::Proposals => 2 * MIB,
            Self::Certificates => 900 * KIB,
            Self::Evidence => 64 * KIB,
            // A payload of 64 KiB in its envelope.
            Self::Transactions => 65 * KIB,
        }
    }

    /// The kind as it stands in the topic's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Votes => "votes",
            Self::Proposals => "proposals",
            Self::Certificates => "certificates",
            Self::Evidence => "evidence",
            Self::Transactions => "transactions",
        }
    }

    /// The topic's name in a chain: `/klero/<chain>/votes/1`.
    pub fn path(self, chain: &Digest) -> String {
        format!("/klero/{chain}/{}/1", self.name())
    }

    /// The lane in which the kind travels [NET-3].
    pub(crate) const fn lane(self) -> Lane {
        match self {
            Self::Votes | Self::Certificates | Self::Evidence => Lane::Votes,
            Self::Proposals => Lane::Blocks,
            Self::Transactions => Lane::Transactions,
        }
    }

    /// How many messages may wait for their verdicts at once.
    pub(crate) const fn pending_messages(self) -> usize {
        match self {
            // A step of a large committee comes all at once.
            Self::Votes => 8 * KIB,
            Self::Transactions => 4 * KIB,
            Self::Proposals | Self::Certificates | Self::Evidence => KIB,
        }
    }

    /// How many bytes may wait for their verdicts at once; eight of the greatest messages always fit.
    pub(crate) const fn pending_bytes(self) -> usize {
        match self {
            Self::Votes | Self::Proposals => 16 * MIB,
            Self::Certificates => 8 * MIB,
            Self::Transactions => 2 * MIB,
            Self::Evidence => MIB,
        }
    }
}
