//! Catching up: final blocks from peers, each verified from the own head on, and bodies that the machine asks for
//! [NET-4].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use klero_finality::{Block, ChainError, Claim, FinalBlock, HeaderError, SignedCheckpoint};
use klero_net::{Network, PeerId, RequestError};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;
use tokio::sync::mpsc;

use crate::BlockStore;
use crate::core::{Item, Verified};
use crate::hints::Hints;
use crate::keys::Secret;
use crate::verify::{Job, Verifier};
use crate::view::{OpenBlocks, SharedView};
use crate::wire::Message;

/// Blocks asked for at once.
const BLOCKS: u32 = 64;
/// How often a peer is asked for its head when nothing else tells.
const TICK: Duration = Duration::from_secs(2);
/// A peer in the next round is only a moment ahead, unless this passes without progress.
const GRACE: Duration = Duration::from_millis(400);
/// How often another peer is asked for a body.
const BODY_AGAIN: Duration = Duration::from_millis(300);
/// How long a peer may take to tell its head or to give a body.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// How long a peer is left alone that had nothing to give.
const REST: Duration = Duration::from_millis(500);
/// How long one peer is asked before the others have their turn.
const TURN: Duration = Duration::from_secs(10);
/// How long a peer is left alone that kept back the blocks it claimed to have, or answered with rubbish.
const LONG_REST: Duration = Duration::from_secs(10);

/// How often peers are asked for a body; the machine's deadlines begin anew where it is still needed.
const MOST_ASKED: u32 = 100;

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
    /// Blocks that are final.
    pub(crate) blocks: BlockStore,
}

impl Sync {
    /// Asks peers for what this node lacks, for ever: those that are heard to be ahead, and now and then one that is
    /// not. No peer keeps this from asking the others.
    pub(crate) async fn follow(self, hints: Hints) {
        let mut tick = tokio::time::interval(TICK);
        let mut resting: BTreeMap<PeerId, Instant> = BTreeMap::new();
        let mut turn = 0_usize;
        let mut progress = (0, Instant::now());
        loop {
            let mut heard = BTreeMap::new();
            tokio::select! {
                () = hints.heard() => {
                    heard = hints.take();
                    // One that connected anew may answer now.
                    resting.retain(|peer, _| heard.get(peer) != Some(&0));
                }
                _ = tick.tick() => {
                    let peers = self.network.peers();
                    turn = turn.wrapping_add(1);
                    if let Some(peer) = peers.get(turn % peers.len().max(1)) {
                        heard.insert(*peer, 0);
                        self.fill_in(*peer).await;
                    }
                }
            }
            let now = Instant::now();
            resting.retain(|_, until| *until > now);
            for (peer, spoken) in heard {
                let round = self.view.get().round();
                if progress.0 != round {
                    progress = (round, Instant::now());
                }
                let is_moment = spoken == round + 1 && progress.1.elapsed() < GRACE;
                let is_past = spoken != 0 && spoken <= round;
                if !is_moment && !is_past && !resting.contains_key(&peer) {
                    let rest = self.catch_up(peer).await;
                    resting.insert(peer, Instant::now() + rest);
                }
            }
        }
    }

    /// Asks one peer for everything after the own head, as long as it has more. Says how long to leave it alone.
    async fn catch_up(&self, peer: PeerId) -> Duration {
        let asked = self.network.head_of(peer);
        let head = match tokio::time::timeout(ANSWER_WITHIN, asked).await {
            Ok(Ok(head)) => head,
            // A peer that just connected, or that is under load, may be busy.
            Ok(Err(_)) | Err(_) => return REST,
        };
        let until = Instant::now() + TURN;
        loop {
            let from = self.view.get().round();
            if head < from {
                return REST;
            }
            let blocks = match self.network.blocks_from(peer, from, BLOCKS).await {
                Ok(blocks) => blocks,
                Err(RequestError::TimedOut | RequestError::BadAnswer) => return LONG_REST,
                Err(_) => return REST,
            };
            let (view, core, verifier) = (self.view.clone(), self.core.clone(), self.verifier.clone());
            let verified =
                tokio::task::spawn_blocking(move || verify(&view, &core, &verifier, blocks, peer)).await;
            // What it had may have become known in the meantime.
            let is_past = self.view.get().round() > from;
            match verified.unwrap_or(Worth::Nothing) {
                Worth::New => {}
                Worth::Nothing => return if is_past { REST } else { LONG_REST },
                Worth::Lie => {
                    tracing::warn!(%peer, "a peer lied about what is final; it is expelled");
                    self.network.expel(peer);
                    return LONG_REST;
                }
            }
            self.wait_until_past(from).await;
            if Instant::now() > until {
                // A peer that gives blocks slowly is not the only one to ask.
                return REST;
            }
        }
    }

