//! Speaking: draws, votes and proposals with the node's own keys, each in the log before it leaves.

use klero_committee::sampling::{Digest, Priority};
use klero_committee::{Proposal, Role, Signer, Step, Value, Vote, cast_vote, make_proposal};

use super::chain::Block;
use super::crypto::Steered;
use super::effect::{Effect, To};
use super::message::Message;
use super::node::Node;
use super::setting::Keys;
use crate::Input;

impl Node {
    /// Votes with every key that draws a seat.
    pub(super) fn cast(&mut self, role: Role, value: Value) {
        let votes = self.draw_votes(role, value);
        self.log.votes.insert(role, votes.clone());
        // [BA-9]: the log holds vote and state before the vote leaves, and holds the state even if nobody drew a
        // seat.
        self.write_log();
        if !votes.is_empty() {
            self.effects.push(Effect::Spoke { role, value });
        }
        if self.identity.behaviour.doubles_votes() {
            let other = self.other_value(role.step, value);
            let lies = self.draw_votes(role, other);
            self.send_votes(To::Half { odd: false }, 0, votes.clone());
            self.send_votes(To::Half { odd: true }, 0, lies);
        } else {
            self.send_votes(To::Others, 0, votes.clone());
        }
        self.tasks.extend(votes.into_iter().map(Input::Vote));
    }

    fn draw_votes(&self, role: Role, value: Value) -> Vec<Vote> {
        let keys = self.identity.keys.iter();
        keys.filter_map(|(voter, keys)| cast_vote(&self.context, role, value, *voter, keys.as_ref()))
            .collect()
    }

    /// A second value to sign: another block if one is known, else no block where that can be said, else a block
    /// that nobody made.
    fn other_value(&self, step: Step, value: Value) -> Value {
        let round = self.machine.round();
        let known = self.bodies.iter().filter(|(_, block)| block.round == round);
        let mut others = known
            .map(|(digest, _)| Value::Block(*digest))
            .filter(|other| *other != value);
        match (others.next(), step) {
            (Some(other), _) => other,
            (None, Step::Next(_)) if value != Value::Bottom => Value::Bottom,
            _ => Value::Block(Digest([0xee; 32])),
        }
    }

    /// [BA-9]: makes durable what later votes of the period depend on.
    pub(super) fn write_log(&mut self) {
        let snapshot = self.machine.snapshot();
        self.log.write(snapshot, &self.kept, &self.bodies);
    }

    /// [BA-2]: proposes with the key that drew the lowest rank, if any drew a seat.
    pub(super) fn propose(&mut self, period: u32, carried: Option<Digest>) {
        let carried_body = carried.and_then(|block| self.bodies.get(&block).copied());
        let lacks_body = carried.is_some() && carried_body.is_none();
        let drawn = if lacks_body || !self.identity.behaviour.proposes() {
            None
        } else {
            self.draw_proposal(period, carried_body, 2 * self.identity.twin)
        };
        let Some((proposal, body)) = drawn else {
            self.write_log();
            return;
        };
        self.bodies.insert(*proposal.block(), body);
        self.log.proposals.insert(proposal.role(), proposal.clone());
        self.write_log();
        self.effects.push(Effect::Proposed(*proposal.block()));
        let round = proposal.role().round;
        let message = Message::Proposal(Box::new(proposal.clone()), Some(body));
        let second = self.second_proposal(period, carried);
        if let Some((second, body)) = second {
            self.effects.push(Effect::Proposed(*second.block()));
            let other = Message::Proposal(Box::new(second), Some(body));
            self.send(To::Half { odd: false }, round, 0, message);
            self.send(To::Half { odd: true }, round, 0, other);
        } else {
            self.send(To::Others, round, 0, message);
        }
        self.tasks.push_back(Input::Proposal(proposal));
    }

    fn second_proposal(&self, period: u32, carried: Option<Digest>) -> Option<(Proposal, Block)> {
        let is_new = carried.is_none() && self.identity.behaviour.doubles_blocks();
        let variant = 2 * self.identity.twin + 1;
        is_new
            .then(|| self.draw_proposal(period, None, variant))
            .flatten()
    }

    /// The lowest proposal that the node's keys can make, with its body: the carried block, or a new one.
    fn draw_proposal(&self, period: u32, carried: Option<Block>, variant: u8) -> Option<(Proposal, Block)> {
        let keys: &Keys = &self.identity.keys;
        let mut best: Option<(Priority, Proposal, Block)> = None;
        let role = Role::new(self.context.round(), period, Step::Propose);
        let winner = self.identity.setting.winner(role.round, period);
        for (proposer, secret) in keys {
            let steered;
            let secret: &dyn Signer = match winner {
                None => secret.as_ref(),
                Some(winner) => {
                    steered = Steered::new(&self.context, role, *proposer, secret.as_ref(), winner)?;
                    &steered
                }
            };
            let body = match carried {
                Some(block) => block,
                None => self.log.chain.propose(period, *proposer, secret, variant)?,
            };
            let lowest = best.as_ref().map(|(priority, _, _)| *priority);
            let proposal = make_proposal(&self.context, period, *proposer, secret, |priority| {
                let is_lower = lowest.is_none_or(|lowest| *priority < lowest);
                is_lower.then(|| (body.digest(), body.period, body.proposer))
            });
            if let Some(proposal) = proposal {
                best = Some((*proposal.priority(), proposal, body));
            }
        }
        best.map(|(_, proposal, body)| (proposal, body))
    }
}
