//! Hopping: from checkpoint to checkpoint, then step by step to the head [FIN-4] [FIN-5].

use klero_finality::{Age, Genesis, LightBlock, LightClient, SignedCheckpoint, TrustedCheckpoint};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;
use serde::Serialize;

use super::{Progress, SourceError, VerifyError};

/// Where checkpoints and single steps come from.
pub trait LightSource {
    /// The last round, and the number of the last signed checkpoint, that it says it has.
    fn position(&self) -> (u64, u64);

    /// A signed checkpoint; `None` for one that it does not have.
    ///
    /// # Errors
    /// [`SourceError`] when there is no answer, or one that is no checkpoint.
    fn checkpoint(&mut self, number: u64) -> Result<Option<SignedCheckpoint>, SourceError>;

    /// One step; `None` for a round that it does not have, or not any more.
    ///
    /// # Errors
    /// [`SourceError`] when there is no answer, or one that is no step.
    fn step(&mut self, round: u64) -> Result<Option<LightBlock>, SourceError>;
}

/// Where a light client arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HopReport {
    /// The network's name.
    pub network: String,
    /// The chain id, which is the digest of the genesis.
    pub chain: Digest,
    /// The last verified round.
    pub round: u64,
    /// The digest of its header.
    pub block: Digest,
    /// Checkpoints verified.
    pub checkpoints: u64,
    /// Rounds walked over after the last of them.
    pub steps: u64,
    /// The length of all that was read, in bytes.
    pub bytes: u64,
    /// The last checkpoint, from which a later run can start.
    #[serde(skip)]
    pub trusted: Option<TrustedCheckpoint>,
}

/// Where a light client starts.
#[derive(Debug, Clone)]
pub enum Start {
    /// At the genesis.
    Genesis,
    /// At a checkpoint that somebody trustworthy named, unless it is too old \[C7\].
    Checkpoint(Box<TrustedCheckpoint>, Age),
}

/// Hops from a start by checkpoints and walks from the last of them to `to`, or to the head of the source.
///
/// # Errors
/// [`VerifyError`] for the first thing that is wrong or missing.
pub fn hop(
    genesis: &Genesis,
    start: &Start,
    source: &mut dyn LightSource,
    to: Option<u64>,
    progress: &mut dyn FnMut(Progress),
) -> Result<HopReport, VerifyError> {
    let refused = |round, cause| VerifyError::Light { round, cause };
    let client = match start {
        Start::Genesis => LightClient::new(genesis),
        Start::Checkpoint(trusted, age) => LightClient::from_checkpoint(genesis, trusted, *age),
    };
    let mut client = client.map_err(|cause| refused(0, cause))?;
    let first = client.checkpoint();
    let mut trusted = None;
    let (head, last) = source.position();
    let target = to.unwrap_or(head);
    let (mut bytes, mut steps) = (0, 0);
    while client.checkpoint() < last {
        let number = client.checkpoint() + 1;
        let round = genesis.checkpoints.round_of(number);
        if round > target {
            break;
        }
        let signed = source
            .checkpoint(number)
            .map_err(|cause| VerifyError::Source { round, cause })?;
        // One that this source never saw signed is walked over.
        let Some(signed) = signed else { break };
        client.hop(&signed).map_err(|cause| refused(round, cause))?;
        bytes += signed.encode().len() as u64;
        trusted = Some(TrustedCheckpoint {
            header: signed.header,
            next_electorate: signed.next_electorate,
        });
        progress(Progress {
            round,
            last: Some(target),
        });
    }
    while client.round() < target {
        let round = client.round() + 1;
        let step = source
            .step(round)
            .map_err(|cause| VerifyError::Source { round, cause })?;
        let Some(step) = step else {
            return Err(VerifyError::Ended {
                round,
                wanted: target,
            });
        };
        client.walk(&step).map_err(|cause| refused(round, cause))?;
        bytes += step.encode().len() as u64;
        steps += 1;
        progress(Progress {
            round,
            last: Some(target),
        });
    }
    Ok(HopReport {
        network: genesis.network.clone(),
        chain: *client.chain(),
        round: client.round(),
        block: *client.head(),
        checkpoints: client.checkpoint() - first,
        steps,
        bytes,
        trusted,
    })
}
