//! The electorates over time, as far back as evidence may ask for them.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use klero_committee::sampling::Digest;
use klero_committee::sampling::seed::SeedSchedule;
use klero_committee::{Electorate, ElectorateError, Member};

use crate::Registry;
use crate::evidence::Courts;

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

impl History {
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
        let entries = start.electorate.members().iter();
        let mut members: BTreeMap<Digest, Member> =
            entries.map(|member| (member.id, member.clone())).collect();
        let since = (Bound::Excluded(start.round), Bound::Included(round));
        for (id, entry) in self.changes.range(since).flat_map(|(_, change)| change) {
            match entry {
                Some(member) => members.insert(*id, member.clone()),
                None => members.remove(id),
            };
        }
        // What was an electorate once is one again.
        Electorate::new(members.into_values().collect())
            .map_or_else(|_| Arc::clone(&start.electorate), Arc::new)
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
