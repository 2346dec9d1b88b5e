//! How a node behaves: as it should, or as one of the adversaries.

use serde::{Deserialize, Serialize};

/// What a node does with its keys. Each adversary is a small file in `sim/adversary`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Behaviour {
    /// What the protocol says.
    #[default]
    Honest,
    /// Votes, but never sends a proposal, whether or not it won the draw.
    NeverProposes,
    /// Listens and says nothing at all.
    Mute,
    /// Signs two values in every role of the present period, whether or not it votes in it, and one more in Next.
    Equivocating,
    /// Makes two blocks whenever it is drawn to propose a new one, and shows each half of the others one.
    TwoBlocks,
    /// [`Behaviour::Equivocating`] and [`Behaviour::TwoBlocks`].
    TwoFaced,
    /// Sends some nodes nothing that is or completes a quorum.
    Withholding {
        /// A bit for each victim, the lowest for node 0; only the first 64 nodes can be victims.
        victims: u64,
    },
    /// Sends everything at the worst moment for its content.
    Delaying,
    /// Sends again what it heard, with rising attempt counters.
    Replaying,
    /// Votes and proposes in later periods, rounds and Next steps too.
    FarRounds,
    /// Where it may propose it takes whichever of two seeds suits its keys [SEED-6].
    SeedChoosing,
}

impl Behaviour {
    /// All adversaries. Of those that have victims, the one that has none.
    pub const ADVERSARIES: [Self; 10] = [
        Self::NeverProposes,
        Self::Mute,
        Self::Equivocating,
        Self::TwoBlocks,
        Self::TwoFaced,
        Self::Withholding { victims: 0 },
        Self::Delaying,
        Self::Replaying,
        Self::FarRounds,
        Self::SeedChoosing,
    ];

    /// Whether the protocol's promises are made to this node: its keys sign one value in each role.
    pub const fn keeps_its_word(self) -> bool {
        !matches!(
            self,
            Self::Equivocating | Self::TwoBlocks | Self::TwoFaced | Self::FarRounds
        )
    }

    /// Whether rounds end at this node as they do at every honest one [MOD-2]: who says nothing cannot even ask
    /// for what it missed.
    pub(super) const fn is_promised_progress(self) -> bool {
        matches!(self, Self::Honest | Self::NeverProposes)
    }
}
