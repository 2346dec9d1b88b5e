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
    use std::sync::{Arc, OnceLock};

    use klero_committee::sampling::Digest;

    use super::super::message::{Label, Message};
    use super::*;

    fn envelope(round: u64, numbers: Vec<u32>) -> Envelope {
        let label = Label {
            numbers,
            bytes: 0,
            marks: Marks::new(2),
        };
        Envelope {
            round,
            seed: Digest::ZERO,
            attempt: 0,
            message: Message::Sync(round),
            label: OnceLock::from(Arc::new(label)),
        }
    }

    #[test]
    fn only_what_would_change_nothing_is_turned_away() {
        let mut doors = Doors::new(2);
        let now = envelope(5, vec![0]);
        assert!(
            !doors.turn_away(0, &envelope(4, vec![0])),
            "nothing is known of the node"
        );
        doors.note(0, 1, 5);
        assert!(doors.turn_away(0, &envelope(4, vec![0])));
        assert!(
            !doors.turn_away(0, &envelope(4, Vec::new())),
            "a question is answered at any time"
        );
        assert!(!doors.turn_away(0, &now), "not taken in yet");
        now.mark(0);
        assert!(doors.turn_away(0, &now));
        assert!(!doors.turn_away(1, &now), "by another node");
        let early = envelope(6, vec![0]);
        early.mark(0);
        assert!(!doors.turn_away(0, &early), "it tells that others are ahead");
        doors.note(0, 2, 5);
        assert!(
            !doors.turn_away(0, &now),
            "what was taken in before a restart is forgotten"
        );
    }

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
