//! Waiting until an operation is in a final block.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use klero_node::api::BlockPage;
use klero_sampling::Digest;
use serde_json::Value;

use super::args::Patience;
use crate::output;
use crate::rpc::Rpc;

/// How often a node is asked for its last final round.
const LOOK: Duration = Duration::from_millis(100);

/// The round of the block with an operation; `None` when nobody asked to wait. Blocks after a round that was final
/// before it was handed in are looked at.
pub(crate) fn if_asked(
    rpc: &Rpc,
    patience: &Patience,
    digest: Digest,
    after: u64,
) -> anyhow::Result<Option<u64>> {
    let Some(seconds) = patience.wait else {
        return Ok(None);
    };
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut next = after.saturating_add(1);
    loop {
        // A node that is busy for a moment is asked again.
        let outcome = look(rpc, digest, &mut next);
        if let Ok(Some(round)) = outcome {
            return Ok(Some(round));
        }
        if Instant::now() >= until {
            outcome.with_context(|| format!("the node has it, but no answer came within {seconds} s"))?;
            bail!(
                "the node has it, but no block up to round {} does, after {seconds} s: it goes on waiting there; \
                 `{} status --rpc {}` tells whether rounds end",
                next.saturating_sub(1),
                output::program(),
                rpc.url()
            );
        }
        std::thread::sleep(LOOK);
    }
}

/// Looks at the blocks that have become final.
fn look(rpc: &Rpc, digest: Digest, next: &mut u64) -> anyhow::Result<Option<u64>> {
    let status: Value = rpc.get("/v1/status")?;
    let head = status["final_round"]
        .as_u64()
        .context("a status without a final round")?;
    while *next <= head {
        let page: BlockPage = rpc.get(&format!("/v1/blocks/{next}"))?;
        let operations = &page.body.operations;
        if operations.iter().any(|operation| operation.message() == digest) {
            return Ok(Some(*next));
        }
        *next += 1;
    }
    Ok(None)
}
