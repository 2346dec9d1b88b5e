//! What a run tells of itself: what was decided, and why it ended.

use std::fmt;
use std::sync::Arc;

use klero_committee::sampling::Digest;
use thiserror::Error;

use super::{Breach, Broken, Crypto, Run};

/// A round as one node finished it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The round.
    pub round: u64,
    /// The period of the Cert quorum.
    pub period: u32,
    /// The final block.
    pub block: Digest,
    /// When, in virtual milliseconds.
    pub at: u64,
}

/// Why a run ended before it should.
#[derive(Clone, Error)]
#[error("seed {seed}, {crypto}, after {at} ms: {stop}")]
pub struct Failure {
    /// The seed of the run.
    pub seed: u64,
    /// What its draws and signatures were made of.
    pub crypto: Crypto,
    /// The virtual time in milliseconds.
    pub at: u64,
    /// What happened.
    pub stop: Stop,
    /// All that led to it.
    pub run: Arc<Run>,
}

/// The run is left out: it follows from the rest.
impl PartialEq for Failure {
    fn eq(&self, other: &Self) -> bool {
        (self.seed, self.crypto, self.at) == (other.seed, other.crypto, other.at) && self.stop == other.stop
    }
}

impl Eq for Failure {}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What ended a run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Stop {
    /// A promise was broken.
    #[error("{0}")]
    Breach(#[from] Breach),
    /// A node found a rule broken.
    #[error("{0}")]
    Broken(Broken),
    /// The nodes that take part did not all reach the round in time.
    #[error("round {wanted} is not final everywhere: the nodes stand at {heights:?}")]
    Stalled {
        /// The round that was asked for.
        wanted: u64,
        /// The last final round of each node.
        heights: Vec<u64>,
    },
}
