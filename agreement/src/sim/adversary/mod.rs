//! Adversaries, one file each: what a node does that does not keep to the protocol [MOD-4].
//!
//! A [`Strategy`] sits between a node and the network. The node does what an honest one does; the strategy hears what
//! the node hears, and of everything that the node wants to do it makes what the adversary does. It knows its own node
//! and nothing else: neither the network nor other adversaries, but by what they send.

mod delaying;
mod equivocating;
mod far_rounds;
mod replaying;
mod seed_choosing;
mod silent;
mod two_blocks;
mod withholding;

use std::sync::Arc;

use klero_committee::sampling::Digest;
use klero_committee::{Proposal, Vote};

use super::Behaviour;
use super::chain::Block;
use super::effect::{Effect, Wake};
use super::message::{Envelope, Message};
use super::node::Node;

/// A block that nobody made.
const PHANTOM: Digest = Digest([0xee; 32]);

/// What an adversary does, where that is not what an honest node does. All that it remembers is lost in a crash.
pub(super) trait Strategy: Send + Sync {
    /// Whether the node uses the right to propose.
    fn proposes(&self) -> bool {
        true
    }

    /// A message arrived; after this the node handles it.
    fn hears(&mut self, _envelope: &Arc<Envelope>) {}

    /// An alarm clock rings that the strategy set by [`Wake::Scheme`].
    fn wakes(&mut self, _number: u64) {}

    /// The node handled an event and wants this; what becomes of it. What the strategy sends through the node comes
    /// after that, as it is.
    fn acts(&mut self, _node: &mut Node, wanted: Vec<Effect>) -> Vec<Effect> {
        wanted
    }
}

/// What an honest node does.
#[derive(Debug)]
struct Honest;

impl Strategy for Honest {}

/// First the one, then the other with what the one made of it.
struct Both<A, B>(A, B);

impl<A: Strategy, B: Strategy> Strategy for Both<A, B> {
    fn proposes(&self) -> bool {
        self.0.proposes() && self.1.proposes()
    }

    fn hears(&mut self, envelope: &Arc<Envelope>) {
        self.0.hears(envelope);
        self.1.hears(envelope);
    }

    fn wakes(&mut self, number: u64) {
        self.0.wakes(number);
        self.1.wakes(number);
    }

    fn acts(&mut self, node: &mut Node, wanted: Vec<Effect>) -> Vec<Effect> {
        let wanted = self.0.acts(node, wanted);
        self.1.acts(node, wanted)
    }
}

impl Behaviour {
    /// A strategy that remembers nothing yet.
    pub(super) fn strategy(self) -> Box<dyn Strategy> {
        match self {
            Self::Honest => Box::new(Honest),
            Self::NeverProposes => Box::new(silent::NeverProposes),
            Self::Mute => Box::new(silent::Mute),
            Self::Equivocating => Box::<equivocating::Equivocating>::default(),
            Self::TwoBlocks => Box::<two_blocks::TwoBlocks>::default(),
            Self::TwoFaced => Box::new(Both(
                equivocating::Equivocating::default(),
                two_blocks::TwoBlocks::default(),
            )),
            Self::Withholding { victims } => Box::new(withholding::Withholding { victims }),
            Self::Delaying => Box::<delaying::Delaying>::default(),
            Self::Replaying => Box::<replaying::Replaying>::default(),
            Self::FarRounds => Box::<far_rounds::FarRounds>::default(),
            Self::SeedChoosing => Box::<seed_choosing::SeedChoosing>::default(),
        }
    }
}

impl Node {
    /// What the node wants since it was asked last, as its behaviour has it.
    pub(super) fn take_effects(&mut self) -> Vec<Effect> {
        let wanted = std::mem::take(&mut self.effects);
        let mut strategy = std::mem::replace(&mut self.strategy, Box::new(Honest));
        let mut effects = strategy.acts(self, wanted);
        self.strategy = strategy;
        effects.append(&mut self.effects);
        effects
    }

    /// From now on the node behaves like this.
    pub(super) fn behave(&mut self, behaviour: Behaviour) {
        self.identity.behaviour = behaviour;
        self.strategy = behaviour.strategy();
    }

    /// Whether these are keys of this node.
    fn owns(&self, member: u32) -> bool {
        self.identity.keys.iter().any(|(index, _)| *index == member)
    }

    /// Rings the strategy's alarm clock.
    fn wake_scheme(&mut self, number: u64, after: u64) {
        self.wake(Wake::Scheme(number), after);
    }
}

/// The node's own proposal with its body, if that is what an effect sends.
fn own_proposal<'a>(node: &Node, effect: &'a Effect) -> Option<(&'a Proposal, &'a Block, u32)> {
    let Effect::Send { envelope, .. } = effect else {
        return None;
    };
    match &envelope.message {
        Message::Proposal(proposal, Some(body)) if node.owns(proposal.proposer()) => {
            Some((proposal, body, envelope.attempt))
        }
        _ => None,
    }
}

/// Votes that an effect sends.
fn votes_sent(effect: &Effect) -> Option<(&[Vote], u32)> {
    let Effect::Send { envelope, .. } = effect else {
        return None;
    };
    match &envelope.message {
        Message::Votes(votes) => Some((votes, envelope.attempt)),
        _ => None,
    }
}
