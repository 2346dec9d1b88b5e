//! Signs that a peer is ahead of this node: one a peer, whatever it sends.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use klero_net::PeerId;
use tokio::sync::Notify;

/// The rounds that peers spoke of, as who hears them and who asks those peers share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hints(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    rounds: Mutex<BTreeMap<PeerId, u64>>,
    heard: Notify,
}

impl Hints {
    /// A peer spoke of a round; 0 if it only appeared.
    pub(crate) fn note(&self, peer: PeerId, round: u64) {
        let mut rounds = self.0.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        let known = rounds.entry(peer).or_default();
        *known = round.max(*known);
        drop(rounds);
        self.0.heard.notify_one();
    }

    /// Waits until something was heard since it was last taken.
    pub(crate) async fn heard(&self) {
        self.0.heard.notified().await;
    }

    /// Takes what was heard.
    pub(crate) fn take(&self) -> BTreeMap<PeerId, u64> {
        std::mem::take(&mut self.0.rounds.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_gives_one_hint_whatever_it_sends() {
        let hints = Hints::default();
        let (loud, quiet) = (PeerId::random(), PeerId::random());
        (0..10_000).for_each(|round| hints.note(loud, round));
        hints.note(quiet, 5);
        assert_eq!(hints.take(), BTreeMap::from([(loud, 9_999), (quiet, 5)]));
        assert!(hints.take().is_empty());
    }
}
