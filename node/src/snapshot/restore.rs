//! Starting from the store: the newest good snapshot, and the blocks since.

use klero_committee::RoundContext;
use klero_finality::{Chain, ChainState, Footprint, Genesis};
use klero_sampling::Digest;

use super::{SnapshotError, Snapshots, append_footprint};
use crate::past::{PastRounds, REMEMBERED};
use crate::store::{Batch, Durability};
use crate::{BlockStore, NodeError, Restart};

/// A chain as the store holds it, and how it was come by.
pub(crate) struct Restored {
    /// The chain.
    pub(crate) chain: Chain,
    /// How.
    pub(crate) restart: Restart,
}

/// The chain as the store holds it.
///
/// # Errors
/// [`NodeError`] when the store is of another chain, fails, or lacks what no snapshot makes up for.
pub(crate) fn restore(
    genesis: &Genesis,
    blocks: &BlockStore,
    snapshots: &Snapshots,
    past: &PastRounds,
) -> Result<Restored, NodeError> {
    let fresh = Chain::new(genesis)?;
    match blocks.chain()? {
        Some(stored) if stored != fresh.id().as_bytes() => {
            return Err(NodeError::OtherChain {
                stored: hex::encode(stored),
                genesis: *fresh.id(),
            });
        }
        Some(_) => {}
        None => blocks.begin(fresh.id(), fresh.registry())?,
    }
    let head = blocks.head()?;
    let (chain, snapshot) = match newest(genesis, blocks, snapshots, past, head)? {
        Some(chain) => {
            let round = chain.round();
            (chain, Some(round))
        }
        None => (fresh, None),
    };
    let first = chain.round() + 1;
    let chain = replay(chain, blocks, snapshots, past, head)?;
    let replayed = (head + 1).saturating_sub(first);
    if head > 0 {
        tracing::info!(
            round = head,
            snapshot,
            replayed,
            "the chain was read from the store"
        );
    }
    let restart = Restart { snapshot, replayed };
    Ok(Restored { chain, restart })
}

/// The chain after the newest snapshot that is good.
fn newest(
    genesis: &Genesis,
    blocks: &BlockStore,
    snapshots: &Snapshots,
    past: &PastRounds,
    head: u64,
) -> Result<Option<Chain>, NodeError> {
    for round in snapshots
        .rounds()?
        .into_iter()
        .rev()
        .filter(|round| *round <= head)
    {
        match load(genesis, blocks, snapshots, past, round) {
            Ok(chain) => return Ok(Some(chain)),
            Err(SnapshotError::Store(error @ crate::store::StoreError::Failed(_))) => {
                return Err(error.into());
            }
            Err(error) => tracing::warn!(
                round, %error,
                "a state snapshot is of no use: an older one is read, or more blocks are replayed"
            ),
        }
    }
    Ok(None)
}

fn load(
    genesis: &Genesis,
    blocks: &BlockStore,
    snapshots: &Snapshots,
    past: &PastRounds,
    round: u64,
) -> Result<Chain, SnapshotError> {
    let block = blocks.block(round)?.ok_or(SnapshotError::Missing("its block"))?;
    let first = ChainState::first_footprint(genesis, round);
    let footprints = snapshots.footprints(first, round)?;
    if footprints.last().is_none_or(|last| last.header != block.header) {
        return Err(SnapshotError::Damaged("the row of headers before it"));
    }
    let chain = snapshots.load(genesis, round, &footprints)?;
    recall(&chain, &footprints, past);
    Ok(chain)
}

/// Fills in the rounds before a snapshot whose electorates are still known.
pub(super) fn recall(chain: &Chain, footprints: &[Footprint], past: &PastRounds) {
    let skipped = footprints.len().saturating_sub(REMEMBERED + 1);
    let mut found: Vec<(RoundContext, Digest)> = Vec::new();
    let pairs = footprints.iter().zip(footprints.iter().skip(1));
    for (before, footprint) in pairs.skip(skipped) {
        let last = found.last().map(|(context, _)| context);
        match chain.past_context(&before.header, last) {
            Some(context) => found.push((context, footprint.header.digest())),
            None => found.clear(),
        }
    }
    past.begin_with(found);
}

/// Follows the blocks after the chain's last one. Where snapshots were lost, they are made anew.
fn replay(
    mut chain: Chain,
    blocks: &BlockStore,
    snapshots: &Snapshots,
    past: &PastRounds,
    head: u64,
) -> Result<Chain, NodeError> {
    let kept = snapshots.rounds()?;
    for round in chain.round() + 1..=head {
        let block = blocks.block(round)?.ok_or(NodeError::MissingBlock(round))?;
        let context = chain.context(round);
        chain
            .replay(&block)
            .map_err(|cause| NodeError::Registry { round, cause })?;
        if let Some(context) = context {
            past.push(context, *chain.head());
        }
        let mut batch = Batch::default();
        let footprint = Footprint {
            header: block.header,
            registry: *chain.commitments(),
        };
        append_footprint(&mut batch, &footprint);
        if kept.contains(&round) || snapshots.is_lacking(round, head, &kept) {
            snapshots.append(&mut batch, &chain)?;
        }
        blocks.store().write(batch, Durability::Buffered)?;
    }
    Ok(chain)
}
