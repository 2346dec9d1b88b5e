//! Joining: a node with an empty store starts from a state snapshot of its peers, and replays none of the blocks
//! before it.
//!
//! **Upon** a start it asks its peers which snapshots they have, and takes the newest that most of them have. The header
//! of its block must be signed: the node hops to it by checkpoints, from the one that whoever set it up trusts, or
//! from the genesis [FIN-4]. From that header everything else follows: the headers before it by their digests, the
//! registry and each electorate by their roots ([`Chain::resume`]), the application's state by the root in the next
//! block, which is final too.
//!
//! No peer is believed. Each chunk has a digest in the manifest that its peer offered; one that sends another is caught
//! at once. Where a whole snapshot turns out to be none, everybody who offered it lied. Whoever lies is expelled and named
//! in the log, and costs at most the chunks that it announced. When nothing is to be had, blocks are fetched from the
//! first on.

mod fetch;
mod offers;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use klero_finality::{
    Age, Chain, ChainError, ChainState, Footprint, Genesis, Header, LightClient, LightError,
    OlderCheckpoints, SignedCheckpoint, TrustedCheckpoint,
};
use klero_net::{Network, PeerId};
use klero_sampling::Digest;
use thiserror::Error;
use tokio::sync::Notify;

use crate::app::{Application, ApplicationError, Applied, Chunks};
use crate::snapshot::{Manifest, Part, SnapshotError, Snapshots};
use crate::store::{Batch, Durability, StoreError};
use crate::{BlockStore, NodeError};

/// How many snapshots are tried before blocks are fetched instead.
const MOST_TRIES: usize = 8;

/// What a node that joins starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinFrom {
    /// A checkpoint that its operator trusts; without one it trusts the genesis alone.
    pub checkpoint: Option<TrustedCheckpoint>,
    /// How old that may be: less than the time for which stake that unbonds stays liable [FIN-4].
    pub max_age: Duration,
}

/// Ends the start of a node early; a node that runs already it does not touch. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<Notify>);

impl Interrupt {
    /// The node that starts, or is about to, gives up with [`NodeError::Interrupted`].
    pub fn now(&self) {
        self.0.notify_one();
    }

    /// Until it is told to.
    pub(crate) async fn told(&self) {
        self.0.notified().await;
    }
}

/// Why a snapshot was not taken.
#[derive(Debug, Error)]
enum Refused {
    /// Peers have less of it than they said, or went away.
    #[error("{0}")]
    Gone(String),
    /// It is not what it is said to be: everybody who offered it lies.
    #[error("{0}")]
    Lie(String),
    /// This node's own store failed.
    #[error(transparent)]
    Own(NodeError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Own(error.into())
    }
}

/// A node that joins.
pub(crate) struct Joiner<'a> {
    from: &'a JoinFrom,
    pub(crate) genesis: &'a Genesis,
    network: &'a Network,
    interrupt: &'a Interrupt,
    pub(crate) blocks: &'a BlockStore,
    pub(crate) snapshots: &'a Snapshots,
}

/// The header of a snapshot's block, which a checkpoint signed.
struct Signed {
    header: Header,
    checkpoint: Option<(u64, SignedCheckpoint)>,
}

impl<'a> Joiner<'a> {
    /// With what is trusted, whom to ask, and where to keep it.
    pub(crate) const fn new(
        from: &'a JoinFrom,
        genesis: &'a Genesis,
        (network, interrupt): (&'a Network, &'a Interrupt),
        (blocks, snapshots): (&'a BlockStore, &'a Snapshots),
    ) -> Self {
        Self {
            from,
            genesis,
            network,
            interrupt,
            blocks,
            snapshots,
        }
    }

    /// Takes a snapshot of the peers into the store; gives its round, or none where no peer has one that is good.
    ///
    /// # Errors
    /// [`NodeError`] when the trusted checkpoint is of no use, this node's own store fails, or it is told to stop.
    pub(crate) async fn run(&self, application: &mut dyn Application) -> Result<Option<u64>, NodeError> {
        tokio::select! {
            taken = self.take_best(application) => taken,
            () = self.interrupt.told() => Err(NodeError::Interrupted),
        }
    }

