//! The electorates over time, as far back as evidence may ask for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use klero_committee::sampling::seed::SeedSchedule;
use klero_committee::{Electorate, ElectorateError};

use crate::Registry;
use crate::evidence::Courts;

/// Electorates by the round of the block after which a registry gave them; rounds without a change share one. Only
/// electorates are kept, since a registry changes with every block.
#[derive(Debug, Clone)]
pub struct History {
    schedule: SeedSchedule,
    evidence_age: u64,
    genesis: Arc<Electorate>,
    changes: BTreeMap<u64, Arc<Electorate>>,
    oldest: u64,
    head: u64,
}

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
        Ok(Self {
            schedule,
            evidence_age,
            genesis: Arc::new(genesis.electorate()?),
            changes: BTreeMap::new(),
            oldest: 0,
            head: 0,
        })
    }

    /// The electorate that the registry after the block of a round gives.
    pub fn after(&self, round: u64) -> &Arc<Electorate> {
        self.changes
            .range(..=round)
            .next_back()
            .map_or(&self.genesis, |(_, electorate)| electorate)
    }

    /// The validators that may draw in a round: those after block r − K, saturating at the genesis [STK-6]. Right for
    /// rounds whose block r − K is recorded, and not forgotten.
    pub fn drawing_in(&self, round: u64) -> &Arc<Electorate> {
        self.after(self.drawn_from(round))
    }

    fn drawn_from(&self, round: u64) -> u64 {
        round.saturating_sub(self.schedule.electorate_lookback())
    }

    /// Records the registry after the block of a round, and forgets what nobody can ask for any more. A registry in
    /// which nobody may draw leaves the electorate before it in force: an electorate is never empty.
    pub fn record(&mut self, round: u64, registry: &Registry) {
        let before = self.after(round);
        let electorate = registry.electorate_or(before);
        if !Arc::ptr_eq(before, &electorate) {
            self.changes.insert(round, electorate);
        }
        self.head = self.head.max(round);
        self.oldest = self.drawn_from(round.saturating_sub(self.evidence_age));
        let kept = self.changes.split_off(&self.oldest.saturating_add(1));
        if let Some((_, last)) = self.changes.pop_last() {
            self.genesis = last;
        }
        self.changes = kept;
    }
}

impl Courts for History {
    fn electorate(&self, round: u64) -> Option<Arc<Electorate>> {
        let from = self.drawn_from(round);
        let is_known = round > 0 && self.oldest <= from && from <= self.head;
        is_known.then(|| Arc::clone(self.drawing_in(round)))
    }
}
