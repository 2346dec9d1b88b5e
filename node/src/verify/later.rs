//! Votes that are not due: for late Next steps, or for periods that this node is not near.
//!
//! A member may sign any number of them, all good, and each takes as much work as one that decides the round [C3]. So
//! they wait in a room of their own, of which each peer has a share, and are verified at a pace, in turn of the peers
//! that brought them. When the node gets to their step they are due, and wait no longer. Where there is no room, the
//! newest of a peer matter most: who sends again sends its last step last [BA-11].

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound::{Excluded, Unbounded};
use std::time::{Duration, Instant};

use klero_committee::Role;
use klero_net::PeerId;

use super::Job;
use super::queue::MOST_VOTES;

/// What may wait, altogether and of one peer.
const MOST: Size = Size {
    messages: 1024,
    votes: 4096,
};
const MOST_OF_PEER: Size = Size {
    messages: 128,
    votes: 1024,
};

/// The pace in the long run: one role each time. Votes of a role that wait are verified together, up to a batch.
const INTERVAL: Duration = Duration::from_millis(20);
/// How many roles may be verified at once after a quiet time.
const BURST: u32 = 8;

/// How much room messages take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Size {
    messages: usize,
    votes: usize,
}

impl Size {
    fn add(&mut self, job: &Job) {
        self.messages += 1;
        self.votes += job.votes();
    }

    fn subtract(&mut self, job: &Job) {
        self.messages = self.messages.saturating_sub(1);
        self.votes = self.votes.saturating_sub(job.votes());
    }

    const fn exceeds(self, most: Self) -> bool {
        self.messages > most.messages || self.votes > most.votes
    }

    /// How much of a share it is, in whichever is the greater part.
    fn of_share(self) -> usize {
        (self.messages * MOST_OF_PEER.votes).max(self.votes * MOST_OF_PEER.messages)
    }
}

/// What waits of one peer, the oldest first.
#[derive(Debug, Default)]
struct OfPeer {
    jobs: VecDeque<Job>,
    size: Size,
}

/// The votes that are not due.
#[derive(Debug, Default)]
pub(super) struct Later {
    of_peers: BTreeMap<PeerId, OfPeer>,
    size: Size,
    /// Whose turn was last.
    last: Option<PeerId>,
    /// When the burst is full again.
    full: Option<Instant>,
}

impl Later {
    /// Takes in a message of a peer; gives back what there is no room for: the peer's oldest, and the oldest of the peer of
    /// which most waits.
    pub(super) fn push(&mut self, peer: PeerId, job: Job) -> Vec<Job> {
        self.size.add(&job);
        let of_peer = self.of_peers.entry(peer).or_default();
        of_peer.size.add(&job);
        of_peer.jobs.push_back(job);
        let mut left = Vec::new();
        while self
            .of_peers
            .get(&peer)
            .is_some_and(|of| of.size.exceeds(MOST_OF_PEER))
        {
            left.extend(self.drop_oldest(peer));
        }
        while self.size.exceeds(MOST) {
            let most = self.of_peers.iter().max_by_key(|(_, of)| of.size.of_share());
            let Some(peer) = most.map(|(peer, _)| *peer) else {
                break;
            };
            left.extend(self.drop_oldest(peer));
        }
        left
    }

    fn drop_oldest(&mut self, peer: PeerId) -> Option<Job> {
        let of_peer = self.of_peers.get_mut(&peer)?;
        let job = of_peer.jobs.pop_front();
        if let Some(job) = &job {
            of_peer.size.subtract(job);
            self.size.subtract(job);
        }
        if of_peer.jobs.is_empty() {
            self.of_peers.remove(&peer);
        }
        job
    }

    /// How long until something that may count can be taken; none if nothing of the kind waits.
    pub(super) fn wait(&self, now: Instant, may_count: impl Fn(Role) -> bool) -> Option<Duration> {
        let mut jobs = self.of_peers.values().flat_map(|of| &of.jobs);
        let has_some = jobs.any(|job| job.role().is_some_and(&may_count));
        has_some.then(|| self.until_next(now))
    }

    fn until_next(&self, now: Instant) -> Duration {
        let due = self
            .full
            .and_then(|full| full.checked_sub(INTERVAL * (BURST - 1)));
        due.map_or(Duration::ZERO, |due| due.saturating_duration_since(now))
    }

