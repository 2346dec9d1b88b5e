//! What a node knows of one period.

use std::collections::{BTreeMap, BTreeSet};

use klero_committee::sampling::{Digest, Weight};
use klero_committee::{Proposal, Step, Tally, Value};

/// One period's proposals, votes and quorums.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Period {
    /// μ: the lowest proposal seen.
    pub(crate) lowest: Option<Proposal>,
    /// σ: the value with a Soft quorum.
    pub(crate) staged: Option<Digest>,
    /// The block with a Next quorum, if one was seen.
    pub(crate) next_value: Option<Digest>,
    /// Whether a Next quorum for ⊥ was seen, or two for different values [BA-7].
    pub(crate) next_bottom: bool,
    /// The first fresh proposal of each proposer, and whether a second one was passed on.
    pub(crate) proposers: BTreeMap<u32, (Proposal, bool)>,
    /// The blocks that each proposer proposed again.
    pub(crate) proposed_again: BTreeMap<u32, BTreeSet<Digest>>,
    /// Votes by step.
    pub(crate) tallies: BTreeMap<Step, Tally>,
    /// The k in which each member's Next votes are held.
    pub(crate) next_votes: BTreeMap<u32, BTreeSet<u32>>,
    /// The quorums already acted upon.
    pub(crate) quorums: BTreeSet<(Step, Value)>,
}

impl Period {
    /// The value that the next period starts from: value without bottom.
    pub(crate) fn carried(&self) -> Option<Digest> {
        self.next_value.filter(|_| !self.next_bottom)
    }

    /// Notes a quorum, and says whether it tells something new. A third value in one role does not: no rule asks
    /// for more than two, and two bound what a broken committee makes a node keep.
    pub(crate) fn note_quorum(&mut self, step: Step, value: Value) -> bool {
        let noted = self.quorums.iter().filter(|(of, _)| *of == step).count();
        noted < 2 && self.quorums.insert((step, value))
    }

    /// Records a Next quorum; a second value counts as bottom [BA-7].
    pub(crate) fn record_next(&mut self, value: Value) {
        match (value, self.next_value) {
            (Value::Bottom, _) => self.next_bottom = true,
            (Value::Block(block), None) => self.next_value = Some(block),
            (Value::Block(block), Some(known)) if block != known => self.next_bottom = true,
            (Value::Block(_), Some(_)) => {}
        }
    }

    /// Notes that a member's Next(k) vote came, and says whether it stays [BA-10]: two with the highest k do,
    /// those within one of `own`, and those that prove the pace.
    pub(crate) fn admit_next(&mut self, k: u32, voter: u32, own: u32, proof: Option<u32>) -> bool {
        let held = self.next_votes.entry(voter).or_default();
        held.insert(k);
        let two_highest: Vec<u32> = held.iter().rev().take(2).copied().collect();
        let stays = |k: &u32| two_highest.contains(k) || k.abs_diff(own) <= 1 || proof == Some(*k);
        let leaving: Vec<u32> = held.iter().copied().filter(|k| !stays(k)).collect();
        held.retain(|k| stays(k));
        let is_kept = held.contains(&k);
        for gone in leaving {
            if let Some(tally) = self.tallies.get_mut(&Step::Next(gone)) {
                tally.forget(voter);
            }
        }
        self.tallies.retain(|_, tally| !tally.is_empty());
        is_kept
    }

    /// The greatest k whose Next votes, of any value, carry at least `weight`.
    pub(crate) fn highest_next_with(&self, weight: Weight) -> Option<u32> {
        let enough = |(step, tally): (&Step, &Tally)| match step {
            Step::Next(k) if tally.weight_of_all() >= weight => Some(*k),
            _ => None,
        };
        self.tallies.iter().rev().find_map(enough)
    }

    /// Whether Next(k) votes, of any value, carry at least `weight`.
    pub(crate) fn next_carries(&self, k: u32, weight: Weight) -> bool {
        self.tallies
            .get(&Step::Next(k))
            .is_some_and(|tally| tally.weight_of_all() >= weight)
    }
}
