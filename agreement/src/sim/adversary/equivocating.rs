//! Two values in every role.

use std::collections::{BTreeMap, BTreeSet};

use klero_committee::{Role, Step, Value, Vote};

use super::{Effect, Node, PHANTOM, Strategy, votes_sent};
use crate::sim::effect::To;

/// Signs every value that it knows in every role of the present period in which its keys are drawn, whether or not a
/// vote is due: Soft and Cert for two blocks, each Next for two blocks and for no block. It does so as soon as it
/// knows the values. Where it knows one block when the first Soft vote comes, a block that nobody made is the other. A coin
/// says for each role whether everybody hears everything, or each half of the others another value [COM-4].
#[derive(Default)]
pub(super) struct Equivocating {
    round: u64,
    said: BTreeMap<Role, Vec<Said>>,
}

struct Said {
    value: Value,
    votes: Vec<Vote>,
    audience: To,
}

impl Strategy for Equivocating {
    fn acts(&mut self, node: &mut Node, wanted: Vec<Effect>) -> Vec<Effect> {
        if node.machine.round() != self.round {
            self.round = node.machine.round();
            self.said.clear();
        }
        let mut kept = Vec::new();
        let mut repeated = BTreeSet::new();
        for effect in wanted {
            match votes_sent(&effect) {
                Some((votes, attempt)) if votes.iter().any(|vote| node.owns(vote.voter())) => {
                    repeated.extend(votes.first().map(|vote| (vote.role(), attempt)));
                    send_rest(node, &effect, votes, attempt);
                }
                _ => kept.push(effect),
            }
        }
        for (role, attempt) in repeated.into_iter().filter(|(_, attempt)| *attempt > 0) {
            for said in self.said.get(&role).into_iter().flatten() {
                node.send_votes(said.audience, attempt, said.votes.clone());
            }
        }
        self.speak(node);
        kept
    }
}

/// Sends only the votes of others.
fn send_rest(node: &mut Node, effect: &Effect, votes: &[Vote], attempt: u32) {
    if let Effect::Send { to, .. } = effect {
        let others = votes.iter().filter(|vote| !node.owns(vote.voter()));
        node.send_votes(*to, attempt, others.cloned().collect());
    }
}

impl Equivocating {
    /// Signs whatever can be signed in the present period and is not yet.
    fn speak(&mut self, node: &mut Node) {
        let (round, period, k) = (self.round, node.machine.period(), node.machine.k());
        let k_max = node.context.profile().k_max;
        let next = (k.saturating_sub(1)..=k.saturating_add(1)).filter(|k| *k <= k_max);
        for step in [Step::Soft, Step::Cert].into_iter().chain(next.map(Step::Next)) {
            let role = Role::new(round, period, step);
            for value in values(node, role) {
                self.say(node, role, value);
            }
        }
    }

    fn say(&mut self, node: &mut Node, role: Role, value: Value) {
        let said = self.said.entry(role).or_default();
        if said.iter().any(|known| known.value == value) {
            return;
        }
        let audience = match said.last().map(|last| last.audience) {
            Some(To::Half { odd }) => To::Half { odd: !odd },
            Some(_) => To::Others,
            None if node.random.chance(500) => To::Others,
            None => To::Half {
                odd: node.random.chance(500),
            },
        };
        let votes = node.draw_votes(role, value);
        node.send_votes(audience, 0, votes.clone());
        said.push(Said {
            value,
            votes,
            audience,
        });
    }
}

/// The values to sign in a role: the lowest proposal and another block, if known, and no block where that can be said.
fn values(node: &Node, role: Role) -> Vec<Value> {
    let lowest = node.machine.lowest().map(|proposal| *proposal.block());
    let known = node.bodies.iter().filter(|(_, block)| block.round == role.round);
    let others = known
        .map(|(digest, _)| *digest)
        .filter(|block| Some(*block) != lowest);
    let mut values: Vec<Value> = lowest
        .into_iter()
        .chain(others)
        .take(2)
        .map(Value::Block)
        .collect();
    let others_vote = node.machine.progress(Step::Soft).0 > 0 || node.log.votes.contains_key(&role);
    if values.len() == 1 && others_vote {
        values.push(Value::Block(PHANTOM));
    }
    if matches!(role.step, Step::Next(_)) {
        values.push(Value::Bottom);
    }
    values
}