    /// Of the peer whose turn it is the newest message with a role that may count, and others of that role, up to a batch;
    /// none before their time.
    pub(super) fn pop(&mut self, now: Instant, may_count: impl Fn(Role) -> bool) -> Option<Vec<Job>> {
        if self.until_next(now) > Duration::ZERO {
            return None;
        }
        let after = self.last.map_or(Unbounded, Excluded);
        let mut turns = self.of_peers.range((after, Unbounded)).chain(&self.of_peers);
        let (peer, role) = turns.find_map(|(peer, of)| {
            let mut roles = of.jobs.iter().rev().filter_map(Job::role);
            Some((*peer, roles.find(|role| may_count(*role))?))
        })?;
        self.last = Some(peer);
        self.full = Some(self.full.map_or(now, |full| full.max(now)) + INTERVAL);
        let others = self
            .of_peers
            .range((Excluded(peer), Unbounded))
            .chain(&self.of_peers);
        let others: Vec<PeerId> = others.map(|(peer, _)| *peer).collect();
        let mut batch = Vec::new();
        for peer in std::iter::once(peer).chain(others) {
            self.take_role(peer, role, &mut batch);
        }
        Some(batch)
    }

    /// Takes a peer's messages of a role into a batch, the newest first, as long as there is room in it.
    fn take_role(&mut self, peer: PeerId, role: Role, batch: &mut Vec<Job>) {
        let Some(of_peer) = self.of_peers.get_mut(&peer) else {
            return;
        };
        let mut votes: usize = batch.iter().map(Job::votes).sum();
        let mut others = VecDeque::with_capacity(of_peer.jobs.len());
        while let Some(job) = of_peer.jobs.pop_back() {
            if job.role() != Some(role) || votes >= MOST_VOTES {
                others.push_front(job);
                continue;
            }
            votes += job.votes();
            of_peer.size.subtract(&job);
            self.size.subtract(&job);
            batch.push(job);
        }
        of_peer.jobs = others;
        if of_peer.jobs.is_empty() {
            self.of_peers.remove(&peer);
        }
    }

    /// Takes all messages that are wanted.
    pub(super) fn take(&mut self, is_wanted: impl Fn(&Job) -> bool) -> Vec<Job> {
        let mut taken = Vec::new();
        for of_peer in self.of_peers.values_mut() {
            let (wanted, others): (VecDeque<Job>, VecDeque<Job>) =
                of_peer.jobs.drain(..).partition(&is_wanted);
            of_peer.jobs = others;
            for job in wanted {
                of_peer.size.subtract(&job);
                self.size.subtract(&job);
                taken.push(job);
            }
        }
        self.of_peers.retain(|_, of| !of.jobs.is_empty());
        taken
    }
}

#[cfg(test)]
mod tests {
    use klero_committee::{BundledVote, Step, Value, VoteBundle};

    use super::*;
    use crate::wire::Message;

    fn votes(k: u32, count: u32) -> Job {
        let vote = |voter| BundledVote {
            voter,
            proof: None,
            signature: [0; 48],
        };
        let bundle = VoteBundle {
            role: Role::new(3, 0, Step::Next(k)),
            value: Value::Bottom,
            votes: (0..count).map(vote).collect(),
        };
        Job::own(Message::Votes(bundle))
    }

    fn vote(k: u32) -> Job {
        votes(k, 1)
    }

    fn pop(later: &mut Later, now: Instant) -> Option<Vec<Job>> {
        later.pop(now, |_| true)
    }

    fn wait(later: &Later, now: Instant) -> Option<Duration> {
        later.wait(now, |_| true)
    }

    fn steps(batch: Vec<Job>) -> Vec<u32> {
        let step = |job: Job| match job.role()?.step {
            Step::Next(k) => Some(k),
            _ => None,
        };
        batch.into_iter().filter_map(step).collect()
    }

