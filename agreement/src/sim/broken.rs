//! What a node finds wrong with itself: its own checks, not the oracle's.

use klero_committee::Role;
use thiserror::Error;

use crate::Violation;

/// A rule that a node saw itself or another break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Broken {
    /// A machine broke one of its own invariants.
    #[error("{0}")]
    Invariant(Violation),
    /// The machine decided by a quorum of which no certificate could be made.
    #[error("no certificate could be made of the quorum of {0}")]
    NoCertificate(Role),
    /// Something received as verified does not verify.
    #[error("a message that its sender held for verified does not verify")]
    Unverifiable,
}
