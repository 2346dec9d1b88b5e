//! Receiving: what is new goes to the machine, and what the machine finds worth it goes on to the others.

use std::sync::Arc;

use klero_committee::{Proposal, QuorumCertificate, Role, Vote};

use super::Broken;
use super::chain::Block;
use super::effect::{Effect, To};
use super::message::{Envelope, Message};
use super::node::Node;
use super::wire;
use crate::Input;

impl Node {
    /// A message arrived.
    pub(super) fn on_message(&mut self, from: usize, envelope: &Arc<Envelope>) {
        let open = self.machine.round();
        self.strategy.hears(envelope);
        match &envelope.message {
            Message::Fetch(block) => self.on_fetch(from, block),
            Message::Sync(round) => self.on_sync(from, *round),
            Message::Finals(blocks) => self.on_finals(from, blocks),
            _ if envelope.round < open => {}
            _ => {
                self.hear_of(envelope.round, from);
                let known_seed = self.log.chain.committee_seed(envelope.round);
                if envelope.round <= open.saturating_add(1) && known_seed == Some(envelope.seed) {
                    self.on_gossip(from, envelope);
                }
            }
        }
        self.settle();
    }

    fn on_gossip(&mut self, from: usize, envelope: &Arc<Envelope>) {
        let verified;
        let envelope = if self.identity.setting.mode.verifies {
            let context = self.log.chain.context(envelope.round);
            match context.and_then(|context| wire::verify(&context, envelope)) {
                Some(checked) => {
                    verified = Arc::new(checked);
                    &verified
                }
                None => {
                    self.effects.push(Effect::Broken(Broken::Unverifiable));
                    return;
                }
            }
        } else {
            envelope
        };
        let attempt = envelope.attempt;
        match &envelope.message {
            Message::Votes(votes) => self.on_votes(from, envelope, votes),
            Message::Proposal(proposal, body) => self.on_proposal(from, envelope, proposal, *body),
            Message::Certificate(certificate) => self.on_certificate(from, envelope, certificate),
            Message::Body(block) => self.on_body(from, attempt, *block),
            Message::Fetch(_) | Message::Sync(_) | Message::Finals(_) => {}
        }
    }

    fn on_votes(&mut self, from: usize, envelope: &Arc<Envelope>, votes: &[Vote]) {
        let attempt = envelope.attempt;
        let mut passed_on = Vec::new();
        for (vote, number) in votes.iter().zip(envelope.numbers()) {
            if !self.seen.admit(envelope.round, *number, attempt) {
                continue;
            }
            self.work.vote(vote.proof().is_some());
            let is_news = self.feed(Input::Vote(vote.clone()));
            if is_news || self.passes_copy(vote.role(), attempt) {
                passed_on.push(vote.clone());
            }
        }
        if passed_on.len() == votes.len() {
            self.pass_on(from, envelope);
        } else {
            self.send_votes(To::OthersThan(from), attempt, passed_on);
        }
    }

    /// [BA-10]: a vote known already is passed on under a higher attempt than before, but not without end.
    fn passes_copy(&self, role: Role, attempt: u32) -> bool {
        let is_relevant =
            role.round == self.machine.round() && role.period.abs_diff(self.machine.period()) <= 1;
        is_relevant && (1..=self.machine.k().saturating_add(2)).contains(&attempt)
    }

    fn on_proposal(
        &mut self,
        from: usize,
        envelope: &Arc<Envelope>,
        proposal: &Proposal,
        body: Option<Block>,
    ) {
        if !self.admits(envelope) {
            return;
        }
        self.work.proposal(body.is_some_and(|body| body.period == 0));
        let digest = *proposal.block();
        let brings_body = body.filter(|block| block.digest() == digest && !self.bodies.contains_key(&digest));
        if let Some(block) = brings_body {
            self.bodies.insert(digest, block);
        }
        let relay = self.feed(Input::Proposal(proposal.clone()));
        if brings_body.is_some() && !self.machine.needs_body(&digest) {
            // [BA-10]: a body counts only with the lowest proposal.
            self.bodies.remove(&digest);
        } else if brings_body.is_some() {
            self.wanted.remove(&digest);
            self.judge_parent(&digest);
            self.offer(digest);
        }
        if relay {
            self.pass_on(from, envelope);
        }
    }

    fn on_certificate(&mut self, from: usize, envelope: &Arc<Envelope>, certificate: &QuorumCertificate) {
        if !self.admits(envelope) {
            return;
        }
        self.work.certificate(certificate);
        if self.feed(Input::Certificate(certificate.clone())) {
            self.pass_on(from, envelope);
        }
    }

    /// Whether the duplicate cache holds everything in an envelope back.
    pub(super) fn knows(&self, envelope: &Envelope) -> bool {
        let mut numbers = envelope.numbers().iter();
        numbers.all(|number| self.seen.has(envelope.round, *number, envelope.attempt))
    }

    /// Whether an envelope with one content is new at its attempt; it is not the next time.
    fn admits(&mut self, envelope: &Envelope) -> bool {
        let mut numbers = envelope.numbers().iter();
        numbers.all(|number| self.seen.admit(envelope.round, *number, envelope.attempt))
    }

    fn pass_on(&mut self, from: usize, envelope: &Arc<Envelope>) {
        let envelope = Arc::clone(envelope);
        let to = To::OthersThan(from);
        self.effects.push(Effect::Send { to, envelope });
    }
}
