//! Rounds that are over: what their certificates are verified against.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use klero_committee::RoundContext;
use klero_sampling::Digest;

/// How many rounds are remembered. A light client walks over those since the last checkpoint, and a fork that shows
/// later than this is for people to look into.
pub(crate) const REMEMBERED: usize = 2048;

/// The contexts and final blocks of the last rounds; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct PastRounds(Arc<RwLock<VecDeque<(RoundContext, Digest)>>>);

impl PastRounds {
    /// Remembers a round that is final, with the digest of its block.
    pub(crate) fn push(&self, context: RoundContext, block: Digest) {
        let mut rounds = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if rounds.len() >= REMEMBERED {
            rounds.pop_front();
        }
        rounds.push_back((context, block));
    }

    /// Remembers these rounds and no others, in their order without a gap: those before what is pushed next.
    pub(crate) fn begin_with(&self, rounds: Vec<(RoundContext, Digest)>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rounds.into();
    }

    /// A round that is remembered.
    pub(crate) fn get(&self, round: u64) -> Option<(RoundContext, Digest)> {
        let rounds = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (first, _) = rounds.front()?;
        let place = usize::try_from(round.checked_sub(first.round())?).ok()?;
        rounds.get(place).cloned()
    }
}
