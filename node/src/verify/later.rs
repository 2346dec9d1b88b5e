//! Votes that are not due: for late Next steps, or for periods that this node is not near.
//!
//! A member may sign any number of them, all good, and each takes as much work as one that decides the round [C3]. So
//! they wait in a room of their own, of which each peer has a share, and are verified at a pace, in turn of the peers
//! that brought them. When the node gets to their step they are due, and wait no longer.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound::{Excluded, Unbounded};
use std::time::{Duration, Instant};

use klero_committee::Role;
use klero_net::PeerId;

use super::Job;

/// The most messages that wait, altogether and of one peer.
const MOST: usize = 1024;
const MOST_OF_PEER: usize = 128;

/// The pace in the long run: one role each time. All votes of a role that wait are verified together.
const INTERVAL: Duration = Duration::from_millis(20);
/// How many roles may be verified at once after a quiet time.
const BURST: u32 = 8;

/// The votes that are not due.
#[derive(Debug, Default)]
pub(super) struct Later {
    of_peers: BTreeMap<PeerId, VecDeque<Job>>,
    count: usize,
    /// Whose turn was last.
    last: Option<PeerId>,
    /// When the burst is full again.
    full: Option<Instant>,
}

impl Later {
    /// Takes in a message of a peer; gives it back where there is no room.
    pub(super) fn push(&mut self, peer: PeerId, job: Job) -> Option<Job> {
        let of_peer = self.of_peers.entry(peer).or_default();
        if self.count >= MOST || of_peer.len() >= MOST_OF_PEER {
            return Some(job);
        }
        of_peer.push_back(job);
        self.count += 1;
        None
    }

    /// How long until something may be taken; none if nothing waits.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        let due = self
            .full
            .and_then(|full| full.checked_sub(INTERVAL * (BURST - 1)));
        (self.count > 0).then(|| due.map_or(Duration::ZERO, |due| due.saturating_duration_since(now)))
    }

    /// The first message of the peer whose turn it is, and all others of its role; none before their time.
    pub(super) fn pop(&mut self, now: Instant) -> Option<Vec<Job>> {
        if self.wait(now)? > Duration::ZERO {
            return None;
        }
        let after = self.last.map_or(Unbounded, Excluded);
        let mut turns = self.of_peers.range((after, Unbounded)).chain(&self.of_peers);
        let (peer, jobs) = turns.find(|(_, jobs)| !jobs.is_empty())?;
        let role = jobs.front()?.role()?;
        self.last = Some(*peer);
        self.full = Some(self.full.map_or(now, |full| full.max(now)) + INTERVAL);
        Some(self.take(|of| of == role))
    }

    /// Takes all messages whose roles are wanted.
    pub(super) fn take(&mut self, is_wanted: impl Fn(Role) -> bool) -> Vec<Job> {
        let mut taken = Vec::new();
        for jobs in self.of_peers.values_mut() {
            let (wanted, others): (VecDeque<Job>, VecDeque<Job>) =
                jobs.drain(..).partition(|job| job.role().is_some_and(&is_wanted));
            *jobs = others;
            taken.extend(wanted);
        }
        self.of_peers.retain(|_, jobs| !jobs.is_empty());
        self.count = self.count.saturating_sub(taken.len());
        taken
    }
}

#[cfg(test)]
mod tests {
    use klero_committee::{Step, Value, VoteBundle};

    use super::*;
    use crate::wire::Message;

    fn vote(k: u32) -> Job {
        let bundle = VoteBundle {
            role: Role::new(3, 0, Step::Next(k)),
            value: Value::Bottom,
            votes: Vec::new(),
        };
        Job::own(Message::Votes(bundle))
    }

    fn steps(batch: Option<Vec<Job>>) -> Vec<u32> {
        let jobs = batch.into_iter().flatten();
        let step = |job: Job| match job.role()?.step {
            Step::Next(k) => Some(k),
            _ => None,
        };
        jobs.filter_map(step).collect()
    }

    /// A peer that comes before or after others by its id.
    fn peers() -> [PeerId; 2] {
        let mut peers = [PeerId::random(), PeerId::random()];
        peers.sort();
        peers
    }

    // [C3]
    #[test]
    fn a_pace_is_kept_whatever_comes() {
        let start = Instant::now();
        let (mut later, peer) = (Later::default(), PeerId::random());
        let (mut taken, mut k) = (0, 0);
        for millisecond in 0..1000 {
            for _ in 0..10 {
                k += 1;
                let _full = later.push(peer, vote(k));
            }
            let now = start + Duration::from_millis(millisecond);
            taken += std::iter::from_fn(|| later.pop(now)).count();
        }
        assert_eq!(taken, 8 + 49, "eight at once, then one every 20 ms");
    }

    // [C3]
    #[test]
    fn peers_take_turns_and_each_has_its_share() {
        let now = Instant::now();
        let (mut later, [loud, quiet]) = (Later::default(), peers());
        let refused = (0..1000).filter_map(|k| later.push(loud, vote(k))).count();
        assert_eq!(refused, 1000 - MOST_OF_PEER);
        for k in [2000, 2001] {
            assert!(later.push(quiet, vote(k)).is_none());
        }
        let order = std::iter::from_fn(|| later.pop(now))
            .take(4)
            .map(|batch| steps(Some(batch)));
        assert_eq!(order.collect::<Vec<_>>().concat(), [0, 2000, 1, 2001]);
    }

    #[test]
    fn all_votes_of_a_role_are_taken_together() {
        let now = Instant::now();
        let (mut later, [first, second]) = (Later::default(), peers());
        for (peer, k) in [(first, 5), (first, 6), (second, 7), (second, 5)] {
            assert!(later.push(peer, vote(k)).is_none());
        }
        assert_eq!(steps(later.pop(now)), [5, 5]);
        assert_eq!(steps(later.pop(now)), [7]);
        assert_eq!(steps(Some(later.take(|_| true))), [6]);
        assert_eq!(later.wait(now), None);
        assert!(
            later.of_peers.is_empty(),
            "nothing is kept of peers that have nothing here"
        );
    }

    #[test]
    fn it_is_known_how_long_to_wait() {
        let start = Instant::now();
        let (mut later, peer) = (Later::default(), PeerId::random());
        for k in 0..20 {
            assert!(later.push(peer, vote(k)).is_none());
        }
        assert_eq!(later.wait(start), Some(Duration::ZERO));
        assert_eq!(std::iter::from_fn(|| later.pop(start)).count(), 8);
        assert_eq!(later.wait(start), Some(INTERVAL));
        assert!(later.pop(start + INTERVAL).is_some());
        assert_eq!(later.wait(start + INTERVAL), Some(INTERVAL));
    }
}
