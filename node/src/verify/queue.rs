//! What waits to be verified, and in what order it is taken.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use klero_committee::Role;
use klero_net::{PeerId, Receipt};

use super::later::Later;
use crate::core::{Item, Verified};
use crate::position::Position;
use crate::wire::Message;

/// The most messages of peers that wait, of each kind [NET-3]. When a kind has used up its room, a message is ignored:
/// its sender sends it again.
const fn most_waiting(kind: Kind) -> usize {
    match kind {
        Kind::Certificate | Kind::Lasting => 1024,
        Kind::Votes => 4096,
        Kind::Block => 64,
        // Anyone can make blocks. Who lacks one asks for it.
        Kind::Offer => 8,
    }
}
/// The urgency of what no round waits for.
const LAST: u8 = 3;
/// The most votes of one batch.
pub(super) const MOST_VOTES: usize = 512;

/// Kinds of messages, the most urgent first; votes and blocks take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A quorum of the round under way: it saves the work on its votes.
    Certificate,
    /// Votes of the round under way.
    Votes,
    /// Proposals, and blocks that the node wants.
    Block,
    /// Blocks that it may want.
    Offer,
    /// What no round waits for.
    Lasting,
}

/// A message that waits to be verified.
#[derive(Debug)]
pub(crate) struct Job {
    pub(super) message: Message,
    /// The envelope's counter.
    pub(super) attempt: u32,
    /// Where the verdict goes; none for the node's own and for what it asked for.
    pub(super) receipt: Option<Receipt>,
    /// Whether the core wants it. A block that nobody needs is not worth the work.
    pub(super) is_wanted: bool,
}

impl Job {
    /// Something of this node's own, or that it asked for.
    pub(crate) const fn own(message: Message) -> Self {
        Self {
            message,
            attempt: 0,
            receipt: None,
            is_wanted: true,
        }
    }

    /// Something that a peer gossiped.
    pub(crate) const fn gossiped(message: Message, attempt: u32, receipt: Receipt) -> Self {
        Self {
            message,
            attempt,
            receipt: Some(receipt),
            is_wanted: false,
        }
    }

    /// Something gossiped that the core wants.
    pub(crate) const fn wanted(message: Message, attempt: u32, receipt: Option<Receipt>) -> Self {
        Self {
            message,
            attempt,
            receipt,
            is_wanted: true,
        }
    }

    /// What came out of the job, with where its verdict goes.
    pub(super) fn with(self, item: Item) -> Verified {
        Verified {
            item,
            attempt: self.attempt,
            receipt: self.receipt,
        }
    }

    /// The role of votes; none for anything else.
    pub(super) const fn role(&self) -> Option<Role> {
        match &self.message {
            Message::Votes(bundle) => Some(bundle.role),
            _ => None,
        }
    }

    /// The peer that gossiped it, unless the node wants it.
    pub(super) fn peer(&self) -> Option<PeerId> {
        let receipt = self.receipt.as_ref().filter(|_| !self.is_wanted);
        receipt.map(Receipt::peer)
    }

    const fn kind(&self) -> Kind {
        match &self.message {
            Message::Certificate(_) => Kind::Certificate,
            Message::Votes(_) => Kind::Votes,
            Message::Block(_) if !self.is_wanted => Kind::Offer,
            Message::Proposal(_) | Message::Block(_) | Message::Final(_) => Kind::Block,
            Message::CheckpointVotes(_)
            | Message::CheckpointCertificate(_)
            | Message::Operation(_)
            | Message::Evidence(_)
            | Message::Transaction(_) => Kind::Lasting,
        }
    }

    pub(super) fn votes(&self) -> usize {
        match &self.message {
            Message::Votes(bundle) => bundle.votes.len(),
            _ => 0,
        }
    }
}

/// Jobs, and what is known of their urgency.
#[derive(Default)]
pub(super) struct Queue {
    jobs: VecDeque<Job>,
    /// How many jobs of each kind.
    waiting: BTreeMap<Kind, usize>,
    /// Roles whose quorum was seen, of the round under way.
    satisfied: BTreeSet<Role>,
    /// Whether votes were taken last.
    is_turn_of_blocks: bool,
    /// Where the node stands.
    position: Position,
    /// Votes of peers that are not due there.
    later: Later,
    pub(super) is_stopped: bool,
}

