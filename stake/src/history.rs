//! The electorates over time, as far back as evidence may ask for them.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::Digest;
use klero_committee::sampling::seed::SeedSchedule;
use klero_committee::{Electorate, ElectorateError, Member};
use thiserror::Error;

use crate::Registry;
use crate::evidence::Courts;
use crate::registry::leaf;
use crate::sum_tree::SumTree;

/// Electorates by the round of the block after which a registry gave them. Three of them are kept whole: the oldest
/// that may be asked for, the one that draws next, and the latest. Of the others only what changed is kept, so that
/// one operation a block does not cost a copy of the electorate for each of thousands of rounds.
#[derive(Debug, Clone)]
pub struct History {
    schedule: SeedSchedule,
    evidence_age: u64,
    oldest: Known,
    drawing: Known,
    latest: Known,
    changes: BTreeMap<u64, Change>,
}

/// The electorate after the block of a round.
#[derive(Debug, Clone)]
struct Known {
    round: u64,
    electorate: Arc<Electorate>,
}

/// Who has another entry than a block before, or none any more.
type Change = Vec<(Digest, Option<Member>)>;

/// A history as it is stored and sent: the oldest electorate that is kept, and what changed since.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HistoryRecord {
    oldest: Vec<Member>,
    changes: BTreeMap<u64, Change>,
}

/// Why a record is not the history that registry roots commit to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HistoryError {
    /// A registry whose root is not given.
    #[error("the registry root of round {0} is needed and not there")]
    Missing(u64),
    /// Another electorate than a registry gave.
    #[error("the electorate after round {0} is not the one that its registry root commits to")]
    Root(u64),
    /// A change in a round that is not covered.
    #[error("a change of the electorate in round {0}, which is none of those covered")]
    Round(u64),
}

fn root_of(electorate: &Electorate) -> Digest {
    SumTree::new(electorate.members().iter().map(leaf).collect()).root()
}

impl History {
    /// The history as a record, from which [`History::resume`] makes it again.
    pub fn to_record(&self) -> HistoryRecord {
        HistoryRecord {
            oldest: self.oldest.electorate.members().to_vec(),
            changes: self.changes.clone(),
        }
    }

    /// The first round of which [`History::resume`] asks for the validators' root, for a history up to `round`.
    pub const fn first_root(schedule: &SeedSchedule, evidence_age: u64, round: u64) -> u64 {
        let oldest = round.saturating_sub(evidence_age);
        oldest.saturating_sub(schedule.electorate_lookback())
    }

    /// A history up to the block of a round from a record, every electorate of which is verified: `validators` gives
    /// the root of the tree over the validators of the registry after a round, as its header's registry root commits
    /// to it. The genesis speaks for itself.
    ///
    /// # Errors
    /// [`HistoryError`] for the first electorate that is another.
    pub fn resume(
        mut empty: Self,
        record: HistoryRecord,
        round: u64,
        validators: impl Fn(u64) -> Option<Digest>,
    ) -> Result<Self, HistoryError> {
        let first = Self::first_root(&empty.schedule, empty.evidence_age, round);
        let HistoryRecord { oldest, changes } = record;
        let outside = changes.keys().find(|of| **of <= first || **of > round);
        if let Some(outside) = outside {
            return Err(HistoryError::Round(*outside));
        }
        let mut electorate = Arc::new(Electorate::new(oldest).map_err(|_| HistoryError::Root(first))?);
        let mut root = root_of(&electorate);
        let expected = match first {
            0 => root_of(&empty.oldest.electorate),
            first => validators(first).ok_or(HistoryError::Missing(first))?,
        };
        if root != expected {
            return Err(HistoryError::Root(first));
        }
        empty.oldest = Known {
            round: first,
            electorate: Arc::clone(&electorate),
        };
        let nobody = SumTree::new(Vec::new()).root();
        for of in first.saturating_add(1)..=round {
            let expected = validators(of).ok_or(HistoryError::Missing(of))?;
            // Where nobody may draw the electorate before stays in force.
            if expected == nobody {
                if changes.contains_key(&of) {
                    return Err(HistoryError::Round(of));
                }
                continue;
            }
            if let Some(change) = changes.get(&of) {
                electorate = Arc::new(changed(&electorate, [change]).map_err(|_| HistoryError::Root(of))?);
                root = root_of(&electorate);
            }
            if root != expected {
                return Err(HistoryError::Root(of));
            }
        }
        empty.changes = changes;
        empty.latest = Known { round, electorate };
        empty.drawing = empty.oldest.clone();
        let drawing = empty.drawn_from(round.saturating_add(1));
        empty.drawing = Known {
            round: drawing,
            electorate: empty.after(drawing),
        };
        Ok(empty)
    }

