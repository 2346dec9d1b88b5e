//! The lanes of gossip [NET-3]: votes do not wait behind bodies, nor bodies behind transactions.
//!
//! Each lane is a gossipsub of its own. On every connection it has streams of its own, with their own flow
//! control, and a queue of its own for what is to be sent; so a stream that is stuck holds up its own lane only.

use crate::Topic;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// A lane, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Lane {
    /// What decides a round: votes, certificates, evidence.
    Votes,
    /// What is decided on: proposals with their bodies, blocks.
    Blocks,
    /// What waits for a block.
    Transactions,
}

impl Lane {
    pub(crate) const ALL: [Self; 3] = [Self::Votes, Self::Blocks, Self::Transactions];

    /// What the lane's protocols begin with.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Votes => "/klero/votes",
            Self::Blocks => "/klero/blocks",
            Self::Transactions => "/klero/transactions",
        }
    }

    /// The topics that travel in it.
    pub(crate) fn topics(self) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(move |topic| topic.lane() == self)
    }

    /// The greatest message of the lane, in bytes.
    pub(crate) fn max_bytes(self) -> usize {
        self.topics().map(Topic::max_bytes).max().unwrap_or(0)
    }

    /// How many messages wait for a slow peer before newer ones are not sent to it. Own messages lapse there after
    /// five seconds, others after one. A slow reader costs no more memory than these.
    pub(crate) const fn queue(self) -> usize {
        match self {
            // A step of a large committee comes all at once.
            Self::Votes => 2048,
            // Sixteen megabytes at the most.
            Self::Blocks => 8,
            Self::Transactions => 256,
        }
    }

    /// How many bytes a second are read from a peer, in the long run. What it sends faster waits on its side.
    pub(crate) const fn rate(self) -> usize {
        match self {
            Self::Votes | Self::Blocks | Self::Transactions => 4 * MIB,
        }
    }

    /// How many bytes are read from a peer at once after it was quiet.
    pub(crate) const fn burst(self) -> usize {
        match self {
            Self::Votes | Self::Blocks => 8 * MIB,
            Self::Transactions => 2 * MIB,
        }
    }

    /// How much gossip of peers that have not passed the handshake is kept, in bytes: what one of them may send at once,
    /// so that a flood shows before the time for the handshake is over.
    pub(crate) const fn early_bytes(self) -> usize {
        self.burst()
    }

    /// What the lane is called in a log.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Votes => "votes",
            Self::Blocks => "blocks",
            Self::Transactions => "transactions",
        }
    }

    /// The greatest frame: the greatest message with its envelope, and what the decoder may have read ahead.
    pub(crate) fn max_frame_bytes(self) -> usize {
        self.max_bytes() + 128 * KIB
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_one_lane_and_votes_have_no_bodies_beside_them() {
        let all: usize = Lane::ALL.into_iter().map(|lane| lane.topics().count()).sum();
        assert_eq!(all, Topic::ALL.len());
        assert!(Lane::Votes.max_bytes() < MIB);
        assert!(Lane::Votes.topics().any(|topic| topic == Topic::Votes));
    }

    #[test]
    fn a_burst_has_room_for_the_greatest_message() {
        for lane in Lane::ALL {
            assert!(lane.burst() >= 2 * lane.max_frame_bytes(), "{lane:?}");
        }
    }
}
