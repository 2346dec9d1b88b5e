//! Quorums: what a node does when enough of a committee has spoken.

use klero_committee::sampling::Digest;
use klero_committee::{QuorumCertificate, Role, Step, Value};

use crate::{Agreement, Alarm, Entry, Output};

impl Agreement {
    /// Acts on a quorum of counted votes, once.
    pub(crate) fn try_quorum(&mut self, role: Role, value: Value, out: &mut Vec<Output>) {
        let Some(threshold) = self.round.start.thresholds.of_step(role.step) else {
            return;
        };
        let period = self.round.period_mut(role.period);
        let tally = period.tallies.get(&role.step);
        let weight = tally.map_or(0, |tally| tally.weight(&value));
        if weight < threshold || !period.note_quorum(role.step, value) {
            return;
        }
        let tally = period.tallies.get(&role.step).into_iter();
        let votes = tally.flat_map(|tally| tally.votes_for(value)).cloned().collect();
        out.push(Output::Quorum { role, value, votes });
        self.on_quorum(role, value, out);
    }

    /// A certificate shows a quorum whose votes need not have been seen.
    pub(crate) fn on_certificate(&mut self, certificate: QuorumCertificate, out: &mut Vec<Output>) {
        let (role, value) = (certificate.role(), certificate.value());
        // [BA-10]: beyond `k_max` nobody votes Next, and nothing follows the last period that has a number.
        let k_max = self.round.start.k_max;
        let is_beyond = matches!(role.step, Step::Next(k) if k > k_max || role.period == u32::MAX);
        let is_foreign = role.round != self.round() || role.step == Step::Propose;
        if is_foreign || is_beyond || self.is_stale(role, value) || self.knows_quorum(role, value) {
            return;
        }
        let is_noted = role.step != Step::Cert || self.round.is_relevant(role.period);
        if is_noted && !self.round.period_mut(role.period).note_quorum(role.step, value) {
            return;
        }
        // [BA-10]: one certificate per role and value is passed on.
        out.push(Output::Keep(certificate));
        out.push(Output::Relay);
        self.on_quorum(role, value, out);
    }

    /// [BA-10]: Cert quorums always matter, Next quorums from period p − 1 on, Soft quorums from p on; an earlier
    /// Soft quorum only if it contradicts another of its period [BA-13].
    fn is_stale(&self, role: Role, value: Value) -> bool {
        let present = self.round.period;
        match role.step {
            Step::Cert => false,
            Step::Next(_) => role.period.saturating_add(1) < present,
            Step::Soft | Step::Propose => {
                let block = value.block();
                let is_excluded =
                    block.is_some_and(|block| self.soft_quorum_besides(role.period, *block).is_some());
                role.period < present && !is_excluded
            }
        }
    }

    fn knows_quorum(&self, role: Role, value: Value) -> bool {
        let noted = self.round.periods.get(&role.period);
        let decided = role.step == Step::Cert
            && self
                .round
                .decision
                .is_some_and(|(_, block)| value == Value::Block(block));
        decided || noted.is_some_and(|period| period.quorums.contains(&(role.step, value)))
    }

    /// Another block that a Soft quorum is known for in a period. One that came after the node had left the period
    /// staged nothing, and counts all the same [BA-13].
    fn soft_quorum_besides(&self, period: u32, block: Digest) -> Option<Digest> {
        let known = self.round.periods.get(&period)?;
        let noted = known.quorums.iter().filter(|(step, _)| *step == Step::Soft);
        let mut others = noted.filter_map(|(_, value)| value.block()).chain(&known.staged);
        others.find(|other| **other != block).copied()
    }

    fn on_quorum(&mut self, role: Role, value: Value, out: &mut Vec<Output>) {
        match (role.step, value) {
            (Step::Soft, Value::Block(block)) => self.on_soft_quorum(role, block, out),
            (Step::Cert, Value::Block(block)) => self.on_cert_quorum(role, block, out),
            (Step::Next(_), value) => self.on_next_quorum(role, value, out),
            (Step::Propose, _) | (_, Value::Bottom) => {}
        }
    }

    /// [BA-6]: q = p stages; q > p moves to q and stages; q < p is ignored.
    fn on_soft_quorum(&mut self, role: Role, block: Digest, out: &mut Vec<Output>) {
        if let Some(other) = self.soft_quorum_besides(role.period, block) {
            return self.raise_alarm((role, Value::Block(other)), (role, Value::Block(block)), out);
        }
        if role.period < self.round.period {
            return;
        }
        self.round.period_mut(role.period).staged = Some(block);
        if role.period > self.round.period {
            self.enter(role.period, Entry::Staged, out);
        }
        self.fetch(block, out);
        self.try_cert(out);
    }

    /// [BA-7]: q ≥ p moves to q + 1; a late one of p − 1 is recorded.
    fn on_next_quorum(&mut self, role: Role, value: Value, out: &mut Vec<Output>) {
        self.round.period_mut(role.period).record_next(value);
        if let Some(block) = value.block() {
            self.fetch(*block, out);
        }
        if role.period < self.round.period {
            return self.try_late_soft(out);
        }
        let entry = match value {
            Value::Bottom => Entry::Bottom,
            Value::Block(block) => Entry::Carried(block),
        };
        // No period follows the last that has a number; to enter it anew would be to speak twice in it.
        if let Some(next) = role.period.checked_add(1) {
            self.enter(next, entry, out);
        }
    }

    /// [BA-8]: a Cert quorum of any period decides.
    fn on_cert_quorum(&mut self, role: Role, block: Digest, out: &mut Vec<Output>) {
        match self.round.decision {
            Some((first, other)) if other != block => {
                self.raise_alarm((first, Value::Block(other)), (role, Value::Block(block)), out);
            }
            Some(_) => {}
            None => {
                self.round.decision = Some((role, block));
                self.fetch(block, out);
                self.try_decide(out);
            }
        }
    }

    /// [BA-8]: the decision is final here once its body is held; meanwhile the node keeps taking part.
    pub(crate) fn try_decide(&mut self, out: &mut Vec<Output>) {
        if let Some((role, block)) = self.round.decision
            && !self.round.decided
            && self.round.held.contains(&block)
        {
            self.round.decided = true;
            out.push(Output::Decided { role, block });
        }
    }

    fn fetch(&self, block: Digest, out: &mut Vec<Output>) {
        if !self.round.held.contains(&block) {
            out.push(Output::Fetch(block));
        }
    }

    /// [BA-13]: two quorums that exclude each other.
    fn raise_alarm(&mut self, first: (Role, Value), second: (Role, Value), out: &mut Vec<Output>) {
        let alarm = Alarm { first, second };
        if self.alarm.is_none() {
            self.alarm = Some(alarm);
            out.push(Output::Alarm(alarm));
        }
    }
}
