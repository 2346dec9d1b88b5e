//! Each message as late as it hurts.

use std::collections::BTreeMap;
use std::sync::Arc;

use klero_committee::{Role, Step, Vote};

use super::{Effect, Node, Strategy};
use crate::sim::effect::To;
use crate::sim::message::{Envelope, Message};

/// How many messages it holds at most; beyond that it lets them go.
const MOST: usize = 1_000;
/// In so many milliseconds before a moment it sends what should split the others by who hears it in time.
const SPREAD: u64 = 60;

/// Sends everything, its own and what it passes on, but by content at the worst moment: proposals just before the
/// filter time ends, Soft votes and their certificates just before the first deadline, Cert votes just after it, and
/// each Next(k) just before the deadline that follows. Bodies and answers take no longer than usual.
#[derive(Default)]
pub(super) struct Delaying {
    /// The present round and period, and when it began.
    period: (u64, u32),
    began: u64,
    held: BTreeMap<u64, (To, Arc<Envelope>)>,
    numbered: u64,
    due: Vec<u64>,
}

impl Strategy for Delaying {
    fn wakes(&mut self, number: u64) {
        self.due.push(number);
    }

    fn acts(&mut self, node: &mut Node, wanted: Vec<Effect>) -> Vec<Effect> {
        let present = (node.machine.round(), node.machine.period());
        if present != self.period {
            (self.period, self.began) = (present, node.now);
        }
        for number in std::mem::take(&mut self.due) {
            if let Some((to, envelope)) = self.held.remove(&number) {
                node.effects.push(Effect::Send { to, envelope });
            }
        }
        let mut kept = Vec::new();
        for effect in wanted {
            match effect {
                Effect::Send { to, envelope } => {
                    let at = self.leaves(node, &envelope);
                    if at <= node.now || self.held.len() >= MOST {
                        kept.push(Effect::Send { to, envelope });
                    } else {
                        self.numbered += 1;
                        self.held.insert(self.numbered, (to, envelope));
                        node.wake_scheme(self.numbered, at - node.now);
                    }
                }
                other => kept.push(other),
            }
        }
        kept
    }
}

impl Delaying {
    /// When a message leaves.
    fn leaves(&self, node: &mut Node, envelope: &Envelope) -> u64 {
        let role = match &envelope.message {
            Message::Votes(votes) => votes.first().map(Vote::role),
            Message::Proposal(proposal, _) => Some(proposal.role()),
            Message::Certificate(certificate) => Some(certificate.role()),
            Message::Body(_) | Message::Fetch(_) | Message::Sync(_) | Message::Finals(_) => None,
        };
        match role {
            Some(role) if (role.round, role.period) == self.period => self.worst(node, role),
            _ => node.now,
        }
    }

    fn worst(&self, node: &mut Node, role: Role) -> u64 {
        let (timing, k) = (node.context.profile().timing, node.machine.k());
        let filter = match role.period {
            0 => node.machine.round.start.filter,
            _ => timing.filter_max,
        };
        let early = node.random.between(0, SPREAD);
        let after = match role.step {
            Step::Propose => u64::from(filter).saturating_sub(early),
            Step::Soft => u64::from(timing.deadline).saturating_sub(early),
            Step::Cert => u64::from(timing.deadline).saturating_add(early),
            Step::Next(of) if of >= k => {
                let step = u64::from(timing.step(of)).saturating_sub(early);
                return node.now.saturating_add(step);
            }
            Step::Next(_) => 0,
        };
        self.began.saturating_add(after)
    }
}
