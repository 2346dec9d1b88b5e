//! Passing on what is sent again [BA-10] [BA-11].
//!
//! What is new is passed on because the machine says so. What is known and is sent again, under a counter above 0,
//! is passed on too, or it would not reach nodes that only know the sender through others; but not more often
//! than honest nodes send again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use klero_committee::{Proposal, Role, Step};

use super::Core;
use crate::verify::copies::NOBODY;

const MOST: usize = 1 << 16;
/// Nodes send again once a step; no step is shorter than this by much.
const LEAST_INTERVAL: Duration = Duration::from_millis(250);

/// What was passed on again in the round under way.
#[derive(Debug, Default)]
pub(super) struct Relays {
    again: BTreeMap<(Role, u32), Instant>,
    proposers: BTreeSet<(Role, u32)>,
}

impl Relays {
    /// Whether something known, named by its role and speakers, is to be passed on again: if it is due for one of them. Then
    /// it is done for all.
    pub(super) fn again(&mut self, role: Role, speakers: &[u32], attempt: u32) -> bool {
        let now = Instant::now();
        let is_past = |at: &Instant| now.duration_since(*at) >= LEAST_INTERVAL;
        if self.again.len() >= MOST {
            self.again.retain(|_, at| !is_past(at));
        }
        let is_due = |speaker: &u32| match self.again.get(&(role, *speaker)) {
            Some(at) => is_past(at),
            None => self.again.len() < MOST,
        };
        if attempt == 0 || !speakers.iter().any(is_due) {
            return false;
        }
        for speaker in speakers {
            self.again.insert((role, *speaker), now);
        }
        true
    }

    /// Whether a proposer was heard in a role.
    pub(super) fn has_proposed(&self, role: Role, proposer: u32) -> bool {
        self.proposers.contains(&(role, proposer))
    }

    /// Notes that a proposer was heard in a role.
    pub(super) fn note_proposal(&mut self, role: Role, proposer: u32) {
        if self.proposers.len() < MOST {
            self.proposers.insert((role, proposer));
        }
    }

    /// Forgets earlier rounds.
    pub(super) fn forget_before(&mut self, round: u64) {
        self.again.retain(|(role, _), _| role.round >= round);
        self.proposers.retain(|(role, _)| role.round >= round);
    }
}

impl Core {
    /// A copy of what was verified before: whether it is passed on again [BA-10].
    pub(super) fn on_copy(&mut self, role: Role, speakers: &[u32], attempt: u32) -> bool {
        let is_near = role.period.abs_diff(self.machine.period()) <= 1;
        let lowest = |it: &Proposal| it.role() == role && speakers.contains(&it.proposer());
        let is_kept = match role.step {
            Step::Propose => self.machine.lowest().is_some_and(lowest),
            _ if speakers.contains(&NOBODY) => self.certificates.keys().any(|(kept, _)| *kept == role),
            _ => is_near,
        };
        role.round == self.machine.round() && is_kept && self.relays.again(role, speakers, attempt)
    }
}