    /// Asks a peer for the signed checkpoints that this node missed, for example because they were signed while it was
    /// behind: others hop by them. Those of the last few that their committees can still be told of.
    async fn fill_in(&self, peer: PeerId) {
        let chain = Arc::clone(&self.view.get().chain);
        let last = chain.round() / u64::from(chain.checkpoint_rules().interval.max(1));
        let due = (1..=last)
            .rev()
            .map_while(|number| Some((number, chain.checkpoint(number)?)));
        for (number, due) in due {
            if !matches!(self.blocks.checkpoint(number), Ok(None)) {
                continue;
            }
            let asked = self.network.checkpoint_from(peer, number);
            let Ok(Ok(Some(bytes))) = tokio::time::timeout(ANSWER_WITHIN, asked).await else {
                return;
            };
            let found = SignedCheckpoint::decode(&bytes).ok();
            match found.and_then(|found| due.signed(&found.certificate).ok()) {
                Some(signed) => {
                    let item = Item::Checkpoint(number, Box::new(signed));
                    let (core, attempt, receipt) = (self.core.clone(), 0, None);
                    let verified = Verified {
                        item,
                        attempt,
                        receipt,
                    };
                    let sent = tokio::task::spawn_blocking(move || core.send(verified).is_ok());
                    let _stopping = sent.await;
                }
                None => {
                    tracing::warn!(%peer, number, "a peer lied about a checkpoint; it is expelled");
                    self.network.expel(peer);
                    return;
                }
            }
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
        // By digest the round that it is wanted in, and how often peers were asked.
        let mut missing: BTreeMap<Digest, (u64, u32)> = BTreeMap::new();
        let mut turn = 0_usize;
        loop {
            let pause = if missing.is_empty() {
                Duration::from_secs(3600)
            } else {
                BODY_AGAIN
            };
            match tokio::time::timeout(pause, wanted.recv()).await {
                Ok(Some(digest)) => {
                    missing.insert(digest, (self.view.get().round(), 0));
                }
                Ok(None) => return,
                Err(_) => {}
            }
            let round = self.view.get().round();
            missing
                .retain(|digest, (of, asked)| *of == round && *asked < MOST_ASKED && !self.open.has(digest));
            let peers = self.network.peers();
            turn = turn.wrapping_add(1);
            if let Some(peer) = peers.get(turn % peers.len().max(1)) {
                for (digest, (_, asked)) in &mut missing {
                    *asked += 1;
                    self.fetch_from(*peer, *digest).await;
                }
            }
        }
    }

    async fn fetch_from(&self, peer: PeerId, digest: Digest) {
        let asked = self.network.body_from(peer, digest);
        let Ok(Ok(Some(bytes))) = tokio::time::timeout(ANSWER_WITHIN, asked).await else {
            return;
        };
        match Block::decode(&bytes) {
            Ok(block) if block.header.digest() == digest => {
                self.verifier.submit(Job::own(Message::Block(Box::new(block))));
            }
            _ => tracing::debug!(%peer, "a peer answered with another body than the one asked for"),
        }
    }
}

/// What a peer's answer was worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worth {
    /// Blocks that are new and final.
    New,
    /// Nothing that was not known.
    Nothing,
    /// Something that no honest peer sends.
    Lie,
}

/// Verifies blocks from the own head on and hands those that are final to the core. Following them is done here, in a
/// row; their certificates are then verified on all processors. What comes after a lie is not looked at.
fn verify(
    view: &SharedView,
    core: &Sender<Verified>,
    verifier: &Verifier,
    blocks: Vec<Vec<u8>>,
    peer: PeerId,
) -> Worth {
    let chain = Arc::clone(&view.get().chain);
    let mut decoded = Vec::new();
    let mut lie = None;
    for bytes in blocks {
        match FinalBlock::decode(&bytes) {
            Ok(block) if block.block.header.round <= chain.round() => {}
            Ok(block) => decoded.push(block),
            Err(_) => {
                lie = Some("a malformed block".to_owned());
                break;
            }
        }
    }
    let offered = decoded.clone();
    let (row, refused) = chain.row(decoded);
    let holds = verify_claims(row.claims());
    if let Some(place) = holds.iter().position(|holds| !holds) {
        lie = Some(format!("certificate {place} of its answer does not verify"));
    }
    let verified = row.proven(&holds);
    if let Some(error) = refused {
        // Another parent is no lie: one of the two is on a fork.
        if !matches!(error, ChainError::Header(HeaderError::Parent)) {
            lie = Some(error.to_string());
        }
        // On top of another parent than the own head: if the certificate of that parent is valid, this is a fork.
        let next = offered.into_iter().nth(verified.len());
        if let Some(certificate) = next.and_then(|block| block.block.body.parent_certificate) {
            verifier.submit(Job::own(Message::Certificate(certificate)));
        }
    }
    if let Some(reason) = &lie {
        tracing::warn!(%peer, %reason, "a peer answered with blocks that are not final; the rest is dropped");
    }
    let is_new = !verified.is_empty();
    if is_new {
        let _stopping = core.send(Verified {
            item: Item::Final(verified),
            attempt: 0,
            receipt: None,
        });
    }
    match (lie, is_new) {
        (Some(_), _) => Worth::Lie,
        (None, true) => Worth::New,
        (None, false) => Worth::Nothing,
    }
}

/// Verifies claims, each by itself, on all processors; says of each whether it holds. Without randomness nothing is said.
fn verify_claims(claims: &[Claim]) -> Vec<bool> {
    let Ok(entropy) = Secret::random() else {
        return Vec::new();
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = claims.len().div_ceil(threads).max(1);
    let verify = |claims: &[Claim]| -> Vec<bool> {
        let holds = |claim: &Claim| claim.verify(entropy.expose()).is_ok();
        claims.iter().map(holds).collect()
    };
    let mut holds = Vec::with_capacity(claims.len());
    std::thread::scope(|scope| {
        let verify = &verify;
        let running: Vec<_> = claims
            .chunks(share)
            .map(|claims| (scope.spawn(move || verify(claims)), claims.len()))
            .collect();
        for (thread, count) in running {
            // A thread that panicked has verified nothing.
            holds.extend(thread.join().unwrap_or_else(|_| vec![false; count]));
        }
    });
    holds
}
