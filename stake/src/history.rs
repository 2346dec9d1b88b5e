//! The registry over time, as far back as an electorate may need it.

use std::collections::BTreeMap;
use std::sync::Arc;

use klero_committee::sampling::seed::SeedSchedule;

use crate::Registry;

/// Registries by the round of the block after which they held; rounds without a change share one.
#[derive(Debug, Clone)]
pub struct History {
    schedule: SeedSchedule,
    genesis: Arc<Registry>,
    changes: BTreeMap<u64, Arc<Registry>>,
}

impl History {
    /// A history that begins with the registry of the genesis.
    pub fn new(schedule: SeedSchedule, genesis: Registry) -> Self {
        Self {
            schedule,
            genesis: Arc::new(genesis),
            changes: BTreeMap::new(),
        }
    }

    /// The registry after the block of a round.
    pub fn after(&self, round: u64) -> &Arc<Registry> {
        self.changes
            .range(..=round)
            .next_back()
            .map_or(&self.genesis, |(_, registry)| registry)
    }

    /// The registry whose validators may draw in a round: that after block r − K, saturating at the genesis
    /// [STK-6].
    pub fn drawing_in(&self, round: u64) -> &Arc<Registry> {
        self.after(round.saturating_sub(self.schedule.electorate_lookback()))
    }

    /// Records the registry after the block of a round, and forgets what no electorate from `round` on needs.
    pub fn record(&mut self, round: u64, registry: Registry) {
        if **self.after(round) != registry {
            self.changes.insert(round, Arc::new(registry));
        }
        let oldest = round.saturating_sub(self.schedule.electorate_lookback());
        let kept = self.changes.split_off(&oldest);
        if let Some((_, last)) = self.changes.pop_last() {
            self.genesis = last;
        }
        self.changes = kept;
    }
}
