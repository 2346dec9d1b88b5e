//! Waiting until an operation is in a final block.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use klero_node::api::{AccountPage, BlockPage};
use klero_sampling::Digest;
use serde_json::Value;

use super::args::Patience;
use crate::output;
use crate::rpc::Rpc;

/// How often a node is asked for its last final round.
const LOOK: Duration = Duration::from_millis(100);

/// Where an operation is to be found: its digest, and whose it is by account and nonce.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) digest: Digest,
    pub(crate) place: Option<(Digest, u64)>,
}

/// What waiting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The block of this round has it.
    Taken(u64),
    /// A block took another operation with its nonce: none will take it any more.
    Overtaken,
}

/// A look-out over the blocks after a round, for a limited time.
pub(crate) struct Waiting<'a> {
    rpc: &'a Rpc,
    seconds: u64,
    until: Instant,
    next: u64,
}

impl<'a> Waiting<'a> {
    /// Blocks after a round that was final before anything was handed in; `None` when nobody asked to wait.
    pub(crate) fn after(round: u64, rpc: &'a Rpc, patience: &Patience) -> Option<Self> {
        patience.wait.map(|seconds| Self {
            rpc,
            seconds,
            until: Instant::now() + Duration::from_secs(seconds),
            next: round.saturating_add(1),
        })
    }

    /// Waits until it is known what became of an operation.
    pub(crate) fn look_for(&mut self, wanted: Wanted) -> anyhow::Result<Outcome> {
        loop {
            // A node that is busy for a moment is asked again.
            let outcome = self.look(wanted);
            let is_late = Instant::now() >= self.until;
            if let Ok(Some(outcome)) = outcome
                && !(is_late && outcome == Outcome::Overtaken)
            {
                return Ok(outcome);
            }
            if is_late {
                let seconds = self.seconds;
                let outcome = outcome
                    .with_context(|| format!("the node has it, but no answer came within {seconds} s"))?;
                ensure!(
                    outcome != Some(Outcome::Overtaken),
                    "others acted for the account first, again and again for {seconds} s: it was not done; hand it in once more"
                );
                bail!(
                    "the node has it, but no block up to round {} does, after {} s: it goes on waiting there; \
                     `{} status --rpc {}` tells whether rounds end",
                    self.next.saturating_sub(1),
                    self.seconds,
                    output::program(),
                    self.rpc.url()
                );
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Looks at the blocks that have become final, up to all that the account's nonce comes from.
    fn look(&mut self, wanted: Wanted) -> anyhow::Result<Option<Outcome>> {
        let passed = match wanted.place {
            None => None,
            Some((account, nonce)) => {
                let page: AccountPage = self.rpc.get(&format!("/v1/accounts/{account}"))?;
                (page.nonce > nonce).then_some(page.round)
            }
        };
        if let Some(round) = self.find(wanted.digest)? {
            return Ok(Some(Outcome::Taken(round)));
        }
        let is_overtaken = passed.is_some_and(|round| self.next > round);
        Ok(is_overtaken.then_some(Outcome::Overtaken))
    }

    /// The round of the block with an operation, of those that have become final since the last look.
    fn find(&mut self, digest: Digest) -> anyhow::Result<Option<u64>> {
        let status: Value = self.rpc.get("/v1/status")?;
        let head = status["final_round"]
            .as_u64()
            .context("a status without a final round")?;
        while self.next <= head {
            let round = self.next;
            let page: BlockPage = self.rpc.get(&format!("/v1/blocks/{round}"))?;
            self.next += 1;
            let operations = &page.body.operations;
            if operations.iter().any(|operation| operation.message() == digest) {
                return Ok(Some(round));
            }
        }
        Ok(None)
    }
}
