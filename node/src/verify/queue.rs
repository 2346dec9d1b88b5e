//! What waits to be verified, and in what order it is taken.

use std::collections::{BTreeSet, VecDeque};

use klero_committee::Role;
use klero_net::Receipt;

use crate::core::{Item, Verified};
use crate::wire::Message;

/// The most messages of peers that wait. When the queue is full, a message is ignored: its sender sends it again.
const MOST_WAITING: usize = 4096;
/// The most votes of one batch.
const MOST_VOTES: usize = 512;

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

    fn votes(&self) -> usize {
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
    /// Roles whose quorum was seen, of the round under way.
    satisfied: BTreeSet<Role>,
    pub(super) is_stopped: bool,
}

impl Queue {
    /// Takes in a job; gives it back where there is no room, which there always is for what this node wants.
    pub(super) fn push(&mut self, job: Job) -> Option<Job> {
        if self.jobs.len() >= MOST_WAITING && !job.is_wanted {
            return Some(job);
        }
        self.jobs.push_back(job);
        None
    }

    /// Notes that more votes of a role are not urgent.
    pub(super) fn satisfy(&mut self, role: Role) {
        self.satisfied.retain(|known| known.round >= role.round);
        self.satisfied.insert(role);
    }

    /// The next job, and with votes all others of their role that wait, up to a batch. What is no vote comes
    /// first, then votes that may still make a quorum, then the others and what no round waits for.
    pub(super) fn pop(&mut self) -> Option<Vec<Job>> {
        let is_patient = |job: &Job| {
            matches!(
                job.message,
                Message::CheckpointVotes(_)
                    | Message::CheckpointCertificate(_)
                    | Message::Operation(_)
                    | Message::Evidence(_)
            )
        };
        let urgency = |job: &Job| match job.role() {
            None if is_patient(job) => 2,
            None => 0,
            Some(role) if !self.satisfied.contains(&role) => 1,
            Some(_) => 2,
        };
        let (place, _) = self.jobs.iter().enumerate().min_by_key(|(_, job)| urgency(job))?;
        let mut batch = vec![self.jobs.remove(place)?];
        if let Some(role) = batch.first().and_then(Job::role) {
            self.take_same_role(role, &mut batch);
        }
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
    use klero_committee::{Step, Value, VoteBundle};
    use klero_sampling::Digest;

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

    #[test]
    fn votes_of_one_role_come_together_and_those_of_no_use_come_last() {
        let mut queue = Queue::default();
        for job in [
            votes(Step::Soft),
            votes(Step::Cert),
            votes(Step::Soft),
            Job::own(Message::Transaction(Vec::new())),
        ] {
            assert!(queue.push(job).is_none());
        }
        queue.satisfy(Role::new(3, 0, Step::Soft));
        assert_eq!(roles(queue.pop()), [None]);
        assert_eq!(roles(queue.pop()), [Some(Step::Cert)]);
        assert_eq!(roles(queue.pop()), [Some(Step::Soft), Some(Step::Soft)]);
        assert!(queue.pop().is_none());
    }

    #[test]
    fn a_full_queue_has_room_for_what_the_node_wants() {
        let mut queue = Queue::default();
        let gossiped = || Job {
            is_wanted: false,
            ..votes(Step::Soft)
        };
        for _ in 0..MOST_WAITING {
            assert!(queue.push(gossiped()).is_none());
        }
        assert!(queue.push(gossiped()).is_some());
        assert!(queue.push(votes(Step::Soft)).is_none());
    }
}
