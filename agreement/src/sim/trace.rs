//! The trace: one digest over everything that happened, in order.

use borsh::BorshSerialize;
use klero_committee::sampling::{Digest, Domain};

use super::Crypto;

/// A chain of hashes over events. Two runs agree in it only if they agree in every event.
#[derive(Debug, Clone, Default)]
pub(super) struct Trace(Digest);

impl Trace {
    /// The trace of a run with this cryptography.
    pub(super) fn of(crypto: Crypto) -> Self {
        let mut trace = Self::default();
        trace.record(0, usize::MAX, &crypto);
        trace
    }

    /// Takes in one event: when, where, what.
    pub(super) fn record(&mut self, now: u64, node: usize, event: &impl BorshSerialize) {
        let hasher = Domain::Message.hasher().bytes(self.0.as_bytes());
        self.0 = hasher.field(&(now, node as u64)).field(event).finish();
    }

    pub(super) const fn hash(&self) -> Digest {
        self.0
    }
}
