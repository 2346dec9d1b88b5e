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

/// The most peers that are remembered when they are gone.
const MOST_GONE: usize = 256;

#[derive(Debug, Default)]
struct Book {
    present: BTreeMap<PeerId, Entry>,
    /// Since when others are gone.
    gone: BTreeMap<PeerId, Instant>,
}

/// The peers, as who hears them and who shows them share it. No larger than the network lets peers in.
#[derive(Debug, Clone, Default)]
pub struct PeerBook(Arc<RwLock<Book>>);

impl PeerBook {
    /// A peer is there.
    pub(crate) fn connected(&self, peer: PeerId) {
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        book.gone.remove(&peer);
        book.present.entry(peer).or_insert(Entry {
            since: Instant::now(),
            messages: 0,
            round: 0,
            heard: None,
        });
    }

    /// A peer is gone.
    pub(crate) fn gone(&self, peer: &PeerId) {
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        book.present.remove(peer);
        book.gone.insert(*peer, Instant::now());
        if book.gone.len() > MOST_GONE {
            let first = book.gone.iter().min_by_key(|(_, since)| **since);
            if let Some(first) = first.map(|(peer, _)| *peer) {
                book.gone.remove(&first);
            }
        }
    }

    /// A peer brought a message of a round, or of none.
    pub(crate) fn heard(&self, peer: &PeerId, round: Option<u64>) {
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = book.present.get_mut(peer) {
            entry.messages += 1;
            entry.round = entry.round.max(round.unwrap_or(0));
            entry.heard = Some(Instant::now());
        }
    }

    /// The peers that went after `moment` and did not come back, with the moments when they did.
    pub(crate) fn gone_after(&self, moment: Instant) -> Vec<(PeerId, Instant)> {
        let book = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let gone = book.gone.iter().map(|(peer, since)| (*peer, *since));
        gone.filter(|(_, since)| *since >= moment).collect()
    }

    /// When the newest of the peers came.
    pub(crate) fn newest(&self) -> Option<Instant> {
        let book = self.0.read().unwrap_or_else(PoisonError::into_inner);
        book.present.values().map(|entry| entry.since).max()
    }

    /// The round that half of the peers spoke of, or a later one: one that lies does not move it.
    pub(crate) fn round(&self) -> u64 {
        let book = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut rounds: Vec<u64> = book.present.values().map(|entry| entry.round).collect();
        rounds.sort_unstable();
        rounds.get(rounds.len() / 2).copied().unwrap_or(0)
    }

    /// The peers in the order of their ids.
    pub(crate) fn list(&self) -> Vec<PeerItem> {
        let book = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let item = |(peer, entry): (&PeerId, &Entry)| PeerItem {
            peer: peer.to_string(),
            connected_seconds: entry.since.elapsed().as_secs(),
            messages: entry.messages,
            round: entry.round,
            silent_seconds: entry.heard.map(|heard| heard.elapsed().as_secs()),
        };
        book.present.iter().map(item).collect()
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

    #[test]
    fn who_went_is_named_until_it_comes_back() {
        let (book, start) = (PeerBook::default(), Instant::now());
        let (one, other) = (PeerId::random(), PeerId::random());
        for peer in [one, other] {
            book.connected(peer);
            book.gone(&peer);
        }
        book.connected(one);
        let gone = book.gone_after(start);
        assert_eq!(gone.iter().map(|(peer, _)| *peer).collect::<Vec<_>>(), [other]);
        assert_eq!(book.gone_after(Instant::now()), []);
        assert!(book.newest() >= Some(start));
        for _ in 0..2 * MOST_GONE {
            book.gone(&PeerId::random());
        }
        assert_eq!(book.gone_after(start).len(), MOST_GONE);
    }

    #[test]
    fn one_peer_alone_does_not_say_how_far_the_others_are() {
        let book = PeerBook::default();
        assert_eq!(book.round(), 0);
        for round in [10, 11, 1_000_000] {
            let peer = PeerId::random();
            book.connected(peer);
            book.heard(&peer, Some(round));
        }
        assert_eq!(book.round(), 11);
    }
}
