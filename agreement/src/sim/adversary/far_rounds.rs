//! Votes and proposals for places far ahead.

use klero_committee::sampling::Digest;
use klero_committee::{Role, Step, Value, cast_vote, make_proposal};

use super::{Effect, Node, PHANTOM, Strategy};
use crate::sim::chain::Block;
use crate::sim::effect::To;
use crate::sim::message::Message;

/// Besides what an honest node says: each time its round, period or k changes, it signs votes and proposals of later
/// periods, rounds and Next steps, up to the greatest numbers there are [BA-10]. Whoever does not know the seed of such
/// a round can verify nothing of it; the seed that these messages name is the present one.
#[derive(Default)]
pub(super) struct FarRounds {
    last: (u64, u32, u32),
}

impl Strategy for FarRounds {
    fn acts(&mut self, node: &mut Node, wanted: Vec<Effect>) -> Vec<Effect> {
        let (round, period, k) = (node.machine.round(), node.machine.period(), node.machine.k());
        let last = std::mem::replace(&mut self.last, (round, period, k));
        if last != self.last {
            vote_ahead(node, k);
        }
        if (last.0, last.1) != (round, period) {
            for place in places(round, period) {
                vote_far(node, place);
            }
            for (round, period) in [
                (round, period.saturating_add(1)),
                (round, period.saturating_add(1_000)),
            ] {
                propose_ahead(node, round, period);
            }
            for (ahead, period) in [(1, 0), (1, 7), (2, 0), (1_000, 0)] {
                propose_ahead(node, round.saturating_add(ahead), period);
            }
        }
        wanted
    }
}

/// Places ahead.
fn places(round: u64, period: u32) -> [(u64, u32); 7] {
    [
        (round, period.saturating_add(1)),
        (round, u32::MAX),
        (round.saturating_add(1), 0),
        (round.saturating_add(1), 1),
        (round.saturating_add(2), 0),
        (round.saturating_add(1_000), 0),
        (u64::MAX, 0),
    ]
}

/// Votes in Next steps of the present period that are not due yet.
fn vote_ahead(node: &mut Node, k: u32) {
    let k_max = node.context.profile().k_max;
    let (round, period) = (node.machine.round(), node.machine.period());
    for far in [
        k.saturating_add(1),
        k.saturating_add(2),
        k_max,
        k_max.saturating_add(1),
        u32::MAX,
    ] {
        for value in [Value::Block(PHANTOM), Value::Bottom] {
            vote(node, Role::new(round, period, Step::Next(far)), value);
        }
    }
}

/// Votes in steps of a place where nothing is due yet: for a block that nobody made, and for no block where that can
/// be said.
fn vote_far(node: &mut Node, (round, period): (u64, u32)) {
    for step in [Step::Soft, Step::Cert] {
        vote(node, Role::new(round, period, step), Value::Block(PHANTOM));
    }
    for k in [0, 1, u32::MAX] {
        vote(node, Role::new(round, period, Step::Next(k)), Value::Bottom);
    }
}

fn vote(node: &mut Node, role: Role, value: Value) {
    let seed = seed_of(node, role.round);
    let context = node.identity.setting.context(role.round, seed);
    let keys = node.identity.keys.iter();
    let votes: Vec<_> = keys
        .filter_map(|(voter, keys)| cast_vote(&context, role, value, *voter, keys.as_ref()))
        .collect();
    if !votes.is_empty() {
        node.send_with_seed(To::Others, role.round, seed, 0, Message::Votes(votes));
    }
}

/// Proposes where no honest node does yet: in the present round a block that is good in that period, in later ones a
/// block whose parent nobody made.
fn propose_ahead(node: &mut Node, round: u64, period: u32) {
    let seed = seed_of(node, round);
    if round == node.machine.round() {
        if let Some((proposal, body)) = node.draw_proposal(period, None, 0) {
            let block = *proposal.block();
            node.effects.push(Effect::Proposed { round, block });
            let message = Message::Proposal(Box::new(proposal), Some(body));
            node.send_with_seed(To::Others, round, seed, 0, message);
        }
        return;
    }
    let context = node.identity.setting.context(round, seed);
    let mut made = Vec::new();
    for (proposer, keys) in node.identity.keys.iter() {
        let body = Block {
            round,
            period,
            proposer: *proposer,
            parent: PHANTOM,
            seed,
            variant: 2,
        };
        let place = |_: &_| Some((body.digest(), period, *proposer));
        let proposal = make_proposal(&context, period, *proposer, keys.as_ref(), place);
        made.extend(proposal.map(|proposal| (proposal, body)));
    }
    for (proposal, body) in made {
        let message = Message::Proposal(Box::new(proposal), Some(body));
        node.send_with_seed(To::Others, round, seed, 0, message);
    }
}

/// The seed of a round as far as it is known, else the present one.
fn seed_of(node: &Node, round: u64) -> Digest {
    let known = node.log.chain.committee_seed(round);
    known.unwrap_or_else(|| *node.context.seed())
}
