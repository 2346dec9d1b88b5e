//! Why the core stops.

use klero_sampling::Digest;
use klero_stake::BlockError;
use thiserror::Error;

use crate::app::ApplicationError;
use crate::store::StoreError;

/// Why the core stopped.
#[derive(Debug, Error)]
pub enum CoreError {
    /// The disk failed; without a log nothing may be said.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The application failed.
    #[error("the application failed: {0}")]
    Application(#[from] ApplicationError),
    /// A part that the core cannot do without is gone.
    #[error("the {0} ended before the node did: see the log")]
    Gone(&'static str),
    /// A certified block that does not follow: more than the assumed share of the stake broke the rules.
    #[error("round {round}: the final block does not follow from the registry: {cause}")]
    Block {
        /// The round.
        round: u64,
        /// Why.
        cause: BlockError,
    },
    /// The genesis gives no committee for a round.
    #[error("round {0} has no committees; the genesis is wrong: check it with `klero genesis check`")]
    NoContext(u64),
    /// Two certificates that exclude each other.
    #[error(
        "round {round}: the final block of a peer is {found}, the chain of this node needs one on top of {head}"
    )]
    Fork {
        /// The round.
        round: u64,
        /// The parent that the peer's block names.
        found: Digest,
        /// The head here.
        head: Digest,
    },
}
