//! State snapshots: the state of the chain after a block, so that a restart replays only the blocks since, and a node
//! that joins none of those before.
//!
//! A snapshot is written in one batch with its block, in chunks whose digests stand in an index. **Upon** a restart
//! the newest one is read that is whole: every chunk has its digest, and the chain that they make is the one that the
//! header of the block and those before it commit to ([`Chain::resume`]). A damaged one is passed over for the one
//! before, and when none is left every block is replayed. So a snapshot saves time, and decides nothing.
//!
//! The application's state follows in chunks of its own once the application has executed the block. With it a
//! snapshot can be offered to others, who verify it in the same way.

mod manifest;
mod restore;

use std::sync::Arc;

use klero_finality::{Chain, ChainState, CheckpointRules, Footprint, Genesis, OlderCheckpoints};
use klero_sampling::codec::Wire;
use klero_sampling::{Digest, Domain};
use thiserror::Error;

use crate::store::{Batch, Column, Durability, Store, StoreError};
use crate::{BlockStore, NodeError};

pub(crate) use manifest::{Application, CHUNK, Index, Manifest, Part};
pub(crate) use restore::{Restored, restore};

/// How many snapshots are kept.
const KEPT: usize = 3;
/// Snapshots are at least so many rounds apart.
const LEAST_STRIDE: u64 = 100;

const ROUNDS: &[u8] = b"snapshots";

/// Why a snapshot is of no use.
#[derive(Debug, Error)]
pub(crate) enum SnapshotError {
    /// The store failed, or a record in it is malformed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A part that is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A part with another digest.
    #[error("{0} is damaged: it has another digest than was noted")]
    Damaged(&'static str),
    /// Not what the headers commit to.
    #[error(transparent)]
    State(#[from] klero_finality::StateError),
}

/// The rounds between snapshots: a multiple of those between checkpoints, so that a signed header vouches for each.
fn stride(interval: u32) -> u64 {
    let interval = u64::from(interval.max(1));
    interval.saturating_mul(LEAST_STRIDE.div_ceil(interval))
}

/// The snapshots in a store. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Snapshots {
    store: Arc<dyn Store>,
    rules: CheckpointRules,
    stride: u64,
}

impl Snapshots {
    /// Those of a store, for a chain with these checkpoints, every so many rounds if it is said how many.
    pub(crate) fn new(blocks: &BlockStore, rules: CheckpointRules, every: Option<u64>) -> Self {
        Self {
            store: Arc::clone(blocks.store()),
            rules,
            stride: every.unwrap_or_else(|| stride(rules.interval)).max(1),
        }
    }

    /// Whether a snapshot is made after the block of a round.
    pub(crate) fn is_due(&self, round: u64) -> bool {
        round > 0 && round.is_multiple_of(self.stride)
    }

    /// Whether a chain up to a head would have a snapshot of a round, and has none: it was made without them.
    fn is_lacking(&self, round: u64, head: u64, kept: &[u64]) -> bool {
        let is_recent = (head - round) / self.stride < KEPT as u64;
        self.is_due(round) && is_recent && kept.last().is_none_or(|last| *last < round)
    }

    /// The rounds of the snapshots that are kept, ascending.
    pub(crate) fn rounds(&self) -> Result<Vec<u64>, StoreError> {
        let bytes = self.store.get(Column::Meta, ROUNDS)?.unwrap_or_default();
        let numbers = bytes.chunks_exact(8).filter_map(|number| number.try_into().ok());
        Ok(numbers.map(u64::from_be_bytes).collect())
    }

    /// Adds the snapshot of a chain to the batch with its last block, and takes away the oldest beyond three. A chain
    /// whose state cannot be taken ([`Chain::state`]) is passed over.
    pub(crate) fn append(&self, batch: &mut Batch, chain: &Chain) -> Result<(), StoreError> {
        let Some((state, older)) = chain.state() else {
            return Ok(());
        };
        let (round, state, older) = (chain.round(), state.encode(), older.encode());
        let chunks = state.chunks(CHUNK);
        let index = Index {
            chunks: chunks.clone().map(digest).collect(),
            older: digest(&older),
        };
        for (place, chunk) in (0..).zip(chunks) {
            batch.put(Column::Snapshots, Part::State.key(round, place), chunk);
        }
        batch.put(Column::Snapshots, Part::Older.key(round, 0), older);
        batch.put(Column::Snapshots, Part::Index.key(round, 0), index.encode());
        self.note(batch, round)
    }

