//! The doors of nodes: copies that change nothing are known before anyone is asked.
//!
//! In a network that passes everything on, a node hears most of what it knows seven times more. Whether that is so is
//! kept where many nodes' answers lie side by side, because looking into ten thousand nodes in turn is what takes the
//! time of a large run. It is a shortcut for the simulation alone: no node does other than it would.

use std::sync::atomic::{AtomicU64, Ordering};

use super::message::Envelope;

/// The round in which each node is; 0 for one that was started again, and has forgotten what it saw.
#[derive(Debug, Clone)]
pub(super) struct Doors(Vec<u64>);

impl Doors {
    pub(super) fn new(nodes: usize) -> Self {
        Self(vec![0; nodes])
    }

    /// Whether a message would change nothing at a node: it is of an earlier round, or a copy of one in the open
    /// round that the node has taken in.
    pub(super) fn turn_away(&self, node: usize, envelope: &Envelope) -> bool {
        let open = self.0.get(node).copied().unwrap_or(0);
        let is_gossip = !envelope.numbers().is_empty();
        is_gossip && (envelope.round < open || envelope.round == open && envelope.is_marked(node))
    }

    /// Notes in which round a node is, in which of its lives.
    pub(super) fn note(&mut self, node: usize, life: u32, round: u64) {
        if let Some(open) = self.0.get_mut(node) {
            *open = if life == 1 { round } else { 0 };
        }
    }
}

/// One bit for each node.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<AtomicU64>);

impl Marks {
    pub(super) fn new(nodes: usize) -> Self {
        Self((0..nodes.div_ceil(64)).map(|_| AtomicU64::new(0)).collect())
    }

    pub(super) fn set(&self, node: usize) {
        if let Some(word) = self.0.get(node / 64) {
            // One thread runs a network: no order between words is needed.
            word.fetch_or(1 << (node % 64), Ordering::Relaxed);
        }
    }

    pub(super) fn has(&self, node: usize) -> bool {
        let word = self.0.get(node / 64);
        word.is_some_and(|word| word.load(Ordering::Relaxed) & (1 << (node % 64)) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_each_nodes_own() {
        let marks = Marks::new(130);
        for node in [0, 63, 64, 129] {
            marks.set(node);
        }
        let marked: Vec<usize> = (0..200).filter(|node| marks.has(*node)).collect();
        assert_eq!(marked, [0, 63, 64, 129]);
    }
}