/// What a worker does next.
pub(super) enum Next {
    /// To verify these.
    Work(Vec<Job>),
    /// To wait for something that is handed in, or for so long.
    Wait(Option<Duration>),
}

impl Queue {
    /// Takes in a job; gives back what there is no room for, which there always is for what this node wants.
    /// What a peer brought that is not due waits apart.
    pub(super) fn push(&mut self, job: Job, peer: Option<PeerId>) -> Vec<Job> {
        match (job.role(), peer) {
            (Some(role), Some(_)) if self.position.is_over(role) => vec![job],
            (Some(role), Some(peer)) if !self.position.is_due(role) => self.later.push(peer, job),
            _ => self.push_due(job).into_iter().collect(),
        }
    }

    fn push_due(&mut self, job: Job) -> Option<Job> {
        let kind = job.kind();
        let waiting = self.waiting.entry(kind).or_default();
        if !job.is_wanted && *waiting >= most_waiting(kind) {
            return Some(job);
        }
        *waiting += 1;
        self.jobs.push_back(job);
        None
    }

    /// Notes that more votes of a role are not urgent.
    pub(super) fn satisfy(&mut self, role: Role) {
        self.satisfied.retain(|known| known.round >= role.round);
        self.satisfied.insert(role);
    }

    /// The node is elsewhere: votes that are due there wait no longer. Those that are over are given back.
    pub(super) fn enter(&mut self, position: Position) -> Vec<Job> {
        self.position = position;
        let is_of = |job: &Job, is: &dyn Fn(Role) -> bool| job.role().is_some_and(is);
        for job in self.later.take(|job| is_of(job, &|role| position.is_due(role))) {
            *self.waiting.entry(job.kind()).or_default() += 1;
            self.jobs.push_back(job);
        }
        let mut over = self.later.take(|job| is_of(job, &|role| position.is_over(role)));
        let is_over = |job: &Job| job.peer().is_some() && is_of(job, &|role| position.is_over(role));
        let (stale, jobs) = self.jobs.drain(..).partition(is_over);
        self.jobs = jobs;
        let waiting = self.waiting.entry(Kind::Votes).or_default();
        let stale: VecDeque<Job> = stale;
        *waiting = waiting.saturating_sub(stale.len());
        over.extend(stale);
        over
    }

    /// What is to be done now: what is due, then what is not, at its pace, and then what no round waits for.
    pub(super) fn next(&mut self, now: Instant) -> Next {
        let position = self.position;
        let first = self.first();
        let batch = match first {
            Some((place, urgency)) if urgency < LAST => self.pop(place),
            _ => {
                let later = self.later.pop(now, |role| position.is_relevant(role));
                later.or_else(|| self.pop(first?.0))
            }
        };
        match batch {
            Some(batch) => Next::Work(batch),
            None => Next::Wait(self.later_in(now)),
        }
    }

    /// When something that is not due can be verified, for another worker to wait for; none if there is nothing.
    pub(super) fn later_in(&self, now: Instant) -> Option<Duration> {
        self.later.wait(now, |role| self.position.is_relevant(role))
    }

    /// The place of the job that comes first, and its urgency. Certificates come first. Votes
    /// that may still make a quorum take turns with blocks, so that neither waits for more than one of the other; then
    /// come the other votes, and what no round waits for. Of votes the earliest role comes first: a member may send good
    /// ones for the next round, too [C3].
    fn first(&self) -> Option<(usize, u8)> {
        let of_use = |job: &Job| job.role().is_some_and(|role| !self.satisfied.contains(&role));
        let urgency = |job: &Job| match job.kind() {
            Kind::Certificate => (0, None),
            Kind::Votes if of_use(job) => (1 + u8::from(self.is_turn_of_blocks), job.role()),
            Kind::Block | Kind::Offer => (2 - u8::from(self.is_turn_of_blocks), None),
            Kind::Votes | Kind::Lasting => (LAST, job.role()),
        };
        let jobs = self
            .jobs
            .iter()
            .enumerate()
            .map(|(place, job)| (urgency(job), place));
        jobs.min().map(|((urgency, _), place)| (place, urgency))
    }