    /// Notes a snapshot as the newest.
    fn note(&self, batch: &mut Batch, round: u64) -> Result<(), StoreError> {
        let mut rounds = self.rounds()?;
        rounds.retain(|kept| *kept < round);
        rounds.push(round);
        while rounds.len() > KEPT {
            self.forget(batch, rounds.remove(0))?;
        }
        let bytes: Vec<u8> = rounds.iter().flat_map(|round| round.to_be_bytes()).collect();
        batch.put(Column::Meta, ROUNDS, bytes);
        Ok(())
    }

    /// Takes a snapshot away, with the application's part of it.
    fn forget(&self, batch: &mut Batch, round: u64) -> Result<(), StoreError> {
        let index = self.read::<Index>(Part::Index, round)?;
        let application = self.read::<Application>(Part::Application, round)?;
        for (part, count) in [
            (Part::Index, 1),
            (Part::Older, 1),
            (Part::State, index.map_or(0, |index| index.chunks.len())),
            (Part::Application, 1),
            (Part::Entries, application.map_or(0, |state| state.chunks.len())),
        ] {
            for place in 0..u32::try_from(count).unwrap_or(u32::MAX) {
                batch.delete(Column::Snapshots, part.key(round, place));
            }
        }
        Ok(())
    }

    fn get(&self, part: Part, round: u64, place: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(Column::Snapshots, &part.key(round, place))
    }

    /// A record of a snapshot; none where it is missing or malformed.
    fn read<T: Wire>(&self, part: Part, round: u64) -> Result<Option<T>, StoreError> {
        let bytes = self.get(part, round, 0)?;
        Ok(bytes.and_then(|bytes| T::decode(&bytes).ok()))
    }

    /// A chunk of the chain's state, or of the application's.
    pub(crate) fn chunk(&self, part: Part, round: u64, place: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.get(part, round, place)
    }

    /// Keeps a chunk that was fetched.
    pub(crate) fn keep(&self, part: Part, round: u64, place: u32, chunk: &[u8]) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        batch.put(Column::Snapshots, part.key(round, place), chunk);
        self.store.write(batch, Durability::Buffered)
    }

