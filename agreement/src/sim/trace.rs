//! The trace: one digest over everything that happened, in order.

use borsh::BorshSerialize;
use klero_committee::sampling::{Digest, Domain};

use super::Crypto;

/// How many bytes of events are hashed at once.
const BLOCK: usize = 1 << 13;

/// A chain of hashes over events. Two runs agree in it only if they agree in every event.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    hashed: Digest,
    /// The events since, encoded one after the other.
    pending: Vec<u8>,
}

impl Trace {
    /// The trace of a run with this cryptography.
    pub(super) fn of(crypto: Crypto) -> Self {
        let mut trace = Self {
            hashed: Digest::ZERO,
            pending: Vec::with_capacity(2 * BLOCK),
        };
        trace.record(0, usize::MAX, &crypto);
        trace
    }

    /// Takes in one event: when, where, what.
    pub(super) fn record(&mut self, now: u64, node: usize, event: &impl BorshSerialize) {
        // Writing to memory does not fail.
        let _infallible = (now, node as u64).serialize(&mut self.pending);
        let _infallible = event.serialize(&mut self.pending);
        if self.pending.len() >= BLOCK {
            self.hashed = self.hash();
            self.pending.clear();
        }
    }

    pub(super) fn hash(&self) -> Digest {
        let hasher = Domain::Message.hasher().bytes(self.hashed.as_bytes());
        hasher.field(&self.pending).finish()
    }
}
