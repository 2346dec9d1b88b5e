//! What a node knows of the present round.

use std::collections::{BTreeMap, BTreeSet};

use klero_committee::sampling::Digest;
use klero_committee::{Role, Step, Value};

use crate::period::Period;
use crate::{Entry, RoundStart};

/// The present round.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Round {
    pub(crate) start: RoundStart,
    /// p.
    pub(crate) period: u32,
    /// How p was entered.
    pub(crate) entry: Entry,
    /// k: the last Next step that was due; 0 before the first deadline [BA-10].
    pub(crate) k: u32,
    /// Whether the first deadline of p has passed.
    pub(crate) first_deadline_passed: bool,
    /// Whether the deadline after k has passed while too few Next(k) votes were seen to leave k.
    pub(crate) waits_to_leave: bool,
    /// Whether the filter time of p has passed.
    pub(crate) filter_passed: bool,
    /// Whether a late Next vote was answered in this step [BA-10].
    pub(crate) answered: bool,
    /// What was due in p, by step; each step speaks once.
    pub(crate) spoken: BTreeMap<Step, Value>,
    /// Periods p − 1, p and p + 1.
    pub(crate) periods: BTreeMap<u32, Period>,
    /// The value that a Next quorum carried over last; its body is kept [BA-7].
    pub(crate) last_carried: Option<Digest>,
    /// The Cert quorum that decides, once seen.
    pub(crate) decision: Option<(Role, Digest)>,
    /// Whether the decision was handed to the driver.
    pub(crate) decided: bool,
    /// Bodies held.
    pub(crate) held: BTreeSet<Digest>,
    /// Bodies judged good.
    pub(crate) validated: BTreeSet<Digest>,
    /// Bodies judged bad.
    pub(crate) rejected: BTreeSet<Digest>,
}

impl Round {
    pub(crate) fn new(start: RoundStart) -> Self {
        Self {
            start,
            period: 0,
            entry: Entry::RoundStart,
            k: 0,
            first_deadline_passed: false,
            waits_to_leave: false,
            filter_passed: false,
            answered: false,
            spoken: BTreeMap::new(),
            periods: BTreeMap::from([(0, Period::default())]),
            last_carried: None,
            decision: None,
            decided: false,
            held: BTreeSet::new(),
            validated: BTreeSet::new(),
            rejected: BTreeSet::new(),
        }
    }

    /// A role in the present period.
    pub(crate) fn role(&self, step: Step) -> Role {
        Role::new(self.start.round, self.period, step)
    }

    /// The state of a period, made if absent.
    pub(crate) fn period_mut(&mut self, period: u32) -> &mut Period {
        self.periods.entry(period).or_default()
    }

    /// The state of the present period.
    pub(crate) fn present(&self) -> Option<&Period> {
        self.periods.get(&self.period)
    }

    /// The state of period p − 1.
    pub(crate) fn previous(&self) -> Option<&Period> {
        self.periods.get(&self.period.checked_sub(1)?)
    }

    /// value(p − 1), unless bottom(p − 1) was seen too.
    pub(crate) fn carried(&self) -> Option<Digest> {
        self.previous()?.carried()
    }

    /// The committable value: staged in p, and its body validated.
    pub(crate) fn committable(&self) -> Option<Digest> {
        self.present()?
            .staged
            .filter(|staged| self.validated.contains(staged))
    }

    /// Whether votes of a period are relevant [BA-10].
    pub(crate) fn is_relevant(&self, period: u32) -> bool {
        period.abs_diff(self.period) <= 1
    }

    /// Moves to a period, without any of its timers and votes.
    pub(crate) fn move_to(&mut self, period: u32, entry: Entry) {
        (self.period, self.entry) = (period, entry);
        if let Entry::Carried(block) = entry {
            self.last_carried = Some(block);
        }
    }

    /// Forgets periods and bodies that no rule needs any more [BA-7].
    pub(crate) fn prune(&mut self) {
        let present = self.period;
        self.periods.retain(|period, _| period.abs_diff(present) <= 1);
        let mut needed: BTreeSet<Digest> = self.decision.iter().map(|(_, block)| *block).collect();
        needed.extend(self.last_carried);
        for period in self.periods.values() {
            needed.extend(period.staged);
            needed.extend(period.next_value);
            needed.extend(period.lowest.as_ref().map(|proposal| *proposal.block()));
        }
        for bodies in [&mut self.held, &mut self.validated, &mut self.rejected] {
            bodies.retain(|body| needed.contains(body));
        }
    }
}