    /// Forgets the chunks of a snapshot that was fetched in vain.
    pub(crate) fn discard(&self, manifest: &Manifest) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for (part, place, _) in manifest.chunks() {
            batch.delete(Column::Snapshots, part.key(manifest.round, place));
        }
        self.store.write(batch, Durability::Buffered)
    }

    /// Whether there is a snapshot of a round.
    pub(crate) fn has(&self, round: u64) -> Result<bool, StoreError> {
        Ok(self.rounds()?.contains(&round))
    }

    /// The application's state after a round is complete in its chunks. They are thrown away when the snapshot is gone
    /// by then.
    pub(crate) fn finish_application(&self, round: u64, chunks: Vec<Digest>) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        if self.has(round)? {
            let key = Part::Application.key(round, 0);
            batch.put(Column::Snapshots, key, Application { chunks }.encode());
        } else {
            for (place, _) in (0..).zip(chunks) {
                batch.delete(Column::Snapshots, Part::Entries.key(round, place));
            }
        }
        self.store.write(batch, Durability::Buffered)
    }

    /// The newest snapshot that others can start from: a checkpoint that is signed vouches for it.
    pub(crate) fn newest(&self) -> Result<Option<Manifest>, StoreError> {
        for round in self.rounds()?.into_iter().rev() {
            let number = self.rules.number_at(round).unwrap_or(0);
            let signed = self.store.get(Column::Checkpoints, &number.to_be_bytes())?;
            if signed.is_some()
                && let Some(manifest) = self.manifest(round)?
            {
                return Ok(Some(manifest));
            }
        }
        Ok(None)
    }

    /// What a snapshot consists of, if it is complete and not too large to be sent.
    fn manifest(&self, round: u64) -> Result<Option<Manifest>, StoreError> {
        let state = self.read::<Index>(Part::Index, round)?;
        let application = self.read::<Application>(Part::Application, round)?;
        let manifest = state.zip(application).map(|(state, application)| Manifest {
            round,
            state: state.chunks,
            application: application.chunks,
        });
        Ok(manifest.filter(Manifest::is_bounded))
    }

    /// Notes a snapshot that was fetched as one's own.
    pub(crate) fn adopt(&self, batch: &mut Batch, manifest: &Manifest) -> Result<(), StoreError> {
        let older = OlderCheckpoints::default().encode();
        let index = Index {
            chunks: manifest.state.clone(),
            older: digest(&older),
        };
        let application = Application {
            chunks: manifest.application.clone(),
        };
        let round = manifest.round;
        batch.put(Column::Snapshots, Part::Older.key(round, 0), older);
        batch.put(Column::Snapshots, Part::Index.key(round, 0), index.encode());
        batch.put(
            Column::Snapshots,
            Part::Application.key(round, 0),
            application.encode(),
        );
        self.note(batch, round)
    }

    /// The chain after the block of a round, from its snapshot.
    pub(crate) fn load(
        &self,
        genesis: &Genesis,
        round: u64,
        footprints: &[Footprint],
    ) -> Result<Chain, SnapshotError> {
        let index: Index = self
            .read(Part::Index, round)?
            .ok_or(SnapshotError::Missing("its index"))?;
        let state = self.state(round, &index.chunks)?;
        let older = self
            .get(Part::Older, round, 0)?
            .ok_or(SnapshotError::Missing("the list of checkpoints"))?;
        if digest(&older) != index.older {
            return Err(SnapshotError::Damaged("the list of checkpoints"));
        }
        let older = OlderCheckpoints::decode(&older)
            .map_err(|_| SnapshotError::Damaged("the list of checkpoints"))?;
        Ok(Chain::resume(genesis, state, older, footprints)?)
    }

    /// The chain's state, put together from its chunks.
    pub(crate) fn state(&self, round: u64, chunks: &[Digest]) -> Result<ChainState, SnapshotError> {
        let mut bytes = Vec::new();
        for (place, expected) in (0..).zip(chunks) {
            let chunk = self
                .get(Part::State, round, place)?
                .ok_or(SnapshotError::Missing("a chunk"))?;
            if digest(&chunk) != *expected {
                return Err(SnapshotError::Damaged("a chunk"));
            }
            bytes.extend(chunk);
        }
        ChainState::decode(&bytes).map_err(|_| SnapshotError::Damaged("the state"))
    }

    /// The footprints of some rounds, as far as they are kept: up to the first gap.
    pub(crate) fn footprints(&self, first: u64, last: u64) -> Result<Vec<Footprint>, StoreError> {
        let mut found = Vec::new();
        for round in first..=last {
            let bytes = self.store.get(Column::Footprints, &round.to_be_bytes())?;
            let footprint = bytes.and_then(|bytes| Footprint::decode(&bytes).ok());
            let Some(footprint) = footprint else { break };
            found.push(footprint);
        }
        Ok(found)
    }
}

/// Adds the footprint of a block to a batch.
pub(crate) fn append_footprint(batch: &mut Batch, footprint: &Footprint) {
    let round = footprint.header.round.to_be_bytes();
    batch.put(Column::Footprints, round, footprint.encode());
}

/// The digest of a part of a snapshot.
pub(crate) fn digest(part: &[u8]) -> Digest {
    Domain::Snapshot.digest_bytes(part)
}

impl From<SnapshotError> for NodeError {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Store(error) => error.into(),
            other => Self::Snapshot(other.to_string()),
        }
    }
}
