//! Carrying out what the machine asks for, in the order in which it asks.

use klero_committee::{QuorumCertificate, Role, Value, Vote, certificate};

use super::Broken;
use super::chain::Final;
use super::effect::{Effect, To, Wake};
use super::message::Message;
use super::node::Node;
use crate::{Output, Resend, Timer};

impl Node {
    pub(super) fn carry_out(&mut self, output: Output) {
        match output {
            Output::Propose { period, carried } => self.propose(period, carried),
            Output::Cast { role, value, .. } => self.cast(role, value),
            Output::Quorum { role, value, votes } => self.certify(role, value, &votes),
            Output::Keep(known) => self.keep(known),
            // Whoever handed the message in passes it on.
            Output::Relay => {}
            Output::Lowest(proposal) => {
                if proposal.role().period == 0 && proposal.role().round == self.machine.round() {
                    let after = self.now.saturating_sub(self.began);
                    self.lowest_after = Some(u32::try_from(after).unwrap_or(u32::MAX));
                }
                self.want(*proposal.block());
            }
            Output::Fetch(block) => self.want(block),
            Output::SetTimer { timer, after, spread } => self.set_timer(timer, after, spread),
            Output::Resend(items) => self.resend_all(items),
            Output::Decided { role, block } => self.decided(role, block),
            // The second vote of the pair is passed on as any vote is.
            Output::Evidence(pair) => {
                let (role, member) = (pair.role(), pair.voter());
                self.effects.push(Effect::Evidence { role, member });
            }
            Output::ProposalEvidence { second, .. } => {
                // [BA-2]: passed on once, without its body.
                let (role, member) = (second.role(), second.proposer());
                let round = role.round;
                self.effects.push(Effect::Evidence { role, member });
                self.send(To::Others, round, 0, Message::Proposal(second, None));
            }
            Output::Alarm(alarm) => {
                self.write_log();
                self.effects.push(Effect::Alarm(alarm));
            }
        }
    }

    fn certify(&mut self, role: Role, value: Value, votes: &[Vote]) {
        self.effects.push(Effect::Quorum { role, value });
        match certificate::assemble(&self.context, role, value, votes) {
            Some(certificate) => self.keep(certificate),
            None => self.effects.push(Effect::Broken(Broken::NoCertificate(role))),
        }
    }

    fn keep(&mut self, certificate: QuorumCertificate) {
        let place = (certificate.role(), certificate.value());
        self.kept.entry(place).or_insert(certificate);
    }

    /// [BA-12]: the driver adds the random spread, up to a tenth.
    fn set_timer(&mut self, timer: Timer, after: u32, spread: bool) {
        let after = u64::from(after);
        let most = if spread { after / 10 } else { 0 };
        let after = after.saturating_add(self.random.between(0, most));
        self.wake(Wake::Timer(timer), after);
    }

    /// [BA-8]: the block is final here.
    fn decided(&mut self, role: Role, block: klero_committee::sampling::Digest) {
        let certificate = self.kept.get(&(role, Value::Block(block))).cloned();
        let (Some(certificate), Some(body)) = (certificate, self.bodies.get(&block).copied()) else {
            self.effects.push(Effect::Broken(Broken::NoCertificate(role)));
            return;
        };
        let author = body.proposer;
        self.log.chain.push(Final {
            block: body,
            certificate,
        });
        self.effects.push(Effect::Decided { role, block, author });
        self.round_is_over = true;
    }

    /// [BA-11]: what is sent again passes the duplicate caches by its attempt.
    fn resend_all(&mut self, items: Vec<Resend>) {
        let place = (self.machine.round(), self.machine.period());
        let before = if self.attempts.0 == place {
            self.attempts.1
        } else {
            0
        };
        self.attempts = (place, before.saturating_add(1));
        for item in items {
            self.resend(item);
        }
    }

    fn resend(&mut self, item: Resend) {
        let round = self.machine.round();
        let attempt = self.attempts.1;
        match item {
            Resend::OwnVotes { period } => self.resend_own(period),
            Resend::OwnVote(role) => {
                let votes = self.log.votes.get(&role).cloned().unwrap_or_default();
                self.send_votes(To::Others, attempt, votes);
            }
            Resend::Votes(votes) => self.send_votes(To::Others, attempt, votes),
            Resend::Certificate(role, value) => {
                if let Some(known) = self.kept.get(&(role, value)).cloned() {
                    self.send(To::Others, round, attempt, Message::Certificate(known));
                }
            }
            Resend::Block(block) => {
                if let Some(body) = self.bodies.get(&block).copied() {
                    self.send(To::Others, round, attempt, Message::Body(body));
                }
            }
            Resend::Previous => {
                if let Some(last) = self.log.chain.last().cloned() {
                    self.send(To::Others, round, attempt, Message::Finals(vec![last]));
                }
            }
        }
    }

    /// Sends own votes and the own proposal of a period again, the very bytes that the log holds.
    pub(super) fn resend_own(&mut self, period: u32) {
        let round = self.machine.round();
        let attempt = self.attempts.1;
        let here = |role: &Role| role.round == round && role.period == period;
        let own = self.log.votes.iter().filter(|(role, _)| here(role));
        let votes: Vec<Vec<Vote>> = own.map(|(_, votes)| votes.clone()).collect();
        for votes in votes {
            self.send_votes(To::Others, attempt, votes);
        }
        let own = self.log.proposals.iter().find(|(role, _)| here(role));
        if let Some(proposal) = own.map(|(_, proposal)| proposal.clone()) {
            let body = self.bodies.get(proposal.block()).copied();
            let message = Message::Proposal(Box::new(proposal), body);
            self.send(To::Others, round, attempt, message);
        }
    }

    /// Sends votes of one role, one message for each value.
    pub(super) fn send_votes(&mut self, to: To, attempt: u32, mut votes: Vec<Vote>) {
        votes.sort_by_key(|vote| (vote.value(), vote.voter()));
        for same in votes.chunk_by(|first, second| first.value() == second.value()) {
            let Some(round) = same.first().map(|vote| vote.role().round) else {
                continue;
            };
            self.send(to, round, attempt, Message::Votes(same.to_vec()));
        }
    }
}
