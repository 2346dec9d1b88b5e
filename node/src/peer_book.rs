//! The peers of this moment, with what each was heard to say.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use klero_net::PeerId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A peer that is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeerItem {
    /// The peer's id.
    pub peer: String,
    /// For how many seconds it has been connected.
    pub connected_seconds: u64,
    /// Messages that it brought, its own and others'.
    pub messages: u64,
    /// The highest round of which it brought a message: a claim until it is verified.
    pub round: u64,
    /// Seconds since its last message; none before the first.
    pub silent_seconds: Option<u64>,
}

#[derive(Debug)]
struct Entry {
    since: Instant,
    messages: u64,
    round: u64,
    heard: Option<Instant>,
}

/// The peers, as who hears them and who shows them share it. No larger than the network lets peers in.
#[derive(Debug, Clone, Default)]
pub struct PeerBook(Arc<RwLock<BTreeMap<PeerId, Entry>>>);

impl PeerBook {
    /// A peer is there.
    pub(crate) fn connected(&self, peer: PeerId) {
        let mut peers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        peers.entry(peer).or_insert(Entry {
            since: Instant::now(),
            messages: 0,
            round: 0,
            heard: None,
        });
    }

    /// A peer is gone.
    pub(crate) fn gone(&self, peer: &PeerId) {
        let mut peers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        peers.remove(peer);
    }

    /// A peer brought a message of a round, or of none.
    pub(crate) fn heard(&self, peer: &PeerId, round: Option<u64>) {
        let mut peers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = peers.get_mut(peer) {
            entry.messages += 1;
            entry.round = entry.round.max(round.unwrap_or(0));
            entry.heard = Some(Instant::now());
        }
    }

    /// The peers in the order of their ids.
    pub(crate) fn list(&self) -> Vec<PeerItem> {
        let peers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let item = |(peer, entry): (&PeerId, &Entry)| PeerItem {
            peer: peer.to_string(),
            connected_seconds: entry.since.elapsed().as_secs(),
            messages: entry.messages,
            round: entry.round,
            silent_seconds: entry.heard.map(|heard| heard.elapsed().as_secs()),
        };
        peers.iter().map(item).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_not_connected_is_not_kept() {
        let book = PeerBook::default();
        let (one, other) = (PeerId::random(), PeerId::random());
        book.connected(one);
        book.heard(&one, Some(7));
        book.heard(&one, Some(3));
        book.heard(&other, Some(9));
        let list = book.list();
        assert_eq!(list.len(), 1);
        assert_eq!((list[0].messages, list[0].round), (2, 7));
        book.gone(&one);
        assert_eq!(book.list(), []);
    }
}