    /// A history that begins with the registry of the genesis, and keeps what judges offences of up to `evidence_age`
    /// rounds ago.
    ///
    /// # Errors
    /// [`ElectorateError`] when the genesis has no electorate.
    pub fn new(
        schedule: SeedSchedule,
        evidence_age: u64,
        genesis: &Registry,
    ) -> Result<Self, ElectorateError> {
        let known = Known {
            round: 0,
            electorate: Arc::new(genesis.electorate()?),
        };
        Ok(Self {
            schedule,
            evidence_age,
            oldest: known.clone(),
            drawing: known.clone(),
            latest: known,
            changes: BTreeMap::new(),
        })
    }

    /// The electorate that the registry after the block of a round gives. For rounds that are forgotten it is the
    /// oldest that is kept, for those to come the latest.
    pub fn after(&self, round: u64) -> Arc<Electorate> {
        let known = [&self.drawing, &self.latest, &self.oldest];
        if let Some(same) = known
            .into_iter()
            .find(|known| self.is_unchanged(known.round, round))
        {
            return Arc::clone(&same.electorate);
        }
        let start = if self.drawing.round <= round {
            &self.drawing
        } else {
            &self.oldest
        };
        let since = (Bound::Excluded(start.round), Bound::Included(round));
        let changes = self.changes.range(since).map(|(_, change)| change);
        // What was an electorate once is one again.
        changed(&start.electorate, changes).map_or_else(|_| Arc::clone(&start.electorate), Arc::new)
    }

    fn is_unchanged(&self, one: u64, other: u64) -> bool {
        let between = (Bound::Excluded(one.min(other)), Bound::Included(one.max(other)));
        self.changes.range(between).next().is_none()
    }

    /// The validators that may draw in a round: those after block r − K, saturating at the genesis [STK-6]. Right for
    /// rounds whose block r − K is recorded, and not forgotten.
    pub fn drawing_in(&self, round: u64) -> Arc<Electorate> {
        self.after(self.drawn_from(round))
    }

    fn drawn_from(&self, round: u64) -> u64 {
        round.saturating_sub(self.schedule.electorate_lookback())
    }

    /// Records the registry after the block of the next round, and forgets what nobody can ask for any more. A
    /// registry in which nobody may draw leaves the electorate before it in force: an electorate is never empty.
    pub fn record(&mut self, round: u64, registry: &Registry) {
        let before = Arc::clone(&self.latest.electorate);
        let electorate = registry.electorate_or(&before);
        if !Arc::ptr_eq(&before, &electorate) {
            self.changes.insert(round, change(&before, &electorate));
        }
        self.latest = Known { round, electorate };
        let drawing = self.drawn_from(round.saturating_add(1));
        self.drawing = Known {
            round: drawing,
            electorate: self.after(drawing),
        };
        let oldest = self.drawn_from(round.saturating_sub(self.evidence_age));
        self.oldest = Known {
            round: oldest,
            electorate: self.after(oldest),
        };
        self.changes = self.changes.split_off(&oldest.saturating_add(1));
    }
}

/// An electorate after some changes.
fn changed<'a>(
    before: &Electorate,
    changes: impl IntoIterator<Item = &'a Change>,
) -> Result<Electorate, ElectorateError> {
    let entries = before.members().iter();
    let mut members: BTreeMap<Digest, Member> = entries.map(|member| (member.id, member.clone())).collect();
    for (id, entry) in changes.into_iter().flatten() {
        match entry {
            Some(member) => members.insert(*id, member.clone()),
            None => members.remove(id),
        };
    }
    Electorate::new(members.into_values().collect())
}

/// What makes one electorate of another.
fn change(before: &Electorate, after: &Electorate) -> Change {
    let entry = |electorate: &Electorate, id: &Digest| {
        let index = electorate.index_of(id)?;
        electorate.member(index).cloned()
    };
    let gone = before.members().iter().map(|member| member.id);
    let gone = gone
        .filter(|id| after.index_of(id).is_none())
        .map(|id| (id, None));
    let is_new = |member: &&Member| entry(before, &member.id).as_ref() != Some(*member);
    let new = after.members().iter().filter(is_new);
    gone.chain(new.map(|member| (member.id, Some(member.clone()))))
        .collect()
}

impl Courts for History {
    fn electorate(&self, round: u64) -> Option<Arc<Electorate>> {
        let from = self.drawn_from(round);
        let is_known = round > 0 && self.oldest.round <= from && from <= self.latest.round;
        is_known.then(|| self.drawing_in(round))
    }
}
