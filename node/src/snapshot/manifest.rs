//! What a snapshot consists of.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::codec::Wire;
use klero_sampling::{Digest, Domain};

/// The greatest length of a chunk in bytes.
pub(crate) const CHUNK: usize = 512 << 10;

/// The most chunks of either state that are sent and taken: 1 GiB.
const MOST_CHUNKS: usize = 2048;

/// The parts of a snapshot in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The digests of the chain's state; a snapshot without it is none.
    Index,
    /// The chain's state, in chunks.
    State,
    /// The checkpoints before, which only the node itself believes.
    Older,
    /// The digests of the application's state; without it the snapshot is not offered to others.
    Application,
    /// The application's state, in chunks.
    Entries,
}

impl Part {
    /// The key of a record.
    pub(crate) fn key(self, round: u64, place: u32) -> Vec<u8> {
        let part = match self {
            Self::Index => 0_u8,
            Self::State => 1,
            Self::Older => 2,
            Self::Application => 3,
            Self::Entries => 4,
        };
        [&round.to_be_bytes()[..], &[part], &place.to_be_bytes()].concat()
    }
}

/// The chain's part of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Index {
    /// The digests of the chunks in order.
    pub(crate) chunks: Vec<Digest>,
    /// The digest of the checkpoints before.
    pub(crate) older: Digest,
}

impl Wire for Index {
    const MAX_BYTES: usize = 1 << 20;
}

/// The application's part of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Application {
    /// The digests of the chunks in order.
    pub(crate) chunks: Vec<Digest>,
}

impl Wire for Application {
    const MAX_BYTES: usize = 8 << 20;
}

/// What a node offers to those who join: the same from every honest node, since every part of it follows from the
/// chain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub(crate) struct Manifest {
    /// The round of its block, that of a checkpoint.
    pub(crate) round: u64,
    /// The digests of the chunks of the chain's state.
    pub(crate) state: Vec<Digest>,
    /// The digests of the chunks of the application's state.
    pub(crate) application: Vec<Digest>,
}

impl Wire for Manifest {
    const MAX_BYTES: usize = 16 + 2 * (4 + MOST_CHUNKS * 32);
}

impl Manifest {
    /// Whether it is small enough to be sent.
    pub(crate) fn is_bounded(&self) -> bool {
        self.state.len() <= MOST_CHUNKS && self.application.len() <= MOST_CHUNKS
    }

    /// By what it is known.
    pub(crate) fn id(&self) -> Digest {
        Domain::Snapshot.digest(self)
    }

    /// All chunks in the order in which they are fetched, with their digests.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = (Part, u32, Digest)> {
        let of = |part: Part, digests: &[Digest]| {
            let places = (0..).zip(digests.to_vec());
            places.map(move |(place, digest)| (part, place, digest))
        };
        of(Part::State, &self.state).chain(of(Part::Entries, &self.application))
    }
}
