//! The place of a node in the network, whether the node is up or down.

use super::log::Log;
use super::node::{Identity, Node};

pub(super) enum Slot {
    Up(Box<Node>),
    Down(Box<Log>),
}

/// How a node's clock runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// What a timer of a thousand milliseconds takes.
    pub(super) per_mille: u32,
    /// How many milliseconds later it rings.
    pub(super) late: u64,
}

impl Default for Clock {
    fn default() -> Self {
        let (per_mille, late) = (1_000, 0);
        Self { per_mille, late }
    }
}

impl Clock {
    pub(super) fn takes(self, after: u64) -> u64 {
        (after.saturating_mul(u64::from(self.per_mille)) / 1_000).saturating_add(self.late)
    }
}

pub(super) struct Place {
    pub(super) clock: Clock,
    pub(super) identity: Identity,
    pub(super) slot: Slot,
    /// How often the node was started; what an earlier life waited for is void.
    pub(super) life: u32,
}
