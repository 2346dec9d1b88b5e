//! What is held against a peer: the messages of it that were provably wrong [NET-2].
//!
//! Each rejected message takes one point of the peer's score, and time gives them back. A peer whose score is
//! used up is disconnected, and not let in again before half of it has come back. Honest peers pass on what they
//! have judged themselves and lose nothing; one that is out of date, or a mistake, is forgiven. Silence costs nothing,
//! and neither do neighbours \[D6\].
//!
//! A peer that was put out may come back as another: a peer id costs nothing. So an address is remembered too: for each
//! peer that was put out there, peers of it get half as many mistakes forgiven, down to none, until ten minutes
//! have passed for each. An honest peer of that address makes none and notices nothing.

use std::collections::HashMap;
use std::time::Duration;

use libp2p::PeerId;
use tokio::time::Instant;

use crate::address::Origin;

/// A full score, in rejected messages.
const FULL: u32 = 20;

/// The score from which a peer that had used it up is let in again.
const READMITTED: u32 = 10;

/// After how long one point comes back.
const FORGIVEN: Duration = Duration::from_secs(3);

/// After how long an address is forgiven one peer that was put out.
const ADDRESS_FORGIVEN: Duration = Duration::from_secs(600);

/// How many such peers count: the score of another is 1 by then.
const MOST_COUNTED: u32 = 5;

/// How long after its last connection a peer still stands for its address: verdicts may come late.
const LATE: Duration = Duration::from_secs(60);

/// How many peers are remembered. Beyond, the one with the least against it is forgotten.
const REMEMBERED: usize = 4096;

#[derive(Debug)]
struct Score {
    /// When the score is full again: a point for each [`FORGIVEN`] until then is missing.
    full: Instant,
    /// It was used up, and half of it is not back yet.
    out: bool,
    /// How many rejected messages use it up.
    slack: u32,
}

impl Score {
    fn missing(&self, now: Instant) -> u32 {
        count(self.full, now, FORGIVEN)
    }
}

/// How often `each` fits into what is left until then, rounded up.
fn count(until: Instant, now: Instant, each: Duration) -> u32 {
    let left = until.saturating_duration_since(now).as_nanos();
    u32::try_from(left.div_ceil(each.as_nanos())).unwrap_or(u32::MAX)
}

/// The scores that are not full, and where peers come from. Each map is bounded.
#[derive(Debug, Default)]
pub(crate) struct Scores {
    peers: HashMap<PeerId, Score>,
    /// Where a peer connects from, and until when that matters if it is gone.
    origins: HashMap<PeerId, (Origin, Option<Instant>)>,
    /// When an address is forgiven all.
    addresses: HashMap<Origin, Instant>,
}

impl Scores {
    /// A peer connects from there.
    pub(crate) fn met(&mut self, peer: PeerId, origin: Origin) {
        if self.origins.len() >= REMEMBERED {
            self.origins.retain(|_, (_, gone)| gone.is_none());
        }
        self.origins.insert(peer, (origin, None));
    }

    /// A peer has no connection any more.
    pub(crate) fn gone(&mut self, peer: &PeerId, now: Instant) {
        if let Some((_, until)) = self.origins.get_mut(peer) {
            *until = Some(now + LATE);
        }
    }

    /// The peer was caught in a lie: nothing is left of its score.
    pub(crate) fn use_up(&mut self, peer: PeerId, now: Instant) {
        for _ in 0..FULL {
            self.reject(peer, now);
        }
    }

    /// A message of the peer was rejected; whether that used up its score.
    pub(crate) fn reject(&mut self, peer: PeerId, now: Instant) -> bool {
        if !self.peers.contains_key(&peer) && self.peers.len() >= REMEMBERED {
            forget_one(&mut self.peers, |score| score.full);
        }
        let origin = self.origins.get(&peer).map(|(origin, _)| *origin);
        let slack = origin.map_or(FULL, |origin| self.slack(origin, now));
        let score = self.peers.entry(peer).or_insert(Score {
            full: now,
            out: false,
            slack,
        });
        score.full = score.full.max(now) + FORGIVEN;
        let used_up = score.missing(now) >= score.slack;
        if used_up {
            // What follows while it is being disconnected does not count.
            score.full = now + FORGIVEN * FULL;
            let is_news = !std::mem::replace(&mut score.out, true);
            if let Some(origin) = origin.filter(|_| is_news) {
                self.blame(origin, now);
            }
        }
        used_up
    }

    /// How many rejected messages use up the score of a peer from there.
    fn slack(&self, origin: Origin, now: Instant) -> u32 {
        let until = self.addresses.get(&origin);
        let put_out = until.map_or(0, |until| count(*until, now, ADDRESS_FORGIVEN));
        (FULL >> put_out.min(MOST_COUNTED)).max(1)
    }

    /// A peer from there was put out.
    fn blame(&mut self, origin: Origin, now: Instant) {
        if !self.addresses.contains_key(&origin) && self.addresses.len() >= REMEMBERED {
            forget_one(&mut self.addresses, |until| *until);
        }
        let until = self.addresses.entry(origin).or_insert(now);
        *until = ((*until).max(now) + ADDRESS_FORGIVEN).min(now + ADDRESS_FORGIVEN * MOST_COUNTED);
    }