    /// Takes a job, and with votes all others of their role that wait, up to a batch.
    fn pop(&mut self, place: usize) -> Option<Vec<Job>> {
        let job = self.jobs.remove(place)?;
        match job.kind() {
            Kind::Votes => self.is_turn_of_blocks = true,
            Kind::Block | Kind::Offer => self.is_turn_of_blocks = false,
            Kind::Certificate | Kind::Lasting => {}
        }
        let kind = job.kind();
        let mut batch = vec![job];
        if let Some(role) = batch.first().and_then(Job::role) {
            self.take_same_role(role, &mut batch);
        }
        let waiting = self.waiting.entry(kind).or_default();
        *waiting = waiting.saturating_sub(batch.len());
        Some(batch)
    }

    fn take_same_role(&mut self, role: Role, batch: &mut Vec<Job>) {
        let mut votes: usize = batch.iter().map(Job::votes).sum();
        let mut others = VecDeque::with_capacity(self.jobs.len());
        for job in self.jobs.drain(..) {
            if job.role() == Some(role) && votes < MOST_VOTES {
                votes += job.votes();
                batch.push(job);
            } else {
                others.push_back(job);
            }
        }
        self.jobs = others;
    }
}

#[cfg(test)]
mod tests {
    use klero_committee::{Step, UnverifiedProposal, Value, VoteBundle};
    use klero_sampling::Digest;
    use klero_sampling::vrf::VrfProof;

    use crate::wire::ProposalMessage;

    use super::*;

    fn votes(step: Step) -> Job {
        let bundle = VoteBundle {
            role: Role::new(3, 0, step),
            value: Value::Block(Digest([1; 32])),
            votes: Vec::new(),
        };
        Job::own(Message::Votes(bundle))
    }

    fn roles(batch: Option<Vec<Job>>) -> Vec<Option<Step>> {
        let jobs = batch.into_iter().flatten();
        jobs.map(|job| job.role().map(|role| role.step)).collect()
    }

    fn pop(queue: &mut Queue) -> Option<Vec<Job>> {
        match queue.next(Instant::now()) {
            Next::Work(batch) => Some(batch),
            Next::Wait(_) => None,
        }
    }

    fn block() -> Job {
        Job::own(Message::Proposal(Box::new(ProposalMessage {
            proposal: UnverifiedProposal {
                round: 3,
                period: 0,
                block: Digest([1; 32]),
                original_period: 0,
                original_proposer: 0,
                proposer: 0,
                proof: VrfProof::Sr25519([0; 128]),
                signature: [0; 48],
            },
            block: None,
        })))
    }

    fn lasting() -> Job {
        Job::own(Message::Transaction(Vec::new()))
    }

    fn gossiped(job: Job) -> Job {
        Job {
            is_wanted: false,
            ..job
        }
    }

    #[test]
    fn votes_of_one_role_come_together_and_those_of_no_use_come_last() {
        let mut queue = Queue::default();
        for job in [votes(Step::Soft), votes(Step::Cert), votes(Step::Soft), block()] {
            assert!(queue.push(job, None).is_empty());
        }
        queue.satisfy(Role::new(3, 0, Step::Soft));
        assert_eq!(roles(pop(&mut queue)), [Some(Step::Cert)]);
        assert_eq!(roles(pop(&mut queue)), [None]);
        assert_eq!(roles(pop(&mut queue)), [Some(Step::Soft), Some(Step::Soft)]);
        assert!(pop(&mut queue).is_none());
    }

    // [NET-3]
    #[test]
    fn votes_wait_for_one_block_at_most_and_blocks_for_one_batch() {
        let mut queue = Queue::default();
        for job in (0..5).map(|_| block()) {
            assert!(queue.push(job, None).is_empty());
        }
        for step in [Step::Soft, Step::Cert, Step::Next(0)] {
            assert!(queue.push(votes(step), None).is_empty());
        }
        let kinds: Vec<_> = std::iter::from_fn(|| pop(&mut queue))
            .map(|batch| batch[0].kind())
            .collect();
        let (vote, block) = (Kind::Votes, Kind::Block);
        assert_eq!(kinds, [vote, block, vote, block, vote, block, block, block]);
    }

