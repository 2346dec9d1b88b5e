//! The end of a round: the block is stored, the application executes it, the next round begins.

use std::sync::Arc;
use std::time::Instant;

use klero_agreement::{Input, RoundStart};
use klero_committee::{Role, Step, Value};
use klero_finality::{Block, FinalBlock, Footprint};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;

use super::silence::Silence;
use super::speak::OwnMessages;
use super::{Core, CoreError};
use crate::BlockStore;
use crate::app_thread::Request;
use crate::events::{FinalEvent, NodeEvent, now_us};
use crate::snapshot;
use crate::store::{Batch, Durability};
use crate::view::View;

impl Core {
    /// [BA-8]: this node saw a Cert quorum and holds the block.
    pub(super) fn on_decided(&mut self, role: Role, digest: Digest) -> Result<(), CoreError> {
        if role.round != self.chain.round() + 1 {
            return Ok(());
        }
        let certificate = self.certificates.get(&(role, Value::Block(digest)));
        let (Some(certificate), Some(block)) = (certificate, self.bodies.get(&digest)) else {
            tracing::error!(%role, "a decided block or its certificate is not held");
            return Ok(());
        };
        let block = FinalBlock {
            block: Block::clone(block),
            certificate: certificate.as_unverified().clone(),
        };
        // A round whose parent is younger than this process cannot be replayed from an earlier time.
        let saw_parent = self.saw_parent();
        self.note_decided(role);
        if !self.finalize(block, None)? {
            self.decide_later(role, digest);
            return Ok(());
        }
        if saw_parent {
            self.saw_round_end()?;
        }
        self.saw_begin = true;
        self.begin_round()
    }

    /// Blocks that others made final, verified against this chain. Says whether any is new.
    pub(super) fn on_final(&mut self, blocks: Vec<FinalBlock>) -> Result<bool, CoreError> {
        let mut is_useful = false;
        let last = blocks.last().map(|block| block.block.header.round);
        for block in blocks {
            let header = &block.block.header;
            if header.round != self.chain.round() + 1 {
                continue;
            }
            if header.parent != *self.chain.head() {
                let (round, found, head) = (header.round, header.parent, *self.chain.head());
                return Err(CoreError::Fork { round, found, head });
            }
            self.look_for_own_signature(&block)?;
            // The last write takes those before it to the disk. What a crash loses until then, no vote hangs on.
            let durability = if Some(header.round) == last {
                Durability::Synced
            } else {
                Durability::Buffered
            };
            if !self.finalize(block, Some(durability))? {
                break;
            }
            is_useful = true;
        }
        if is_useful {
            self.saw_begin = false;
            self.begin_round()?;
        }
        Ok(is_useful)
    }

    /// Stores a final block. The vote log of its round goes with the same write. One learnt from a peer's store may
    /// be written together with those after it. Says whether it is stored: on a full disk it is not, and nothing changes.
    fn finalize(&mut self, block: FinalBlock, learnt: Option<Durability>) -> Result<bool, CoreError> {
        let synced = learnt.is_some();
        let context = self.chain.context(block.block.header.round);
        let Some(receipts) = self.store(&block, learnt.unwrap_or(Durability::Synced))? else {
            return Ok(false);
        };
        let FinalBlock { block, certificate } = block;
        let (digest, header) = (*self.chain.head(), &block.header);
        if let Some(context) = context.clone() {
            self.links.past.push(context, digest);
        }
        let seats = context.and_then(|context| {
            let verified = self.certificates.get(&(certificate.role, certificate.value));
            let lottery = context.lottery(Step::Cert);
            let seats = verified.map(|certificate| lottery.in_seats(certificate.weight()));
            Some((seats, lottery.in_seats(context.threshold(Step::Cert)?)))
        });
        let (seats, threshold) = seats.unwrap_or_default();
        let (votes, votes_with_proof) = if synced { (0, 0) } else { self.counted };
        let took = (!synced).then(|| self.round_began.elapsed());
        let event = FinalEvent {
            round: header.round,
            period: certificate.role.period,
            block: digest,
            at_us: now_us(),
            finality_us: took.map(|took| u64::try_from(took.as_micros()).unwrap_or(u64::MAX)),
            transactions: crate::app::unpack(&block.body.payload).map_or(0, |list| list.len() as u64),
            seats: seats.unwrap_or(threshold),
            threshold,
            signers: certificate.signers.count() as u64,
            proven: certificate.proven.count() as u64,
            certificate_bytes: certificate.encode().len() as u64,
            votes,
            votes_with_proof,
            synced,
        };
        self.links.metrics.finalized(&event, took);
        tracing::info!(
            round = event.round,
            period = event.period,
            transactions = event.transactions,
            synced,
            "final"
        );
        self.links.status.update(|status| {
            (status.final_round, status.final_block) = (event.round, digest);
            status.final_timestamp = header.timestamp;
        });
        self.emit(NodeEvent::Final(event));
        self.on_registry(&block, receipts);
        self.note_checkpoint(&block.header);
        self.lookout.finalized();
        self.ask(Request::Finalize(Arc::new(block)))?;
        Ok(true)
    }

    /// Writes the block with all that goes with it, in one batch: the end of its round in the vote log, its footprint,
    /// and now and then a snapshot of the chain after it. Only then does the chain go on.
    fn store(
        &mut self,
        block: &FinalBlock,
        durability: Durability,
    ) -> Result<Option<Vec<klero_stake::Receipt>>, CoreError> {
        let round = block.block.header.round;
        let mut chain = self.chain.clone();
        let receipts = chain
            .advance(&block.block)
            .map_err(|cause| CoreError::Block { round, cause })?;
        let mut batch = Batch::default();
        BlockStore::append(&mut batch, block);
        let footprint = Footprint {
            header: block.block.header.clone(),
            registry: *chain.commitments(),
        };
        snapshot::append_footprint(&mut batch, &footprint);
        if self.links.snapshots.is_due(round) {
            self.links.snapshots.append(&mut batch, &chain)?;
        }
        self.log.clear(&mut batch);
        let stored = self.links.blocks.store().write(batch, durability);
        if self.written(stored)?.is_none() {
            return Ok(None);
        }
        self.log.cleared();
        self.chain = chain;
        Ok(Some(receipts))
    }

    /// [BA-1]: block r − 1 is final and its body held: round r begins.
    fn begin_round(&mut self) -> Result<(), CoreError> {
        let round = self.chain.round() + 1;
        let context = self.chain.context(round).ok_or(CoreError::NoContext(round))?;
        self.links
            .view
            .set(View::new(self.chain.clone(), self.links.past.clone()));
        if let Some(arrival) = self.lowest_after.take() {
            self.filter.record(arrival);
        }
        let timing = context.profile().timing;
        let filter = self.filter.estimate(timing.filter_min, timing.filter_max);
        let start = RoundStart::new(&context, filter);
        self.context = context;
        self.round_began = Instant::now();
        self.counted = (0, 0);
        self.proposing = None;
        self.own = OwnMessages::default();
        self.due.clear();
        self.links.votes.begin(round);
        if let Some(Silence::Starting(starting)) = &mut self.silence {
            starting.round_began();
        }
        self.certificates.clear();
        self.relays.forget_before(round);
        self.timers.forget_before(round);
        self.timestamps.retain(|_, (of, _)| *of >= round);
        self.tell(Input::Start(start))?;
        self.sign_checkpoints()?;
        self.prune_bodies();
        for digest in self.bodies.digests() {
            self.check_body(&digest);
        }
        Ok(())
    }
}