    async fn take_best(&self, application: &mut dyn Application) -> Result<Option<u64>, NodeError> {
        let client = self.client()?;
        tracing::info!("an empty database: waiting at most ten seconds for a peer with a state snapshot");
        if !self.peers_came().await {
            tracing::warn!(
                "no peer could be reached: check the bootnodes; blocks are fetched when one comes"
            );
            return Ok(None);
        }
        let mut tried: BTreeSet<Digest> = BTreeSet::new();
        for _ in 0..MOST_TRIES {
            let Some((manifest, peers)) = self.best_offer(&tried, client.round()).await else {
                break;
            };
            let (id, round) = (manifest.id(), manifest.round);
            tracing::info!(
                round,
                peers = peers.len(),
                chunks = manifest.chunks().count(),
                "a state snapshot is fetched"
            );
            match self.take(&manifest, &peers, client.clone(), application).await {
                Ok(()) => {
                    tracing::info!(round, "the node starts from a state snapshot of its peers");
                    return Ok(Some(round));
                }
                Err(Refused::Own(error)) => return Err(error),
                Err(Refused::Gone(reason)) => tracing::warn!(round, %reason, "the snapshot cannot be had"),
                Err(Refused::Lie(reason)) => {
                    for peer in peers {
                        self.expel(peer, &reason);
                    }
                }
            }
            tried.insert(id);
            self.snapshots.discard(&manifest)?;
        }
        tracing::info!("no peer has a state snapshot that can be taken: every block is fetched");
        Ok(None)
    }

    /// A client at what is trusted.
    fn client(&self) -> Result<LightClient, NodeError> {
        let refused = |error: LightError| NodeError::Checkpoint(error.to_string());
        let Some(trusted) = &self.from.checkpoint else {
            return LightClient::new(self.genesis).map_err(refused);
        };
        let age = Age {
            now: crate::events::now_us() / 1000,
            limit: u64::try_from(self.from.max_age.as_millis()).unwrap_or(u64::MAX),
        };
        LightClient::from_checkpoint(self.genesis, trusted, age).map_err(refused)
    }

    /// A peer lied: it is disconnected, and the log names it.
    fn expel(&self, peer: PeerId, reason: &str) {
        tracing::warn!(%peer, %reason, "a peer lied about a state snapshot; it is expelled");
        self.network.expel(peer);
    }

    /// Fetches a snapshot, verifies all of it, and makes it this node's own in one write.
    async fn take(
        &self,
        manifest: &Manifest,
        peers: &[PeerId],
        client: LightClient,
        application: &mut dyn Application,
    ) -> Result<(), Refused> {
        let round = manifest.round;
        // What proves itself may come from anybody.
        let anybody = self.network.peers();
        let signed = self.hop_to(round, &anybody, client).await?;
        let footprints = self.fetch_headers(&signed.header, &anybody).await?;
        self.fetch_chunks(manifest, peers).await?;
        let chain = self.chain_of(manifest, &footprints)?;
        let (block, root) = self.fetch_blocks(&chain).await?;
        let chunks = Staged {
            snapshots: self.snapshots,
            manifest,
        };
        match application.import(&Applied { round, root }, &chunks) {
            Ok(true) => {}
            Ok(false) => {
                return Err(Refused::Gone(
                    "this application takes no state from others".into(),
                ));
            }
            Err(error) => return Err(Refused::Lie(error.to_string())),
        }
        let mut batch = Batch::default();
        BlockStore::append(&mut batch, &block);
        self.snapshots.adopt(&mut batch, manifest)?;
        if let Some((number, signed)) = &signed.checkpoint {
            BlockStore::append_checkpoint(&mut batch, *number, signed, true);
        }
        self.blocks.store().write(batch, Durability::Synced)?;
        Ok(())
    }

    /// The chain that the fetched chunks make.
    fn chain_of(&self, manifest: &Manifest, footprints: &[Footprint]) -> Result<Chain, Refused> {
        let state: ChainState = match self.snapshots.state(manifest.round, &manifest.state) {
            Ok(state) => state,
            Err(SnapshotError::Store(error)) => return Err(error.into()),
            Err(error) => return Err(Refused::Lie(error.to_string())),
        };
        Chain::resume(self.genesis, state, OlderCheckpoints::default(), footprints)
            .map_err(|error| Refused::Lie(error.to_string()))
    }
}

/// The application's chunks, fetched and kept in the store.
struct Staged<'a> {
    snapshots: &'a Snapshots,
    manifest: &'a Manifest,
}

impl Chunks for Staged<'_> {
    fn count(&self) -> u32 {
        u32::try_from(self.manifest.application.len()).unwrap_or(u32::MAX)
    }

    fn get(&self, place: u32) -> Result<Vec<u8>, ApplicationError> {
        let what = || format!("chunk {place} of the application's state");
        let found = self.snapshots.chunk(Part::Entries, self.manifest.round, place);
        found
            .map_err(|error| ApplicationError::new(what(), error))?
            .ok_or_else(|| ApplicationError::new(what(), "it is missing"))
    }
}

/// The application root that the next block names, once that is known to be final.
fn root_of(chain: &Chain, next: &klero_finality::FinalBlock) -> Result<Digest, ChainError> {
    chain.check_block(&next.block)?;
    chain.check_certificate(&next.block.header, &next.certificate)?;
    Ok(next.block.header.application_root)
}
