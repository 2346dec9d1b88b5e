//! The choice between two seeds [SEED-6].

use klero_committee::sampling::{Digest, Priority};
use klero_committee::{Proposal, Role, Step, proposer_priority};

use super::{Effect, Node, Strategy, own_proposal};
use crate::sim::chain::Block;
use crate::sim::message::Message;

/// Where it may propose in period 0 it compares two seeds: the one that its block would give, and the one that every
/// block of a later period gives. It takes the one under which its own keys draw the lower priority in the round whose
/// committees that seed draws. If that is not the seed of its block, it sends the proposal and never the body: where
/// it is the lowest, nobody certifies what nobody holds, and the period fails [SEED-3]. Where it is not the lowest,
/// neither way changes anything, so that it need not know which proposal is.
#[derive(Default)]
pub(super) struct SeedChoosing {
    /// The last block whose body is kept back.
    withheld: Option<Digest>,
    /// The last block that was decided about.
    judged: Option<Digest>,
}

impl Strategy for SeedChoosing {
    fn acts(&mut self, node: &mut Node, wanted: Vec<Effect>) -> Vec<Effect> {
        let mut kept = Vec::new();
        for effect in wanted {
            match own_proposal(node, &effect) {
                Some((proposal, body, attempt)) if proposal.is_fresh() && proposal.role().period == 0 => {
                    self.judge(node, body);
                    let role = proposal.role();
                    if self.withheld == Some(*proposal.block())
                        && let Effect::Send { to, .. } = effect
                    {
                        node.send(to, role.round, attempt, header_of(proposal));
                    } else {
                        kept.push(effect);
                    }
                }
                _ if !self.shows_withheld(&effect) => kept.push(effect),
                _ => {}
            }
        }
        kept
    }
}

fn header_of(proposal: &Proposal) -> Message {
    Message::Proposal(Box::new(proposal.clone()), None)
}

impl SeedChoosing {
    /// Decides about a block of its own, once.
    fn judge(&mut self, node: &Node, block: &Block) {
        let digest = block.digest();
        if self.judged == Some(digest) {
            return;
        }
        self.judged = Some(digest);
        let fallback = node.log.chain.next_seed(None);
        let own = best_draw(node, block.seed);
        let other = fallback.and_then(|seed| best_draw(node, seed));
        let prefers_other = match (own, other) {
            (Some(own), Some(other)) => other < own,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        self.withheld = prefers_other.then_some(digest);
    }

    fn shows_withheld(&self, effect: &Effect) -> bool {
        matches!(effect, Effect::Send { envelope, .. }
            if matches!(&envelope.message, Message::Body(block) if Some(block.digest()) == self.withheld))
    }
}

/// The lowest priority that the node's keys draw for proposing in the round whose committees this seed draws [SEED-5].
fn best_draw(node: &Node, seed: Digest) -> Option<Priority> {
    let lookback = node.context.profile().seeds.lookback;
    let round = node.machine.round().saturating_add(lookback);
    let context = node.identity.setting.context(round, seed);
    let role = Role::new(round, 0, Step::Propose);
    let keys = node.identity.keys.iter();
    keys.filter_map(|(index, keys)| proposer_priority(&context, role, *index, keys.as_ref()))
        .min()
}
