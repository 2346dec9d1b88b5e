//! What is held against a peer: the messages of it that were provably wrong [NET-2].
//!
//! Each rejected message takes one point of the peer's score, and time gives them back. A peer whose score is
//! used up is disconnected, and not let in again before half of it has come back. Honest peers pass on what they
//! have judged themselves and lose nothing; one that is out of date, or a mistake, is forgiven.

use std::collections::HashMap;
use std::time::Duration;

use libp2p::PeerId;
use tokio::time::Instant;

/// A full score, in rejected messages.
const FULL: u32 = 20;

/// The score from which a peer that had used it up is let in again.
const READMITTED: u32 = 10;

/// After how long one point comes back.
const FORGIVEN: Duration = Duration::from_secs(3);

/// How many peers are remembered. Beyond, the one with the least against it is forgotten.
const REMEMBERED: usize = 4096;

#[derive(Debug)]
struct Score {
    /// When the score is full again: a point for each [`FORGIVEN`] until then is missing.
    full: Instant,
    /// It was used up, and half of it is not back yet.
    out: bool,
}

impl Score {
    fn missing(&self, now: Instant) -> u32 {
        let points = self
            .full
            .saturating_duration_since(now)
            .as_nanos()
            .div_ceil(FORGIVEN.as_nanos());
        u32::try_from(points).unwrap_or(u32::MAX)
    }
}

/// The scores that are not full.
#[derive(Debug, Default)]
pub(crate) struct Scores(HashMap<PeerId, Score>);

impl Scores {
    /// The peer was caught in a lie: nothing is left of its score.
    pub(crate) fn use_up(&mut self, peer: PeerId, now: Instant) {
        for _ in 0..FULL {
            self.reject(peer, now);
        }
    }

    /// A message of the peer was rejected; whether that used up its score.
    pub(crate) fn reject(&mut self, peer: PeerId, now: Instant) -> bool {
        if !self.0.contains_key(&peer) && self.0.len() >= REMEMBERED {
            self.forget_one();
        }
        let score = self.0.entry(peer).or_insert(Score {
            full: now,
            out: false,
        });
        score.full = score.full.max(now) + FORGIVEN;
        let used_up = score.missing(now) >= FULL;
        if used_up {
            // What follows while it is being disconnected does not count.
            score.full = now + FORGIVEN * FULL;
            score.out = true;
        }
        used_up
    }

    /// Whether the peer is to be kept out.
    pub(crate) fn is_out(&mut self, peer: &PeerId, now: Instant) -> bool {
        let Some(score) = self.0.get_mut(peer) else {
            return false;
        };
        score.out &= score.missing(now) > FULL - READMITTED;
        score.out
    }

    /// Forgets the scores that are full again.
    pub(crate) fn expire(&mut self, now: Instant) {
        self.0.retain(|_, score| score.full > now);
    }

    fn forget_one(&mut self) {
        let best = self
            .0
            .iter()
            .min_by_key(|(_, score)| score.full)
            .map(|(peer, _)| *peer);
        if let Some(peer) = best {
            self.0.remove(&peer);
        }
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
        assert!(scores.0.is_empty(), "a full score takes no room");
    }

    #[test]
    fn a_crowd_does_not_make_the_worst_be_forgotten() {
        let (mut scores, start) = (Scores::default(), Instant::now());
        let worst = PeerId::random();
        while !scores.reject(worst, start) {}
        for _ in 0..2 * REMEMBERED {
            scores.reject(PeerId::random(), start);
        }
        assert_eq!(scores.0.len(), REMEMBERED);
        assert!(scores.is_out(&worst, start));
    }
}
