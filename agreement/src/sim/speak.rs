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
        self.send_votes(To::Others, 0, votes.clone());
        self.tasks.extend(votes.into_iter().map(Input::Vote));
    }

    pub(super) fn draw_votes(&self, role: Role, value: Value) -> Vec<Vote> {
        let keys = self.identity.keys.iter();
        keys.filter_map(|(voter, keys)| cast_vote(&self.context, role, value, *voter, keys.as_ref()))
            .collect()
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
        let drawn = if lacks_body || !self.strategy.proposes() {
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
        let (round, block) = (proposal.role().round, *proposal.block());
        self.effects.push(Effect::Proposed { round, block });
        let message = Message::Proposal(Box::new(proposal.clone()), Some(body));
        self.send(To::Others, round, 0, message);
        self.tasks.push_back(Input::Proposal(proposal));
    }

    /// The lowest proposal that the node's keys can make, with its body: the carried block, or a new one.
    pub(super) fn draw_proposal(
        &self,
        period: u32,
        carried: Option<Block>,
        variant: u8,
    ) -> Option<(Proposal, Block)> {
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
