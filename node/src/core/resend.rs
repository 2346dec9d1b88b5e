//! Sending again what others may lack [BA-11].

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use klero_agreement::{Output, Resend};
use klero_committee::{Role, Value, Vote, VoteBundle};

use super::{Core, CoreError};
use crate::wire::Message;

/// How often new peers are looked for, and how long one is waited for that comes with others.
const LOOK_FOR_PEERS: Duration = Duration::from_millis(200);
/// The shortest time between two greetings.
const LEAST_BETWEEN_GREETINGS: Duration = Duration::from_secs(1);

impl Core {
    pub(super) fn resend(&mut self, items: Vec<Resend>) -> Result<(), CoreError> {
        if items.iter().any(|item| matches!(item, Resend::OwnVotes { .. })) {
            self.lookout.deadline_passed();
        }
        self.send_again(items)
    }

    /// [BA-11] Who comes while the round is late may lack what was said before: two parts that can talk again need not
    /// wait for their next deadlines. Not more often than at the shortest steps, however often peers come and go.
    pub(super) fn greet(&mut self) -> Result<(), CoreError> {
        let now = Instant::now();
        if now < self.lookout.greet_at {
            return Ok(());
        }
        self.lookout.greet_at = now + LOOK_FOR_PEERS;
        let Some(newest) = self.links.peers.newest() else {
            return Ok(());
        };
        // Peers that come together are greeted together.
        if newest <= self.lookout.greeted || now.duration_since(newest) < LOOK_FOR_PEERS {
            return Ok(());
        }
        self.lookout.greeted = newest;
        for output in self.machine.reminders() {
            if let Output::Resend(items) = output {
                self.lookout.greet_at = now + LEAST_BETWEEN_GREETINGS;
                self.send_again(items)?;
            }
        }
        Ok(())
    }

    fn send_again(&mut self, items: Vec<Resend>) -> Result<(), CoreError> {
        // The counter makes the envelopes differ from all sent before, so that they pass the duplicate caches.
        self.attempt = self.attempt.saturating_add(1);
        let snapshot = self.machine.snapshot();
        let staged = snapshot.staged.map(|(digest, _)| digest);
        let decided = self.machine.decision().copied();
        for digest in staged.into_iter().chain(snapshot.previous_value).chain(decided) {
            if self.bodies.is_checked(&digest) != Some(true) {
                self.fetch(digest)?;
            }
        }
        for item in items {
            match item {
                Resend::OwnVotes { period } => self.resend_own(period),
                Resend::OwnVote(role) => self.resend_votes_of(role),
                Resend::Votes(votes) => self.resend_votes(&votes),
                Resend::Certificate(role, value) => {
                    if let Some(certificate) = self.certificates.get(&(role, value)) {
                        let message = Message::Certificate(certificate.as_unverified().clone());
                        self.publish(message, self.attempt);
                    }
                }
                Resend::Block(digest) => {
                    if let Some(block) = self.bodies.get(&digest) {
                        let message = Message::Block(Box::new(block.as_ref().clone()));
                        self.publish(message, self.attempt);
                    }
                }
                Resend::Previous => {
                    if let Some(block) = self.links.blocks.final_block(self.chain.round())? {
                        self.publish(Message::Final(Box::new(block)), self.attempt);
                    }
                }
            }
        }
        Ok(())
    }

    /// The own votes and the own proposal of a period, byte for byte as they were signed.
    pub(super) fn resend_own(&self, period: u32) {
        for (role, bundles) in &self.own.votes {
            if role.period == period {
                for bundle in bundles {
                    self.publish(Message::Votes(bundle.clone()), self.attempt);
                }
            }
        }
        if let Some(proposal) = self.own.proposals.get(&period) {
            self.publish(Message::Proposal(Box::new(proposal.clone())), self.attempt);
        }
    }

    fn resend_votes_of(&self, role: Role) {
        for bundle in self.own.votes.get(&role).into_iter().flatten() {
            self.publish(Message::Votes(bundle.clone()), self.attempt);
        }
    }

    /// Votes of others, bundled by what they are for.
    fn resend_votes(&self, votes: &[Vote]) {
        let mut by_value: BTreeMap<(Role, Value), Vec<&Vote>> = BTreeMap::new();
        for vote in votes {
            by_value
                .entry((vote.role(), vote.value()))
                .or_default()
                .push(vote);
        }
        for ((role, value), votes) in by_value {
            for bundle in VoteBundle::of(role, value, votes) {
                self.publish(Message::Votes(bundle), self.attempt);
            }
        }
    }
}
