//! Silence, in whole or in part.

use super::{Effect, Node, Strategy};

/// Listens and says nothing: no vote, no proposal, no answer, nothing passed on.
pub(super) struct Mute;

impl Strategy for Mute {
    fn proposes(&self) -> bool {
        false
    }

    fn acts(&mut self, _: &mut Node, mut wanted: Vec<Effect>) -> Vec<Effect> {
        wanted.retain(|effect| !matches!(effect, Effect::Send { .. }));
        wanted
    }
}

/// Votes, and leaves the blocks to others.
pub(super) struct NeverProposes;

impl Strategy for NeverProposes {
    fn proposes(&self) -> bool {
        false
    }
}
