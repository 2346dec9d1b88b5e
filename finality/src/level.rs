//! How final something is.

use serde::{Deserialize, Serialize};

/// Levels that a client can ask for, in ascending order [FIN-3].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Somebody with a seat proposed it.
    Proposed,
    /// A Soft quorum for it was seen.
    Staged,
    /// A Cert certificate for it was verified: it is final.
    Certified,
    /// The next final header names its certificate.
    Anchored,
    /// A checkpoint of this round or a later one was signed [FIN-4].
    Checkpointed,
}

impl Level {
    /// The level of a final block, given the last final round and the round of the last signed checkpoint, 0 before there
    /// is one.
    pub const fn of_final(round: u64, head: u64, checkpointed: u64) -> Self {
        if round <= checkpointed {
            Self::Checkpointed
        } else if round < head {
            Self::Anchored
        } else {
            Self::Certified
        }
    }
}
