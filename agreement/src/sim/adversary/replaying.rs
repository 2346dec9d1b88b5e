//! What was said once is said again and again.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Effect, Node, Strategy};
use crate::sim::effect::To;
use crate::sim::message::{Envelope, Message};

/// How many messages it remembers, the latest; they reach back some rounds.
const REMEMBERED: usize = 512;
/// How often it speaks, in milliseconds, and how many messages it repeats then.
const EVERY: u64 = 400;
const AT_ONCE: usize = 8;

/// Honest, but keeps what it hears, of old periods and rounds too, and sends it again with attempt counters that rise,
/// so that no duplicate cache stops it [BA-11]. One in four has a counter near the greatest there is.
#[derive(Default)]
pub(super) struct Replaying {
    heard: VecDeque<Arc<Envelope>>,
    turn: u32,
    is_set: bool,
    is_due: bool,
}

impl Strategy for Replaying {
    fn hears(&mut self, envelope: &Arc<Envelope>) {
        if matches!(envelope.message, Message::Fetch(_) | Message::Sync(_)) {
            return;
        }
        if self.heard.len() == REMEMBERED {
            self.heard.pop_front();
        }
        self.heard.push_back(Arc::clone(envelope));
    }

    fn wakes(&mut self, _: u64) {
        (self.is_set, self.is_due) = (false, true);
    }

    fn acts(&mut self, node: &mut Node, wanted: Vec<Effect>) -> Vec<Effect> {
        if std::mem::take(&mut self.is_due) {
            self.turn = self.turn.saturating_add(1);
            for _ in 0..AT_ONCE {
                self.repeat(node);
            }
        }
        if !std::mem::replace(&mut self.is_set, true) {
            node.wake_scheme(0, EVERY);
        }
        wanted
    }
}

impl Replaying {
    fn repeat(&self, node: &mut Node) {
        let most = (self.heard.len() as u64).saturating_sub(1);
        let chosen = node.random.between(0, most) as usize;
        let Some(envelope) = self.heard.get(chosen) else {
            return;
        };
        let rising = match node.random.between(0, 3) {
            0 => (u32::MAX >> 1).saturating_add(self.turn),
            1 => envelope.attempt.saturating_add(1),
            _ => envelope.attempt.saturating_add(self.turn),
        };
        let Envelope { round, seed, .. } = **envelope;
        node.send_with_seed(To::Others, round, seed, rising, envelope.message.clone());
    }
}
