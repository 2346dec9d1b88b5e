//! The light client: follows a chain from its genesis, and trusts nothing else.
//!
//! A [`Source`] gives a block and a certificate for each round; [`verify`] checks each against the electorate,
//! the seed and the committees that the rounds before it fix [FIN-3]. [`hop`] needs no blocks: it goes by checkpoints, then
//! by headers, with the entries of the signers and their Merkle proofs. What a source says twice must agree, and
//! what it says must be the one encoding of its value, so that no byte of it can be changed unseen.

mod file;
mod hop;
mod rpc;

use klero_finality::{Chain, ChainError, FinalBlock, Genesis, LightError};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;
use serde::Serialize;
use thiserror::Error;

pub use file::FileSource;
pub use hop::{HopReport, LightSource, Start, hop};
pub use rpc::RpcSource;

/// Why a source gave no block. Nothing in it is trusted either way.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SourceError {
    /// It could not be asked, or did not answer.
    #[error("{0}")]
    Unavailable(String),
    /// What it gave is no block with a certificate, or contradicts itself.
    #[error("{0}")]
    Malformed(String),
}

/// Where blocks and certificates come from.
pub trait Source {
    /// The last round that it says it has, where it says so.
    fn head(&self) -> Option<u64>;

    /// The block and the certificate of a round; `None` past the last one. Rounds are asked for in order.
    ///
    /// # Errors
    /// [`SourceError`] when there is no answer, or one that contradicts itself.
    fn final_block(&mut self, round: u64) -> Result<Option<FinalBlock>, SourceError>;
}

/// Why a chain was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// The genesis itself is wrong.
    #[error("{0}")]
    Genesis(ChainError),
    /// A round could not be read.
    #[error("round {round}: {cause}")]
    Source {
        /// Which round.
        round: u64,
        /// Why.
        cause: SourceError,
    },
    /// A block or certificate does not verify: the source lies, or is of another chain.
    #[error("round {round}: {cause}")]
    Refused {
        /// Which round.
        round: u64,
        /// Why.
        cause: ChainError,
    },
    /// A checkpoint or a step does not verify.
    #[error("round {round}: {cause}")]
    Light {
        /// Which round.
        round: u64,
        /// Why.
        cause: LightError,
    },
    /// The source ends before the round that was asked for.
    #[error("round {round}: the source ends here, but round {wanted} is wanted")]
    Ended {
        /// The first round that is missing.
        round: u64,
        /// The round that was asked for.
        wanted: u64,
    },
}

impl VerifyError {
    /// The round at fault; none when it is the genesis.
    pub const fn round(&self) -> Option<u64> {
        match self {
            Self::Genesis(_) => None,
            Self::Source { round, .. }
            | Self::Refused { round, .. }
            | Self::Light { round, .. }
            | Self::Ended { round, .. } => Some(*round),
        }
    }
}

/// Where a verified chain arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The network's name.
    pub network: String,
    /// The chain id, which is the digest of the genesis.
    pub chain: Digest,
    /// The last verified round; 0 when the source holds none.
    pub round: u64,
    /// The digest of its header; the chain id for round 0.
    pub block: Digest,
    /// Its timestamp in milliseconds since 1970.
    pub timestamp: u64,
    /// Certificates verified, those that blocks carry of their parents not counted.
    pub certificates: u64,
    /// Their length together, in bytes.
    pub certificate_bytes: u64,
    /// The length of all payloads in bytes.
    pub payload_bytes: u64,
}

/// How far verifying is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The round that was just verified.
    pub round: u64,
    /// The last round to be verified, where it is known.
    pub last: Option<u64>,
}

/// Verifies a chain from its genesis to `to`, or to the end of the source. `progress` hears of every round.
///
/// # Errors
/// [`VerifyError`] for the first thing that is wrong.
pub fn verify(
    genesis: &Genesis,
    source: &mut dyn Source,
    to: Option<u64>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, VerifyError> {
    let mut chain = Chain::new(genesis).map_err(VerifyError::Genesis)?;
    let last = to.or(source.head());
    let mut report = Report {
        network: genesis.network.clone(),
        chain: *chain.id(),
        round: 0,
        block: *chain.head(),
        timestamp: chain.timestamp(),
        certificates: 0,
        certificate_bytes: 0,
        payload_bytes: 0,
    };
    while to.is_none_or(|to| chain.round() < to) {
        let round = chain.round() + 1;
        let found = source
            .final_block(round)
            .map_err(|cause| VerifyError::Source { round, cause })?;
        let Some(FinalBlock { block, certificate }) = found else {
            return to.map_or(Ok(report), |wanted| Err(VerifyError::Ended { round, wanted }));
        };
        chain
            .accept(&block, &certificate)
            .map_err(|cause| VerifyError::Refused { round, cause })?;
        report.round = round;
        report.block = *chain.head();
        report.timestamp = chain.timestamp();
        report.certificates += 1;
        report.certificate_bytes += certificate.encode().len() as u64;
        report.payload_bytes += block.body.payload.len() as u64;
        progress(Progress { round, last });
    }
    Ok(report)
}
