//! A quorum is kept from victims.

use super::{Effect, Node, Strategy};
use crate::sim::effect::To;
use crate::sim::message::Message;

/// Sends its victims proposals and bodies, but nothing that is or completes a quorum: no votes, no certificates, no
/// final blocks, neither its own nor those of others. To everyone else it is honest.
pub(super) struct Withholding {
    /// A bit for each victim, by its number; only the first 64 nodes can be victims.
    pub(super) victims: u64,
}

impl Strategy for Withholding {
    fn acts(&mut self, _: &mut Node, wanted: Vec<Effect>) -> Vec<Effect> {
        wanted
            .into_iter()
            .filter_map(|effect| self.keep_back(effect))
            .collect()
    }
}

impl Withholding {
    fn keep_back(&self, effect: Effect) -> Option<Effect> {
        let Effect::Send { to, envelope } = effect else {
            return Some(effect);
        };
        let makes_quorum = matches!(
            &envelope.message,
            Message::Votes(_) | Message::Certificate(_) | Message::Finals(_)
        );
        let to = if makes_quorum {
            self.without_victims(to)?
        } else {
            to
        };
        Some(Effect::Send { to, envelope })
    }

    fn without_victims(&self, to: To) -> Option<To> {
        match to {
            To::Node(node) => (self.victims & bit(node) == 0).then_some(to),
            To::Others => Some(To::Except(self.victims)),
            To::OthersThan(source) => Some(To::Except(self.victims | bit(source))),
            To::Except(mask) => Some(To::Except(self.victims | mask)),
            To::Half { .. } => Some(to),
        }
    }
}

/// The bit of a node; none beyond the first 64.
fn bit(node: usize) -> u64 {
    u32::try_from(node).map_or(0, |node| 1_u64.checked_shl(node).unwrap_or(0))
}
