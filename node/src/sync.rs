//! Catching up: final blocks from peers, each verified from the own head on, and bodies that the machine asks for
//! [NET-4].

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use klero_finality::{Block, FinalBlock};
use klero_net::{Network, PeerId};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;
use tokio::sync::mpsc;

use crate::core::{Item, Verified};
use crate::verify::{Job, Verifier};
use crate::view::{OpenBlocks, SharedView};
use crate::wire::Message;

/// A sign that a peer may be ahead; `round` is one that it is in, 0 if unknown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hint {
    /// The peer.
    pub(crate) peer: PeerId,
    /// A round that it spoke of.
    pub(crate) round: u64,
}

/// Blocks asked for at once.
const BLOCKS: u32 = 32;
/// How often a peer is asked for its head when nothing else tells.
const TICK: Duration = Duration::from_secs(2);
/// A peer in the next round is only a moment ahead, unless this passes without progress.
const GRACE: Duration = Duration::from_millis(400);
/// How often another peer is asked for a body.
const BODY_AGAIN: Duration = Duration::from_millis(300);

/// What synchronization works with.
#[derive(Clone)]
pub(crate) struct Sync {
    /// The network.
    pub(crate) network: Network,
    /// The chain so far.
    pub(crate) view: SharedView,
    /// Where verified blocks go.
    pub(crate) core: Sender<Verified>,
    /// Where bodies go.
    pub(crate) verifier: Verifier,
    /// Blocks that are held already.
    pub(crate) open: OpenBlocks,
}

impl Sync {
    /// Follows hints until they end.
    pub(crate) async fn follow(self, mut hints: mpsc::Receiver<Hint>) {
        let mut turn = 0_usize;
        let mut progress = (self.view.get().round(), Instant::now());
        loop {
            let hint = tokio::time::timeout(TICK, hints.recv()).await;
            let round = self.view.get().round();
            if progress.0 != round {
                progress = (round, Instant::now());
            }
            let hint = match hint {
                Ok(Some(hint)) => hint,
                Ok(None) => return,
                Err(_) => {
                    let peers = self.network.peers();
                    turn = turn.wrapping_add(1);
                    match peers.get(turn % peers.len().max(1)) {
                        Some(peer) => Hint {
                            peer: *peer,
                            round: 0,
                        },
                        None => continue,
                    }
                }
            };
            let is_moment = hint.round == round + 1 && progress.1.elapsed() < GRACE;
            let is_past = hint.round != 0 && hint.round <= round;
            if !is_moment && !is_past {
                self.catch_up(hint.peer).await;
            }
        }
    }

    /// Asks one peer for everything after the own head, as long as it has more.
    async fn catch_up(&self, peer: PeerId) {
        let Ok(head) = self.network.head_of(peer).await else {
            return;
        };
        loop {
            let from = self.view.get().round();
            if head < from {
                return;
            }
            let Ok(blocks) = self.network.blocks_from(peer, from, BLOCKS).await else {
                return;
            };
            let (view, core) = (self.view.clone(), self.core.clone());
            let verified = tokio::task::spawn_blocking(move || verify(&view, &core, blocks, peer)).await;
            if !verified.unwrap_or(false) {
                return;
            }
            self.wait_until_past(from).await;
        }
    }

    /// The core needs a moment to take blocks in; asking for the same again would be idle.
    async fn wait_until_past(&self, round: u64) {
        let until = Instant::now() + Duration::from_secs(5);
        while self.view.get().round() <= round && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Asks peers in turn for bodies until they are held or their round is over.
    pub(crate) async fn fetch(self, mut wanted: mpsc::Receiver<Digest>) {
        let mut missing: BTreeMap<Digest, u64> = BTreeMap::new();
        let mut turn = 0_usize;
        loop {
            let pause = if missing.is_empty() {
                Duration::from_secs(3600)
            } else {
                BODY_AGAIN
            };
            match tokio::time::timeout(pause, wanted.recv()).await {
                Ok(Some(digest)) => {
                    missing.insert(digest, self.view.get().round());
                }
                Ok(None) => return,
                Err(_) => {}
            }
            let round = self.view.get().round();
            missing.retain(|digest, of| *of == round && !self.open.has(digest));
            let peers = self.network.peers();
            turn = turn.wrapping_add(1);
            if let Some(peer) = peers.get(turn % peers.len().max(1)) {
                for digest in missing.keys() {
                    self.fetch_from(*peer, *digest).await;
                }
            }
        }
    }

    async fn fetch_from(&self, peer: PeerId, digest: Digest) {
        let Ok(Some(bytes)) = self.network.body_from(peer, digest).await else {
            return;
        };
        match Block::decode(&bytes) {
            Ok(block) if block.header.digest() == digest => {
                self.verifier.submit(Job {
                    message: Message::Block(Box::new(block)),
                    attempt: 0,
                    receipt: None,
                });
            }
            _ => tracing::debug!(%peer, "a peer answered with another body than the one asked for"),
        }
    }
}

/// Verifies blocks from the own head on and hands them to the core; says whether there were any.
fn verify(view: &SharedView, core: &Sender<Verified>, blocks: Vec<Vec<u8>>, peer: PeerId) -> bool {
    let mut chain = klero_finality::Chain::clone(&view.get().chain);
    let mut verified = Vec::new();
    for bytes in blocks {
        let Ok(block) = FinalBlock::decode(&bytes) else {
            tracing::warn!(%peer, "a peer answered with a malformed block; the rest of its answer is dropped");
            break;
        };
        if block.block.header.round <= chain.round() {
            continue;
        }
        if let Err(error) = chain.accept(&block.block, &block.certificate) {
            let round = block.block.header.round;
            tracing::warn!(%peer, round, %error, "a peer answered with a block that is not final; the rest is dropped");
            break;
        }
        verified.push(block);
    }
    if verified.is_empty() {
        return false;
    }
    core.send(Verified {
        item: Item::Final(verified),
        attempt: 0,
        receipt: None,
    })
    .is_ok()
}
