//! What became of every step: how many nodes voted in it, and whether a quorum formed.

use std::collections::BTreeMap;

use klero_committee::{Role, Value};

use super::Simulation;

/// What became of the votes for one value in one role. Liars and mute nodes do not count, neither as voters nor as
/// witnesses of a quorum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The round, period and step.
    pub role: Role,
    /// What was voted for.
    pub value: Value,
    /// How many nodes voted for it with at least one seat; one that votes again after a crash counts again.
    pub voters: usize,
    /// Whether some node counted a quorum of votes.
    pub is_quorum: bool,
}

/// Voters, and whether there was a quorum.
#[derive(Debug, Default)]
pub(super) struct Outcomes(BTreeMap<(Role, Value), (usize, bool)>);

impl Outcomes {
    pub(super) fn spoke(&mut self, role: Role, value: Value) {
        let (voters, _) = self.0.entry((role, value)).or_default();
        *voters = voters.saturating_add(1);
    }

    pub(super) fn reached(&mut self, role: Role, value: Value) {
        let (_, is_quorum) = self.0.entry((role, value)).or_default();
        *is_quorum = true;
    }
}

impl Simulation {
    /// What became of each step so far, in the order of rounds and periods.
    pub fn outcomes(&self) -> impl Iterator<Item = Outcome> {
        self.outcomes
            .0
            .iter()
            .map(|((role, value), (voters, is_quorum))| Outcome {
                role: *role,
                value: *value,
                voters: *voters,
                is_quorum: *is_quorum,
            })
    }

    /// The stakes of a node's validators.
    pub fn stakes(&self, node: usize) -> Vec<u64> {
        let Some(place) = self.places.get(node) else {
            return Vec::new();
        };
        let (keys, setting) = (&place.identity.keys, &place.identity.setting);
        keys.iter()
            .filter_map(|(member, _)| setting.stake(*member))
            .collect()
    }
}
