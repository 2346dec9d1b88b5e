//! The oracle: what must never happen, seen from outside.
//!
//! It shares no code with what it judges. It knows nodes by number and everything else by bytes, and restates
//! three promises in its own words:
//!
//! - *agreement* [MOD-1]: whatever the network did, no two nodes finalize different blocks in one round;
//! - *validity*: what a node finalizes somebody proposed, and rounds follow each other without a gap;
//! - *word*: a node that is not told to lie never signs two values in one place [MOD-4], crashes or not.
//!
//! Progress [MOD-2] is a question of time: the run asks for it with a limit.

use std::collections::{BTreeMap, BTreeSet};

use klero_committee::Role;
use thiserror::Error;

use crate::Violation;

/// A promise that was broken, or a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Breach {
    /// Two nodes finalized different blocks.
    #[error("a fork: in round {round} node {first} and node {second} finalized different blocks")]
    Fork {
        /// The round.
        round: u64,
        /// Who finalized first.
        first: usize,
        /// Who finalized the other block.
        second: usize,
    },
    /// A final block that nobody made.
    #[error("node {node} finalized in round {round} what nobody proposed")]
    Unproposed {
        /// Who.
        node: usize,
        /// The round.
        round: u64,
    },
    /// A round finalized out of turn.
    #[error("node {node} finalized round {found} where round {expected} was next")]
    Gap {
        /// Who.
        node: usize,
        /// The round that was next.
        expected: u64,
        /// The round that it finalized.
        found: u64,
    },
    /// A node that should keep its word signed two values in one place.
    #[error("node {node} signed two values in one role of round {round}")]
    TwoValues {
        /// Who.
        node: usize,
        /// The round.
        round: u64,
    },
    /// A machine broke one of its own invariants.
    #[error("{0}")]
    Invariant(Violation),
    /// A decision without a certificate.
    #[error("no certificate could be made of the quorum of {0}")]
    NoCertificate(Role),
    /// Something handed over as verified does not verify.
    #[error("a message that its sender held for verified does not verify")]
    Unverifiable,
}

type Bytes = [u8; 32];

/// A place to speak in, as plain numbers: round, period, kind of step and k.
pub(super) type Place = (u64, u32, [u8; 5]);

/// The memory of everything promised.
#[derive(Debug, Clone, Default)]
pub(super) struct Oracle {
    made: BTreeSet<Bytes>,
    finals: BTreeMap<u64, (usize, Bytes)>,
    heights: BTreeMap<usize, u64>,
    spoken: BTreeMap<(usize, Place), [u8; 33]>,
}

impl Oracle {
    /// Somebody made a block.
    pub(super) fn proposed(&mut self, block: Bytes) {
        self.made.insert(block);
    }

    /// A node signed a value; only those that keep their word are reported.
    pub(super) fn spoke(&mut self, node: usize, place: Place, value: [u8; 33]) -> Result<(), Breach> {
        let before = *self.spoken.entry((node, place)).or_insert(value);
        if before == value {
            return Ok(());
        }
        Err(Breach::TwoValues { node, round: place.0 })
    }

    /// A node finalized a block.
    pub(super) fn decided(&mut self, node: usize, round: u64, block: Bytes) -> Result<(), Breach> {
        let height = self.heights.entry(node).or_insert(0);
        let expected = *height + 1;
        if round != expected {
            return Err(Breach::Gap {
                node,
                expected,
                found: round,
            });
        }
        *height = round;
        let (first, known) = *self.finals.entry(round).or_insert((node, block));
        if known != block {
            let second = node;
            return Err(Breach::Fork { round, first, second });
        }
        if !self.made.contains(&block) {
            return Err(Breach::Unproposed { node, round });
        }
        Ok(())
    }

    /// What the nodes that keep their word signed: who, where, what.
    pub(super) fn words(&self) -> impl Iterator<Item = (usize, Place, [u8; 33])> {
        self.spoken
            .iter()
            .map(|((node, place), value)| (*node, *place, *value))
    }

    /// The last round that a node finalized.
    pub(super) fn height(&self, node: usize) -> u64 {
        self.heights.get(&node).copied().unwrap_or(0)
    }
}