    // [C3]
    #[test]
    fn votes_for_the_next_round_keep_no_others_waiting() {
        let mut queue = Queue::default();
        for k in (3..60).rev() {
            assert!(queue.push(gossiped(votes(Step::Next(k))), None).is_empty());
        }
        assert!(queue.push(gossiped(votes(Step::Soft)), None).is_empty());
        assert_eq!(roles(pop(&mut queue)), [Some(Step::Soft)]);
        assert_eq!(roles(pop(&mut queue)), [Some(Step::Next(3))]);
    }

    // [NET-3]
    #[test]
    fn a_flood_of_one_kind_takes_no_room_from_another() {
        let mut queue = Queue::default();
        for kind in [block, lasting] {
            while queue.push(gossiped(kind()), None).is_empty() {}
        }
        assert!(queue.push(gossiped(votes(Step::Soft)), None).is_empty());
    }

    #[test]
    fn a_full_queue_has_room_for_what_the_node_wants() {
        let mut queue = Queue::default();
        for _ in 0..most_waiting(Kind::Votes) {
            assert!(queue.push(gossiped(votes(Step::Soft)), None).is_empty());
        }
        assert!(queue.push(gossiped(votes(Step::Soft)), None).len() == 1);
        assert!(queue.push(votes(Step::Soft), None).is_empty());
    }

    fn work(queue: &mut Queue, now: Instant) -> Vec<Option<Step>> {
        match queue.next(now) {
            Next::Work(batch) => roles(Some(batch)),
            Next::Wait(_) => Vec::new(),
        }
    }

    // [C3]
    #[test]
    fn what_is_not_due_comes_after_everything_else_and_at_a_pace() {
        let (mut queue, peer, now) = (Queue::default(), Some(PeerId::random()), Instant::now());
        let position = Position {
            round: 3,
            period: 0,
            k: 0,
        };
        assert!(queue.enter(position).is_empty());
        for k in 2..60 {
            assert!(queue.push(gossiped(votes(Step::Next(k))), peer).is_empty());
        }
        for job in [votes(Step::Next(1)), block(), votes(Step::Soft)] {
            assert!(queue.push(gossiped(job), peer).is_empty());
        }
        let first: Vec<_> = (0..4).flat_map(|_| work(&mut queue, now)).collect();
        let (soft, next) = (Some(Step::Soft), |k| Some(Step::Next(k)));
        assert_eq!(first, [soft, None, next(1), next(59)]);
        let more = (0..100).flat_map(|_| work(&mut queue, now)).count();
        assert_eq!(more, 7, "the rest of what is taken at once");
        assert!(matches!(queue.next(now), Next::Wait(Some(_))));
    }

    /// Found in review: votes that are not due starved beside a flood of operations.
    #[test]
    fn what_no_round_waits_for_comes_last_of_all() {
        let (mut queue, peer, now) = (Queue::default(), Some(PeerId::random()), Instant::now());
        let position = Position {
            round: 3,
            period: 0,
            k: 0,
        };
        assert!(queue.enter(position).is_empty());
        for _ in 0..100 {
            assert!(queue.push(gossiped(lasting()), peer).is_empty());
        }
        assert!(queue.push(gossiped(votes(Step::Next(9))), peer).is_empty());
        assert_eq!(work(&mut queue, now), [Some(Step::Next(9))]);
        assert_eq!(work(&mut queue, now), [None]);
    }

    #[test]
    fn what_becomes_due_waits_no_longer_and_what_is_over_is_given_back() {
        let (mut queue, peer, now) = (Queue::default(), Some(PeerId::random()), Instant::now());
        let position = |round, k| Position { round, period: 0, k };
        assert!(queue.enter(position(3, 0)).is_empty());
        for k in 2..60 {
            assert!(queue.push(gossiped(votes(Step::Next(k))), peer).is_empty());
        }
        assert!(queue.enter(position(3, 40)).is_empty());
        let due: Vec<_> = (0..40).flat_map(|_| work(&mut queue, now)).collect();
        assert_eq!(due.len(), 40);
        assert_eq!(due.iter().max(), Some(&Some(Step::Next(41))));
        let over = queue.enter(position(4, 0));
        assert_eq!(over.len(), 60 - 42, "of round 3");
        assert!(matches!(queue.next(now), Next::Wait(None)));
    }
}