    /// Whether the peer is to be kept out.
    pub(crate) fn is_out(&mut self, peer: &PeerId, now: Instant) -> bool {
        let Some(score) = self.peers.get_mut(peer) else {
            return false;
        };
        score.out &= score.missing(now) > FULL - READMITTED;
        score.out
    }

    /// Forgets the scores that are full again, and what else is over.
    pub(crate) fn expire(&mut self, now: Instant) {
        self.peers.retain(|_, score| score.full > now);
        self.origins
            .retain(|_, (_, until)| until.is_none_or(|until| until > now));
        self.addresses.retain(|_, until| *until > now);
    }
}

/// Forgets the entry with the least against it: whatever is forgiven first.
fn forget_one<K: Copy + Eq + std::hash::Hash, V>(map: &mut HashMap<K, V>, forgiven: impl Fn(&V) -> Instant) {
    let best = map
        .iter()
        .min_by_key(|(_, value)| forgiven(value))
        .map(|(key, _)| *key);
    if let Some(key) = best {
        map.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [NET-2]
    #[test]
    fn a_score_is_used_up_by_twenty_and_comes_back() {
        let (mut scores, start) = (Scores::default(), Instant::now());
        let peer = PeerId::random();
        for _ in 1..FULL {
            assert!(!scores.reject(peer, start));
            assert!(!scores.is_out(&peer, start));
        }
        assert!(scores.reject(peer, start) && scores.is_out(&peer, start));
        assert!(scores.reject(peer, start), "stays used up");
        assert!(scores.is_out(&peer, start + Duration::from_secs(29)));
        let back = start + Duration::from_secs(30);
        assert!(!scores.is_out(&peer, back));
        for _ in 1..READMITTED {
            assert!(!scores.reject(peer, back));
        }
        assert!(scores.reject(peer, back), "only half of it was back");
    }

    #[test]
    fn one_point_in_three_seconds_is_forgiven() {
        let (mut scores, start) = (Scores::default(), Instant::now());
        let peer = PeerId::random();
        for i in 0..1000 {
            assert!(!scores.reject(peer, start + i * FORGIVEN));
        }
        scores.expire(start + 1000 * FORGIVEN);
        assert!(scores.peers.is_empty(), "a full score takes no room");
    }

    #[test]
    fn a_crowd_does_not_make_the_worst_be_forgotten() {
        let (mut scores, start) = (Scores::default(), Instant::now());
        let worst = PeerId::random();
        while !scores.reject(worst, start) {}
        for _ in 0..2 * REMEMBERED {
            scores.reject(PeerId::random(), start);
        }
        assert_eq!(scores.peers.len(), REMEMBERED);
        assert!(scores.is_out(&worst, start));
    }

    fn origin(text: &str) -> Origin {
        Origin::of(text.parse().unwrap())
    }

    /// How many rejected messages it takes until a fresh peer of that address is put out.
    fn endures(scores: &mut Scores, from: &str, now: Instant) -> u32 {
        let peer = PeerId::random();
        scores.met(peer, origin(from));
        let mut count = 1;
        while !scores.reject(peer, now) {
            count += 1;
        }
        scores.gone(&peer, now);
        count
    }

    /// [D6] A fresh name buys less each time, at that address alone, and honest neighbours lose nothing.
    #[test]
    fn fresh_names_of_one_address_are_forgiven_less_and_less() {
        let (mut scores, start) = (Scores::default(), Instant::now());
        let neighbours: Vec<_> = (0..20).map(|_| PeerId::random()).collect();
        for neighbour in &neighbours {
            scores.met(*neighbour, origin("9.9.9.9"));
        }
        let taken: Vec<_> = (0..8).map(|_| endures(&mut scores, "9.9.9.9", start)).collect();
        assert_eq!(taken, [20, 10, 5, 2, 1, 1, 1, 1]);
        assert_eq!(endures(&mut scores, "9.9.9.8", start), 20, "next door");
        for neighbour in &neighbours {
            assert!(!scores.is_out(neighbour, start));
        }
        // Five at most are counted, and forgiven in fifty minutes.
        let later = start + 4 * ADDRESS_FORGIVEN;
        assert_eq!(endures(&mut scores, "9.9.9.9", later), 10);
        scores.expire(later + 5 * ADDRESS_FORGIVEN);
        assert!(scores.addresses.is_empty());
    }

    #[test]
    fn who_leaves_before_the_verdict_is_still_of_its_address() {
        let (mut scores, start) = (Scores::default(), Instant::now());
        let peer = PeerId::random();
        scores.met(peer, origin("9.9.9.9"));
        scores.gone(&peer, start);
        scores.expire(start + LATE / 2);
        scores.use_up(peer, start + LATE / 2);
        assert_eq!(endures(&mut scores, "9.9.9.9", start + LATE), 10);
        scores.expire(start + 2 * LATE);
        assert!(scores.origins.is_empty());
    }

    #[test]
    fn what_is_remembered_of_addresses_is_bounded() {
        let (mut scores, start) = (Scores::default(), Instant::now());
        for i in 0..2 * REMEMBERED {
            endures(&mut scores, &format!("9.9.{}.{}", i / 256, i % 256), start);
        }
        assert!(scores.addresses.len() <= REMEMBERED && scores.origins.len() <= REMEMBERED);
    }
}
