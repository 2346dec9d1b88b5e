//! Catching up: a node that hears of a later round asks for the blocks that it missed, and believes their
//! certificates only.

use klero_committee::{Step, Value};

use super::Broken;
use super::chain::Final;
use super::effect::{Effect, To, Wake};
use super::message::Message;
use super::node::Node;
use crate::Input;

/// How many blocks are sent at once.
const BATCH: usize = 64;
/// For how many milliseconds the next round may be spoken of before this node asks: its own decision is most
/// likely on the way.
const PATIENCE: u64 = 1_000;

impl Node {
    /// A peer spoke of a round.
    pub(super) fn hear_of(&mut self, round: u64, peer: usize) {
        let open = self.machine.round();
        let asked_lately = self.asked.0 == open && self.now < self.asked.1.saturating_add(PATIENCE);
        if round <= open || asked_lately {
            return;
        }
        self.asked = (open, self.now);
        let after = if round == open.saturating_add(1) {
            PATIENCE
        } else {
            0
        };
        let peer = u32::try_from(peer).unwrap_or(u32::MAX);
        self.wake(Wake::Behind { round: open, peer }, after);
    }

    /// The patience for a round is over.
    pub(super) fn on_behind(&mut self, round: u64, peer: u32) {
        if self.machine.round() == round {
            let peer = usize::try_from(peer).unwrap_or(usize::MAX);
            self.send(To::Node(peer), round, 0, Message::Sync(round));
        }
    }

    /// A peer asks for blocks.
    pub(super) fn on_sync(&mut self, from: usize, round: u64) {
        let blocks = self.log.chain.from(round, BATCH);
        if !blocks.is_empty() {
            self.send(To::Node(from), round, 0, Message::Finals(blocks));
        }
    }

    /// Final blocks came: of each that follows the chain the machine is given certificate and body, as if they
    /// had come by themselves.
    pub(super) fn on_finals(&mut self, from: usize, blocks: &[Final]) {
        let begun_at = self.machine.round();
        for Final { block, certificate } in blocks {
            let digest = block.digest();
            let role = certificate.role();
            let fits = role.step == Step::Cert
                && role.round == block.round
                && certificate.value() == Value::Block(digest)
                && self.log.chain.accepts(block);
            if !fits {
                continue;
            }
            if self.identity.setting.mode.verifies
                && certificate.as_unverified().verify(&self.context).is_err()
            {
                self.effects.push(Effect::Broken(Broken::Unverifiable));
                return;
            }
            self.bodies.insert(digest, *block);
            self.work.certificate(certificate);
            self.judge_parent(&digest);
            self.feed(Input::Certificate(certificate.clone()));
            // The machine asks for the body only where it did not know the quorum already.
            self.offer(digest);
            self.settle();
        }
        let full = blocks.len() >= BATCH;
        if full && self.machine.round() > begun_at {
            let next = self.machine.round();
            self.send(To::Node(from), next, 0, Message::Sync(next));
        }
    }
}
