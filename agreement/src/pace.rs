//! Pace: deadlines, and how nodes that drifted apart in k meet again [BA-10] [BA-12].

use klero_committee::Step;

use crate::{Agreement, Output, Resend, Timer, TimerKind};

impl Agreement {
    /// The filter time and the first deadline of the present period. After period 0 the filter time is the
    /// upper bound: something went wrong, and haste did not help.
    pub(crate) fn set_period_timers(&self, out: &mut Vec<Output>) {
        let start = &self.round.start;
        let filter = if self.round.period == 0 {
            start.filter
        } else {
            start.timing.filter_max
        };
        out.push(self.timer(TimerKind::Filter, filter, false));
        out.push(self.timer(TimerKind::Deadline(0), start.timing.deadline, true));
    }

    /// The timer of the deadline that follows k.
    pub(crate) fn next_deadline(&self) -> Output {
        let k = self.round.k;
        self.timer(
            TimerKind::Deadline(k.saturating_add(1)),
            self.round.start.timing.step(k),
            true,
        )
    }

    pub(crate) fn timer(&self, kind: TimerKind, after: u32, spread: bool) -> Output {
        let timer = Timer {
            round: self.round(),
            period: self.round.period,
            kind,
        };
        Output::SetTimer { timer, after, spread }
    }

    /// A deadline of the present period ran out [BA-5].
    pub(crate) fn on_deadline(&mut self, k: u32, out: &mut Vec<Output>) {
        let round = &mut self.round;
        let is_first = k == 0 && !round.first_deadline_passed;
        let is_next = k == round.k.saturating_add(1) && round.first_deadline_passed;
        if !is_first && !is_next {
            return;
        }
        round.answered = false;
        if is_first {
            round.first_deadline_passed = true;
            self.next(0, out);
            out.push(self.next_deadline());
        } else {
            round.waits_to_leave = true;
            self.try_pace(out);
            if self.round.waits_to_leave {
                // Too few are here to go on. What was sent is sent again at the same interval, so that parts
                // that can talk again find each other.
                out.push(self.next_deadline());
            }
        }
        self.resend(out);
        self.try_pace(out);
    }

    /// Leaves k when its deadline has passed and Next(k) votes carry J seats; catches up with a higher k whose
    /// votes carry J seats, and with nothing less [BA-10].
    pub(crate) fn try_pace(&mut self, out: &mut Vec<Output>) {
        let round = &self.round;
        let weight = round.start.thresholds.catch_up;
        let Some(present) = round.present() else { return };
        let highest = present.highest_next_with(weight);
        let leaves = round.waits_to_leave && present.next_carries(round.k, weight);
        if let Some(k) = highest.filter(|k| *k > round.k) {
            self.move_to(k, out);
            // Who is always overtaken passes no deadline of its own, and may alone hold what the others lack: moving
            // counts as passing [BA-10], hence sends again [BA-11].
            self.resend(out);
        } else if leaves && round.k < round.start.k_max {
            self.move_to(round.k.saturating_add(1), out);
        }
    }

    /// Moving to k counts as having passed every deadline up to the k-th.
    fn move_to(&mut self, k: u32, out: &mut Vec<Output>) {
        let round = &mut self.round;
        (round.k, round.first_deadline_passed) = (k, true);
        (round.waits_to_leave, round.answered) = (false, false);
        self.next(k, out);
        out.push(self.next_deadline());
        // The next deadline is one step later, whatever votes are there already: [BA-10] lets a node leave k
        // only after its deadline.
    }

    /// [BA-10]: a vote for a k below the own one shows a node that lags; the own votes of that k and of the
    /// highest may be what it lacks. Once per step.
    pub(crate) fn answer_late_next(&mut self, period: u32, k: u32, out: &mut Vec<Output>) {
        let round = &mut self.round;
        if period == round.period && k < round.k && !round.answered {
            round.answered = true;
            let votes = [round.role(Step::Next(k)), round.role(Step::Next(round.k))];
            out.push(Output::Resend(votes.map(Resend::OwnVote).to_vec()));
        }
    }

    /// Whether a Next vote is kept [BA-10]: of each member the two highest k and all within one of the own k.
    /// Votes of a lower k make room. Memory is bounded by six steps a member and period.
    pub(crate) fn admit_next(&mut self, period: u32, k: u32, voter: u32) -> bool {
        let own = if period == self.round.period {
            self.round.k
        } else {
            0
        };
        let proof = self.proof_of_pace(period);
        let state = self.round.period_mut(period);
        state.admit_next(k, voter, own, proof)
    }

    /// The highest k whose votes carried J seats: they let another node follow.
    pub(crate) fn proof_of_pace(&self, period: u32) -> Option<u32> {
        self.round
            .periods
            .get(&period)?
            .highest_next_with(self.round.start.thresholds.catch_up)
    }
}
