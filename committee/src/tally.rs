//! The count of one role's votes.

use std::collections::BTreeMap;

use klero_sampling::Weight;

use crate::{Equivocation, Value, Vote};

/// What a vote changed in a [`Tally`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// It counts for its value.
    New,
    /// A copy with more weight than before: its proof came later.
    Raised,
    /// Nothing: known already, or a third value of an equivocator.
    Known,
    /// The voter's second value: it counts for that one too, and the pair is evidence.
    Equivocation(Box<Equivocation>),
}

/// Votes of one role by voter, and the weight of each value [COM-4].
///
/// At most two votes are kept for each voter, hence the size is bounded by the electorate's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Tally {
    voters: BTreeMap<u32, Spoken>,
    weights: BTreeMap<Value, Weight>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Spoken {
    first: Vote,
    second: Option<Vote>,
}

impl Spoken {
    fn for_value(&mut self, value: &Value) -> Option<&mut Vote> {
        std::iter::once(&mut self.first)
            .chain(&mut self.second)
            .find(|vote| vote.value() == *value)
    }
}

impl Tally {
    /// Counts a vote. The caller keeps one tally for each role.
    pub fn add(&mut self, vote: Vote) -> Counted {
        let (value, weight) = (vote.value(), vote.weight());
        let Some(spoken) = self.voters.get_mut(&vote.voter()) else {
            self.voters.insert(
                vote.voter(),
                Spoken {
                    first: vote,
                    second: None,
                },
            );
            return self.count(value, weight, Counted::New);
        };
        if let Some(known) = spoken.for_value(&value) {
            if known.weight() >= weight {
                return Counted::Known;
            }
            let gain = weight - known.weight();
            *known = vote;
            return self.count(value, gain, Counted::Raised);
        }
        if spoken.second.is_some() {
            return Counted::Known;
        }
        let Some(pair) = Equivocation::new(spoken.first.clone(), vote.clone()) else {
            return Counted::Known;
        };
        spoken.second = Some(vote);
        self.count(value, weight, Counted::Equivocation(Box::new(pair)))
    }

    fn count(&mut self, value: Value, gain: Weight, counted: Counted) -> Counted {
        let weight = self.weights.entry(value).or_default();
        *weight = weight.saturating_add(gain);
        counted
    }

    /// The weight counted for a value.
    pub fn weight(&self, value: &Value) -> Weight {
        self.weights.get(value).copied().unwrap_or(0)
    }

    /// The weight of everyone who spoke, whatever for; an equivocator's counts once.
    pub fn weight_of_all(&self) -> Weight {
        let most = |spoken: &Spoken| {
            spoken
                .second
                .as_ref()
                .map_or(0, Vote::weight)
                .max(spoken.first.weight())
        };
        self.voters.values().map(most).fold(0, Weight::saturating_add)
    }

    /// The values that have votes, with their weights.
    pub fn values(&self) -> impl Iterator<Item = (&Value, Weight)> {
        self.weights.iter().map(|(value, weight)| (value, *weight))
    }

    /// The votes for a value, voters ascending.
    pub fn votes_for(&self, value: Value) -> impl Iterator<Item = &Vote> {
        self.votes().filter(move |vote| vote.value() == value)
    }

    /// All votes, voters ascending.
    pub fn votes(&self) -> impl Iterator<Item = &Vote> {
        self.voters
            .values()
            .flat_map(|spoken| std::iter::once(&spoken.first).chain(&spoken.second))
    }

    /// The first vote of a voter.
    pub fn first_of(&self, voter: u32) -> Option<&Vote> {
        self.voters.get(&voter).map(|spoken| &spoken.first)
    }

    /// Forgets a voter's votes and their weight.
    pub fn forget(&mut self, voter: u32) {
        if let Some(Spoken { first, second }) = self.voters.remove(&voter) {
            for vote in std::iter::once(first).chain(second) {
                if let Some(weight) = self.weights.get_mut(&vote.value()) {
                    *weight = weight.saturating_sub(vote.weight());
                }
            }
            self.weights.retain(|_, weight| *weight > 0);
        }
    }

    /// The number of voters.
    pub fn len(&self) -> usize {
        self.voters.len()
    }

    /// Whether nobody has spoken.
    pub fn is_empty(&self) -> bool {
        self.voters.is_empty()
    }
}
