//! Blocks of the round under way and the next: held, checked, judged.
//!
//! A block is held as long as the machine needs it [BA-7]. The pool checks what the chain can say about it, then
//! the application judges its payload; only then may it be voted for in Cert [BA-4].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use klero_agreement::Input;
use klero_committee::{Role, Step};
use klero_finality::Block;
use klero_net::{Receipt, Verdict};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;

use super::timers::Due;
use super::{Core, CoreError, Task};
use crate::app::Judgement;
use crate::app_thread::Request;
use crate::verify::Job;
use crate::verify::copies::NOBODY;
use crate::wire::Message;

/// How long to wait before the application is asked again for what it could not judge.
const JUDGE_AGAIN: Duration = Duration::from_millis(100);

/// The blocks held.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    blocks: BTreeMap<Digest, (Arc<Block>, bool)>,
}

impl Bodies {
    /// Whether a block is held.
    pub(super) fn has(&self, digest: &Digest) -> bool {
        self.blocks.contains_key(digest)
    }

    /// A block that is held, checked or not.
    pub(super) fn get(&self, digest: &Digest) -> Option<&Arc<Block>> {
        self.blocks.get(digest).map(|(block, _)| block)
    }

    /// Holds a block that is still to be checked.
    pub(super) fn hold(&mut self, digest: Digest, block: Arc<Block>) {
        self.blocks.entry(digest).or_insert((block, false));
    }

    /// Whether a block that is held was checked; `None` for one that is not held.
    pub(super) fn is_checked(&self, digest: &Digest) -> Option<bool> {
        self.blocks.get(digest).map(|(_, is_checked)| *is_checked)
    }

    /// Notes that a block follows the chain; says whether that is new.
    pub(super) fn checked(&mut self, digest: Digest, block: Arc<Block>) -> bool {
        let held = self.blocks.entry(digest).or_insert((block, false));
        !std::mem::replace(&mut held.1, true)
    }

    /// Keeps what is needed.
    pub(super) fn retain(&mut self, mut is_needed: impl FnMut(&Digest) -> bool) {
        self.blocks.retain(|digest, _| is_needed(digest));
    }

    /// The digests held.
    pub(super) fn digests(&self) -> Vec<Digest> {
        self.blocks.keys().copied().collect()
    }
}

impl Core {
    /// A body is needed: one that is held is told of, or checked first; for another one peers are asked.
    pub(super) fn fetch(&mut self, digest: Digest) -> Result<(), CoreError> {
        match self.bodies.is_checked(&digest) {
            Some(true) => {
                self.todo.push_back(Task::Tell(Box::new(Input::Held(digest))));
                self.judge(&digest)
            }
            Some(false) => {
                self.check_body(&digest);
                Ok(())
            }
            None => {
                // When there is no room, the next deadline asks again.
                let _later = self.links.fetch.try_send(digest);
                Ok(())
            }
        }
    }

    /// Forgets the bodies that no rule needs any more [BA-7].
    pub(super) fn prune_bodies(&mut self) {
        let (machine, own) = (&self.machine, &self.own);
        let is_needed =
            |digest: &Digest| machine.needs_body(digest) || machine.holds(digest) || own.has_proposed(digest);
        self.bodies.retain(is_needed);
        self.links.open.retain(is_needed);
    }

    /// A block came by gossip, unchecked: only one that is needed is worth the work. Says whether it is passed on
    /// without being checked again.
    pub(super) fn on_offer(
        &mut self,
        block: Box<Block>,
        attempt: u32,
        receipt: Option<Receipt>,
    ) -> Option<Receipt> {
        let digest = block.header.digest();
        if !self.machine.needs_body(&digest) {
            return receipt;
        }
        if self.bodies.is_checked(&digest) == Some(true) {
            let role = original_role(&block);
            if self.machine.seeks_body(&digest)
                && self.relays.again(role, &[NOBODY], attempt)
                && let Some(receipt) = receipt
            {
                self.links.network.verdict(receipt, Verdict::Accept);
                return None;
            }
            return receipt;
        }
        let message = Message::Block(block);
        self.links.verifier.submit(Job::wanted(message, attempt, receipt));
        None
    }

    /// Has the pool check a block against the chain. One of the next round waits until that round begins.
    pub(super) fn check_body(&self, digest: &Digest) {
        let Some(block) = self.bodies.get(digest) else {
            return;
        };
        if block.header.round == self.machine.round() {
            let message = Message::Block(Box::new(Block::clone(block)));
            self.links.verifier.submit(Job::own(message));
        }
    }

    /// A block of the round under way that follows the chain. Says whether it is worth passing on.
    pub(super) fn on_block(&mut self, block: Arc<Block>, attempt: u32) -> Result<bool, CoreError> {
        let (round, digest) = (block.header.round, block.header.digest());
        if round != self.machine.round() || !self.machine.needs_body(&digest) {
            return Ok(false);
        }
        let is_sought = self.machine.seeks_body(&digest);
        let is_new = self.bodies.checked(digest, Arc::clone(&block));
        if is_new {
            self.links.open.insert(digest, block.encode());
            self.tell(Input::Held(digest))?;
            if self.machine.round() == round {
                self.repropose(&digest)?;
                self.judge(&digest)?;
            }
        }
        // [BA-10]: the bodies of the staged, the carried and the decided value are passed on for themselves.
        let role = original_role(&block);
        Ok(is_sought && (is_new || self.relays.again(role, &[NOBODY], attempt)))
    }

    /// Asks the application about a block.
    pub(super) fn judge(&mut self, digest: &Digest) -> Result<(), CoreError> {
        let Some(block) = self.bodies.get(digest).map(Arc::clone) else {
            return Ok(());
        };
        self.ask(Request::Judge {
            digest: *digest,
            block,
        })
    }

    /// The application's verdict.
    pub(super) fn on_judged(&mut self, digest: Digest, judgement: Judgement) -> Result<(), CoreError> {
        let is_of_round = |block: &Arc<Block>| block.header.round == self.machine.round();
        if !self.bodies.get(&digest).is_some_and(is_of_round) {
            return Ok(());
        }
        match judgement {
            Judgement::Accept => self.tell(Input::Validated(digest)).map(drop),
            Judgement::Reject(reason) => {
                tracing::warn!(block = %digest, %reason, "the application rejects a block");
                self.tell(Input::Rejected(digest)).map(drop)
            }
            Judgement::NotYet => {
                self.timers.set(Instant::now() + JUDGE_AGAIN, Due::Judge(digest));
                Ok(())
            }
        }
    }
}

/// Where a block was first proposed.
fn original_role(block: &Block) -> Role {
    Role::new(block.header.round, block.header.original_period, Step::Propose)
}
