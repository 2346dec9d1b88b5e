//! Bodies: asked for, judged, handed to others.

use klero_committee::sampling::Digest;

use super::chain::Block;
use super::effect::{To, Wake};
use super::message::Message;
use super::node::Node;
use crate::Input;

/// After how many milliseconds a body that did not come is asked for again.
const ASK_AGAIN: u64 = 500;

impl Node {
    /// The machine needs this body: it is told of it at once, or the others are asked.
    pub(super) fn want(&mut self, block: Digest) {
        if self.bodies.contains_key(&block) {
            self.offer(block);
        } else if self.wanted.insert(block) {
            self.fetch(block);
        }
    }

    fn fetch(&mut self, block: Digest) {
        self.send(To::Others, self.machine.round(), 0, Message::Fetch(block));
        self.wake(Wake::Body(block), ASK_AGAIN);
    }

    /// A body was asked for a while ago.
    pub(super) fn on_waited_for(&mut self, block: Digest) {
        if !self.wanted.contains(&block) {
            return;
        }
        if self.machine.needs_body(&block) && !self.bodies.contains_key(&block) {
            self.fetch(block);
        } else {
            self.wanted.remove(&block);
        }
    }

    /// Tells the machine of a body that is held, and what the application says about it.
    pub(super) fn offer(&mut self, digest: Digest) {
        let Some(block) = self.bodies.get(&digest) else {
            return;
        };
        if block.round != self.log.chain.round() {
            // Of the next round: it is judged once its parent is final.
            return;
        }
        let verdict = if self.log.chain.accepts(block) {
            Input::Validated(digest)
        } else {
            Input::Rejected(digest)
        };
        self.tasks.push_back(Input::Held(digest));
        self.tasks.push_back(verdict);
    }

    /// Notes what a body gives a node of the network to verify: it carries a certificate of its parent [FIN-1]. The
    /// one that this node made is as long.
    pub(super) fn judge_parent(&mut self, digest: &Digest) {
        let round = self.bodies.get(digest).map_or(0, |block| block.round);
        if let Some(parent) = self.log.chain.certificate_before(round) {
            self.work.certificate(parent);
        }
    }

    /// A body came by itself.
    pub(super) fn on_body(&mut self, from: usize, attempt: u32, block: Block) {
        let digest = block.digest();
        if self.bodies.contains_key(&digest) || !self.machine.needs_body(&digest) {
            return;
        }
        self.bodies.insert(digest, block);
        self.wanted.remove(&digest);
        self.judge_parent(&digest);
        if self.machine.seeks_body(&digest) {
            // [BA-10]: the body of a staged, carried or certified value is passed on whatever the proposals say.
            self.send(To::OthersThan(from), block.round, attempt, Message::Body(block));
        }
        self.offer(digest);
    }

    /// A peer asks for a body.
    pub(super) fn on_fetch(&mut self, from: usize, digest: &Digest) {
        let held = self.bodies.get(digest).copied();
        if let Some(block) = held.or_else(|| self.log.chain.find(digest)) {
            self.send(To::Node(from), block.round, 0, Message::Body(block));
        }
    }
}