    /// The first comes before the others by its id.
    fn peers<const N: usize>() -> [PeerId; N] {
        let mut peers = [(); N].map(|()| PeerId::random());
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
                let _left = later.push(peer, vote(k));
            }
            let now = start + Duration::from_millis(millisecond);
            taken += std::iter::from_fn(|| pop(&mut later, now)).count();
        }
        assert_eq!(taken, 8 + 49, "eight at once, then one every 20 ms");
    }

    // [C3]
    #[test]
    fn peers_take_turns_and_each_has_its_share_of_the_newest() {
        let now = Instant::now();
        let (mut later, [loud, quiet]) = (Later::default(), peers());
        let left: Vec<u32> = (0..1000).flat_map(|k| steps(later.push(loud, vote(k)))).collect();
        assert_eq!(left, (0..1000 - 128).collect::<Vec<_>>());
        for k in [2000, 2001] {
            assert!(later.push(quiet, vote(k)).is_empty());
        }
        let order = std::iter::from_fn(|| pop(&mut later, now)).take(4).map(steps);
        assert_eq!(order.collect::<Vec<_>>().concat(), [999, 2001, 998, 2000]);
    }

    /// Found in review: eight names filled the room, and nobody else's votes came in.
    #[test]
    fn a_full_room_makes_way_for_who_has_less_in_it() {
        let (mut later, peers) = (Later::default(), peers::<9>());
        let [quiet, ..] = peers;
        for k in 0..200 {
            for loud in &peers[1..] {
                let _left = later.push(*loud, vote(k));
            }
        }
        assert_eq!(later.size.messages, MOST.messages);
        for k in 0..100 {
            assert_eq!(later.push(quiet, vote(5000 + k)).len(), 1, "somebody else's");
        }
        assert_eq!(later.of_peers[&quiet].jobs.len(), 100);
        assert_eq!(later.size.messages, MOST.messages);
    }

    /// Found in review: eight names with many messages and few votes left no room for one large bundle.
    #[test]
    fn a_large_bundle_stays_beside_floods_of_small_ones() {
        let (mut later, peers) = (Later::default(), peers::<9>());
        let [quiet, ..] = peers;
        for k in 0..200 {
            for loud in &peers[1..] {
                let _left = later.push(*loud, votes(k, k % 2));
            }
        }
        assert_eq!(steps(later.push(quiet, votes(7, 512))).len(), 1);
        for k in 0..200 {
            for loud in &peers[1..] {
                let _left = later.push(*loud, votes(k, k % 2));
            }
        }
        assert_eq!(
            later.of_peers[&quiet].size,
            Size {
                messages: 1,
                votes: 512
            }
        );
    }

    /// Found in review: who came first by its id filled every batch of a role.
    #[test]
    fn the_peer_whose_turn_it_is_comes_first_in_the_batch() {
        let now = Instant::now();
        let (mut later, [first, second]) = (Later::default(), peers());
        for peer in [first, first, second] {
            assert!(later.push(peer, votes(5, 500)).is_empty());
        }
        assert_eq!(
            pop(&mut later, now).map(steps),
            Some(vec![5, 5]),
            "a thousand votes of the first"
        );
        assert!(later.push(first, votes(5, 500)).is_empty());
        assert!(later.push(first, votes(5, 500)).is_empty());
        assert_eq!(pop(&mut later, now).map(steps), Some(vec![5, 5]));
        assert!(!later.of_peers.contains_key(&second), "the second had its turn");
    }

    /// Found in review: large bundles used up what may wait for its verdict of all votes.
    #[test]
    fn room_is_counted_in_votes_too() {
        let (mut later, peer) = (Later::default(), PeerId::random());
        for k in 0..100 {
            let _left = later.push(peer, votes(k, 512));
        }
        assert_eq!(later.of_peers[&peer].jobs.len(), 2);
        assert_eq!(
            later.size,
            Size {
                messages: 2,
                votes: 1024
            }
        );
    }

    #[test]
    fn votes_of_a_role_are_taken_together_up_to_a_batch() {
        let now = Instant::now();
        let (mut later, [first, second]) = (Later::default(), peers());
        for (peer, k) in [(first, 6), (first, 5), (second, 5), (second, 7)] {
            assert!(later.push(peer, vote(k)).is_empty());
        }
        assert_eq!(pop(&mut later, now).map(steps), Some(vec![5, 5]));
        assert_eq!(pop(&mut later, now).map(steps), Some(vec![7]));
        assert_eq!(steps(later.take(|_| true)), [6]);
        assert_eq!(wait(&later, now), None);
        assert!(
            later.of_peers.is_empty(),
            "nothing is kept of peers that have nothing here"
        );
        for peer in [first, second] {
            for _ in 0..2 {
                assert!(later.push(peer, votes(9, 300)).is_empty());
            }
        }
        assert_eq!(
            pop(&mut later, now).map(steps),
            Some(vec![9, 9]),
            "600 votes are a batch"
        );
    }

    #[test]
    fn what_cannot_count_now_stays() {
        let now = Instant::now();
        let (mut later, peer) = (Later::default(), PeerId::random());
        for k in [4, 5] {
            assert!(later.push(peer, vote(k)).is_empty());
        }
        let may_count = |role: Role| role.step == Step::Next(4);
        assert_eq!(later.pop(now, may_count).map(steps), Some(vec![4]));
        assert!(later.pop(now, may_count).is_none());
        assert_eq!(later.size.messages, 1);
        assert_eq!(later.wait(now, may_count), None, "nothing to wake up for");
    }

    #[test]
    fn it_is_known_how_long_to_wait() {
        let start = Instant::now();
        let (mut later, peer) = (Later::default(), PeerId::random());
        for k in 0..20 {
            assert!(later.push(peer, vote(k)).is_empty());
        }
        assert_eq!(wait(&later, start), Some(Duration::ZERO));
        assert_eq!(std::iter::from_fn(|| pop(&mut later, start)).count(), 8);
        assert_eq!(wait(&later, start), Some(INTERVAL));
        assert!(pop(&mut later, start + INTERVAL).is_some());
        assert_eq!(wait(&later, start + INTERVAL), Some(INTERVAL));
    }
}
