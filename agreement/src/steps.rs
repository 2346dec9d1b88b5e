//! The steps of a period: Propose, Soft, Cert, Next.

use klero_committee::{Step, Value};

use crate::{Agreement, Entry, Output};

impl Agreement {
    /// [BA-2]: a new block where nothing is carried over, else the carried value. Who entered by a Soft quorum
    /// has nothing to propose.
    pub(crate) fn propose(&mut self, out: &mut Vec<Output>) {
        let carried = match self.round.entry {
            Entry::RoundStart | Entry::Bottom => None,
            Entry::Carried(block) => Some(block),
            Entry::Staged => return,
        };
        let value = carried.map_or(Value::Bottom, Value::Block);
        if self.round.spoken.insert(Step::Propose, value).is_none() {
            out.push(Output::Propose {
                period: self.round.period,
                carried,
            });
        }
    }

    /// [BA-3]: Soft, once the filter time has passed and there is something to vote for. Whoever proposed: no
    /// proposer is waited for [MOD-3].
    pub(crate) fn try_soft(&mut self, out: &mut Vec<Output>) {
        if !self.round.filter_passed {
            return;
        }
        if let Some(block) = self.round.carried() {
            return self.cast(Step::Soft, Value::Block(block), false, out);
        }
        let Some(lowest) = self.round.present().and_then(|period| period.lowest.as_ref()) else {
            return;
        };
        let (block, fresh) = (*lowest.block(), lowest.is_fresh());
        let reproposes = self
            .round
            .previous()
            .is_some_and(|period| period.next_value == Some(block));
        if (fresh || reproposes) && !self.round.rejected.contains(&block) {
            self.cast(Step::Soft, Value::Block(block), fresh, out);
        }
    }

    /// A candidate that came after the filter time is voted for all the same, before the first deadline: one
    /// late proposal must not cost a period.
    pub(crate) fn try_late_soft(&mut self, out: &mut Vec<Output>) {
        if !self.round.first_deadline_passed {
            self.try_soft(out);
        }
    }

    /// [BA-4]: Cert, as soon as a value is committable, but never after the first deadline.
    pub(crate) fn try_cert(&mut self, out: &mut Vec<Output>) {
        if let Some(block) = self
            .round
            .committable()
            .filter(|_| !self.round.first_deadline_passed)
        {
            self.cast(Step::Cert, Value::Block(block), false, out);
        }
    }

    /// [BA-5]: Next(k) for the committable value, else for the carried one, else for no block.
    pub(crate) fn next(&mut self, k: u32, out: &mut Vec<Output>) {
        let block = self.round.committable().or_else(|| self.round.carried());
        self.cast(
            Step::Next(k),
            block.map_or(Value::Bottom, Value::Block),
            false,
            out,
        );
    }
}
