//! How a node behaves: as it should, or in one of the simple ways in which it should not.

use serde::{Deserialize, Serialize};

/// What a node does with its seats.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Behaviour {
    /// What the protocol says.
    #[default]
    Honest,
    /// Votes, but never sends a proposal, whether or not it won the draw.
    NeverProposes,
    /// Listens and says nothing at all.
    Mute,
    /// Signs a second value in every role in which it votes, and shows each half of the others one of the two.
    TwoVotes,
    /// Makes two blocks whenever it is drawn to propose a new one, and shows each half of the others one.
    TwoBlocks,
    /// Both of these.
    TwoFaced,
}

impl Behaviour {
    /// Whether the protocol's promises are made to this node: its keys sign one value in each role.
    pub const fn keeps_its_word(self) -> bool {
        matches!(self, Self::Honest | Self::NeverProposes | Self::Mute)
    }

    /// Whether rounds end at this node as they do at every honest one [MOD-2]: who says nothing cannot even ask
    /// for what it missed.
    pub(super) const fn is_promised_progress(self) -> bool {
        matches!(self, Self::Honest | Self::NeverProposes)
    }

    pub(super) const fn proposes(self) -> bool {
        !matches!(self, Self::NeverProposes | Self::Mute)
    }

    pub(super) const fn sends(self) -> bool {
        !matches!(self, Self::Mute)
    }

    pub(super) const fn doubles_votes(self) -> bool {
        matches!(self, Self::TwoVotes | Self::TwoFaced)
    }

    pub(super) const fn doubles_blocks(self) -> bool {
        matches!(self, Self::TwoBlocks | Self::TwoFaced)
    }
}
