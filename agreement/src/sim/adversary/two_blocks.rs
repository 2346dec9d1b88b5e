//! Different blocks for different halves of the others.

use klero_committee::Role;

use super::{Effect, Node, Strategy, own_proposal};
use crate::sim::effect::To;
use crate::sim::message::Message;

/// Whenever it may propose a new block it makes two, and shows each half of the others one, now and whenever it
/// repeats itself [BA-2].
#[derive(Default)]
pub(super) struct TwoBlocks {
    /// The second block of its last proposal.
    second: Option<(Role, Message)>,
}

impl Strategy for TwoBlocks {
    fn acts(&mut self, node: &mut Node, wanted: Vec<Effect>) -> Vec<Effect> {
        let mut kept = Vec::new();
        for effect in wanted {
            match own_proposal(node, &effect) {
                Some((proposal, body, attempt)) if proposal.is_fresh() => {
                    let role = proposal.role();
                    let message = Message::Proposal(Box::new(proposal.clone()), Some(*body));
                    self.show_both(node, role, attempt, message);
                }
                _ => kept.push(effect),
            }
        }
        kept
    }
}

impl TwoBlocks {
    fn show_both(&mut self, node: &mut Node, role: Role, attempt: u32, first: Message) {
        if self.second.as_ref().is_none_or(|(known, _)| *known != role) {
            let drawn = node.draw_proposal(role.period, None, 2 * node.identity.twin + 1);
            self.second = drawn.map(|(proposal, body)| {
                let block = *proposal.block();
                let round = role.round;
                node.effects.push(Effect::Proposed { round, block });
                (role, Message::Proposal(Box::new(proposal), Some(body)))
            });
        }
        node.send(To::Half { odd: false }, role.round, attempt, first);
        if let Some((_, second)) = &self.second {
            node.send(To::Half { odd: true }, role.round, attempt, second.clone());
        }
    }
}
