//! What the verification pool and the network may know of the chain: a copy that the core renews.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use klero_committee::RoundContext;
use klero_finality::Chain;
use klero_net::ChainReader;
use klero_sampling::Digest;
use klero_sampling::codec::Wire;

use crate::BlockStore;
use crate::last_votes::LastVotes;
use crate::past::PastRounds;
use crate::snapshot::{Part, Snapshots};

/// The chain up to its last final block, with the contexts of the two rounds after it.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// The chain.
    pub(crate) chain: Arc<Chain>,
    /// The rounds before.
    pub(crate) past: PastRounds,
    present: Option<RoundContext>,
    upcoming: Option<RoundContext>,
}

impl View {
    /// The view of a chain.
    pub(crate) fn new(chain: Chain, past: PastRounds) -> Self {
        let (present, upcoming) = (chain.context(chain.round() + 1), chain.context(chain.round() + 2));
        Self {
            chain: Arc::new(chain),
            past,
            present,
            upcoming,
        }
    }

    /// The round under way.
    pub(crate) fn round(&self) -> u64 {
        self.chain.round() + 1
    }

    /// The context of the round under way or of the one after it.
    pub(crate) fn context(&self, round: u64) -> Option<&RoundContext> {
        [&self.present, &self.upcoming]
            .into_iter()
            .flatten()
            .find(|context| context.round() == round)
    }
}

/// The view as the core and its readers share it.
#[derive(Debug, Clone)]
pub(crate) struct SharedView(Arc<RwLock<Arc<View>>>);

impl SharedView {
    /// A first view.
    pub(crate) fn new(view: View) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(view))))
    }

    /// The present view.
    pub(crate) fn get(&self) -> Arc<View> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Renews the view.
    pub(crate) fn set(&self, view: View) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(view);
    }
}

/// Blocks that are not final yet, for peers that ask for one by its digest [BA-10].
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenBlocks(Arc<RwLock<BTreeMap<Digest, Arc<Vec<u8>>>>>);

impl OpenBlocks {
    /// Offers a block.
    pub(crate) fn insert(&self, digest: Digest, bytes: Vec<u8>) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(digest, Arc::new(bytes));
    }

    /// Keeps what is needed.
    pub(crate) fn retain(&self, is_needed: impl Fn(&Digest) -> bool) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|digest, _| is_needed(digest));
    }

    /// Whether a block is offered.
    pub(crate) fn has(&self, digest: &Digest) -> bool {
        self.get(digest).is_some()
    }

    fn get(&self, digest: &Digest) -> Option<Arc<Vec<u8>>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(digest)
            .map(Arc::clone)
    }
}

fn rounds(from: u64, count: u32) -> std::ops::Range<u64> {
    from.max(1)..from.max(1).saturating_add(u64::from(count))
}

/// Answers the questions of peers out of the store [NET-4].
pub(crate) struct StoreReader {
    /// The final blocks.
    pub(crate) blocks: BlockStore,
    /// The others.
    pub(crate) open: OpenBlocks,
    /// States of the chain.
    pub(crate) snapshots: Snapshots,
    /// The votes of the round under way.
    pub(crate) votes: LastVotes,
}

impl ChainReader for StoreReader {
    fn head(&self) -> u64 {
        self.blocks.head().unwrap_or(0)
    }

    fn blocks(&self, from: u64, count: u32, max_bytes: usize) -> Vec<Vec<u8>> {
        let mut length = 0;
        let encoded =
            rounds(from, count).map_while(|round| Some(self.blocks.final_block(round).ok()??.encode()));
        encoded
            .take_while(|bytes| {
                length += bytes.len();
                length <= max_bytes
            })
            .collect()
    }

    fn checkpoint(&self, number: u64) -> Option<Vec<u8>> {
        Some(self.blocks.checkpoint(number).ok()??.encode())
    }

    fn headers(&self, from: u64, count: u32) -> Vec<Vec<u8>> {
        let last = from
            .max(1)
            .saturating_add(u64::from(count.max(1)))
            .saturating_sub(1);
        let found = self.snapshots.footprints(from.max(1), last).unwrap_or_default();
        found.iter().map(Wire::encode).collect()
    }

    fn manifest(&self) -> Option<Vec<u8>> {
        Some(self.snapshots.newest().ok()??.encode())
    }

    fn chunk(&self, of_application: bool, round: u64, place: u32) -> Option<Vec<u8>> {
        let part = if of_application {
            Part::Entries
        } else {
            Part::State
        };
        self.snapshots.chunk(part, round, place).ok()?
    }

    fn votes(&self) -> Option<Vec<u8>> {
        self.votes.tell().map(|votes| votes.encode())
    }

    fn body(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.open.get(digest).map(|bytes| bytes.to_vec())
    }
}
