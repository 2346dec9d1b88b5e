//! The machine: one input at a time.

use klero_committee::sampling::{Digest, Weight};
use klero_committee::{Counted, Proposal, Role, Step, Tally, Value, Vote};

use crate::round::Round;
use crate::upcoming::Upcoming;
use crate::{Alarm, Entry, Input, Output, RoundStart, Thresholds, Timer, TimerKind};

/// Only one block can be carried over; more than these of one proposer and period are noise.
const MOST_PROPOSED_AGAIN: usize = 4;

/// Beyond as many bodies those that no rule needs are forgotten; peers choose what bodies they send.
const MOST_BODIES: usize = 256;

/// The agreement of one node, from round to round.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Agreement {
    pub(crate) round: Round,
    pub(crate) upcoming: Upcoming,
    pub(crate) alarm: Option<Alarm>,
}

impl Agreement {
    /// Enters a round at period 0 [BA-1].
    pub fn new(start: RoundStart) -> (Self, Vec<Output>) {
        let upcoming = Upcoming::default();
        let mut machine = Self {
            round: Round::new(start),
            upcoming,
            alarm: None,
        };
        let mut out = Vec::new();
        machine.enter(0, Entry::RoundStart, &mut out);
        (machine, out)
    }

    /// The present round.
    pub const fn round(&self) -> u64 {
        self.round.start.round
    }

    /// The present period.
    pub const fn period(&self) -> u32 {
        self.round.period
    }

    /// The last Next step that was due; 0 before the first deadline.
    pub const fn k(&self) -> u32 {
        self.round.k
    }

    /// The alarm that stopped the machine, if any [BA-13].
    pub const fn alarm(&self) -> Option<&Alarm> {
        self.alarm.as_ref()
    }

    /// The weight counted for the leading value of a step of the present period, and the weight needed.
    pub fn progress(&self, step: Step) -> (Weight, Weight) {
        let tally = self.round.present().and_then(|period| period.tallies.get(&step));
        let leading = tally.and_then(|tally| tally.values().map(|(_, weight)| weight).max());
        (
            leading.unwrap_or(0),
            self.round.start.thresholds.of_step(step).unwrap_or(0),
        )
    }

    /// The weights that make quorums in this round.
    pub const fn thresholds(&self) -> &Thresholds {
        &self.round.start.thresholds
    }

    /// What was counted for each value in each role, in the periods that are kept.
    pub fn weights(&self) -> impl Iterator<Item = (Role, Value, Weight)> {
        let round = self.round();
        self.round.periods.iter().flat_map(move |(period, known)| {
            known.tallies.iter().flat_map(move |(step, tally)| {
                let role = Role::new(round, *period, *step);
                tally.values().map(move |(value, weight)| (role, *value, weight))
            })
        })
    }

    /// The steps of the present period in which somebody was heard to vote, ascending.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        let tallies = self
            .round
            .present()
            .into_iter()
            .flat_map(|period| &period.tallies);
        tallies
            .filter(|(_, tally)| !tally.is_empty())
            .map(|(step, _)| *step)
    }

    /// The votes counted in a step of the present period, voters ascending; two of an equivocator.
    pub fn votes(&self, step: Step) -> impl Iterator<Item = &Vote> {
        let tally = self.round.present().and_then(|period| period.tallies.get(&step));
        tally.into_iter().flat_map(Tally::votes)
    }

    /// The first fresh proposal of each proposer in the present period, proposers ascending.
    pub fn proposals(&self) -> impl Iterator<Item = &Proposal> {
        let present = self.round.present().into_iter();
        present.flat_map(|period| period.proposers.values().map(|(proposal, _)| proposal))
    }

    /// The lowest proposal of the present period.
    pub fn lowest(&self) -> Option<&Proposal> {
        self.round.present()?.lowest.as_ref()
    }

    /// The blocks whose bodies are still needed [BA-7].
    pub fn needs_body(&self, block: &Digest) -> bool {
        let decided = self
            .round
            .decision
            .is_some_and(|(_, decision)| decision == *block);
        let carried = self.round.last_carried == Some(*block);
        let in_period = self.round.periods.values().any(|period| {
            let lowest = period
                .lowest
                .as_ref()
                .is_some_and(|proposal| proposal.block() == block);
            lowest || period.staged == Some(*block) || period.next_value == Some(*block)
        });
        decided || carried || in_period || self.upcoming.has_proposed(block)
    }

    /// Whether a body was told of and still counts as held.
    pub fn holds(&self, block: &Digest) -> bool {
        self.round.held.contains(block)
    }

    /// The block that has a Cert quorum in the present round, if one was seen [BA-8].
    pub fn decision(&self) -> Option<&Digest> {
        self.round.decision.as_ref().map(|(_, block)| block)
    }

    /// σ(p): the block with a Soft quorum in the present period [BA-6].
    pub fn staged(&self) -> Option<&Digest> {
        let period = self.round.present();
        period.and_then(|period| period.staged.as_ref())
    }

    /// Whether a body is needed for itself, however low its proposal ranks: it is staged, carried or decided
    /// [BA-10].
    pub fn seeks_body(&self, block: &Digest) -> bool {
        let decided = self
            .round
            .decision
            .is_some_and(|(_, decision)| decision == *block);
        let staged = self
            .round
            .present()
            .is_some_and(|period| period.staged == Some(*block));
        decided
            || staged
            || self
                .round
                .previous()
                .is_some_and(|period| period.next_value == Some(*block))
    }

    /// Takes one event and says what is to be done.
    pub fn handle(&mut self, input: Input) -> Vec<Output> {
        let mut out = Vec::new();
        match input {
            Input::Start(start) => self.on_start(start, &mut out),
            Input::Proposal(proposal) => self.on_proposal(proposal, &mut out),
            Input::Vote(vote) => self.on_vote(vote, &mut out),
            Input::Certificate(certificate) => self.on_certificate(certificate, &mut out),
            Input::Held(block) => self.on_held(block, &mut out),
            Input::Validated(block) => {
                self.round.validated.insert(block);
                self.on_held(block, &mut out);
                self.try_cert(&mut out);
            }
            Input::Rejected(block) => self.on_rejected(block, &mut out),
            Input::Timeout(timer) => self.on_timeout(timer, &mut out),
        }
        if self.alarm.is_some() {
            // [BA-13]: no vote and no proposal after the alarm.
            out.retain(|output| !matches!(output, Output::Cast { .. } | Output::Propose { .. }));
        }
        out
    }

    fn on_start(&mut self, start: RoundStart, out: &mut Vec<Output>) {
        if start.round <= self.round() {
            return;
        }
        let follows = start.round == self.round() + 1;
        let upcoming = std::mem::take(&mut self.upcoming);
        self.round = Round::new(start);
        self.enter(0, Entry::RoundStart, out);
        if follows {
            let (proposals, votes) = upcoming.into_parts();
            for proposal in proposals {
                self.on_proposal(proposal, out);
            }
            for vote in votes {
                self.on_vote(vote, out);
            }
            // They were passed on when they came.
            out.retain(|output| *output != Output::Relay);
        }
    }

    fn on_proposal(&mut self, proposal: Proposal, out: &mut Vec<Output>) {
        let role = proposal.role();
        if role.round == self.round() + 1 && role.period == 0 {
            if self.upcoming.add_proposal(proposal) {
                out.push(Output::Relay);
            }
            return;
        }
        let period = role.period;
        if self.round.rejected.contains(proposal.block()) {
            return;
        }
        if role.round != self.round() || period < self.round.period || !self.round.is_relevant(period) {
            return;
        }
        let state = self.round.period_mut(period);
        if proposal.is_fresh() {
            let seen = state
                .proposers
                .entry(proposal.proposer())
                .or_insert((proposal.clone(), false));
            if seen.0.block() != proposal.block() {
                // [BA-2]: the second fresh proposal of one proposer is evidence, once, and nothing else.
                if !std::mem::replace(&mut seen.1, true) {
                    let (first, second) = (Box::new(seen.0.clone()), Box::new(proposal));
                    out.push(Output::ProposalEvidence { first, second });
                }
                return;
            }
        } else {
            let again = state.proposed_again.entry(proposal.proposer()).or_default();
            if !again.contains(proposal.block()) && again.len() >= MOST_PROPOSED_AGAIN {
                return;
            }
            again.insert(*proposal.block());
        }
        let is_lower = state
            .lowest
            .as_ref()
            .is_none_or(|lowest| proposal.rank() < lowest.rank());
        if is_lower {
            // [BA-10]: passed on only while it is the lowest seen.
            state.lowest = Some(proposal.clone());
            out.push(Output::Relay);
            out.push(Output::Lowest(proposal));
            if period == self.round.period {
                self.try_late_soft(out);
            }
        }
    }

    /// A header commits to its body, hence every honest node that holds it judges the same: the next lowest
    /// proposal takes its place, and the period is not lost.
    fn on_rejected(&mut self, block: Digest, out: &mut Vec<Output>) {
        self.round.rejected.insert(block);
        self.bound_bodies();
        let (present, rejected) = (self.round.period, &self.round.rejected);
        let mut next = None;
        for (number, period) in &mut self.round.periods {
            if period
                .lowest
                .as_ref()
                .is_none_or(|lowest| *lowest.block() != block)
            {
                continue;
            }
            let candidates = period.proposers.values().map(|(proposal, _)| proposal);
            let good = candidates.filter(|proposal| !rejected.contains(proposal.block()));
            period.lowest = good.min_by_key(|proposal| proposal.rank()).cloned();
            if *number == present {
                next.clone_from(&period.lowest);
            }
        }
        if let Some(lowest) = next {
            if !self.round.held.contains(lowest.block()) {
                out.push(Output::Fetch(*lowest.block()));
            }
            out.push(Output::Lowest(lowest));
            self.try_late_soft(out);
        }
    }

    fn on_vote(&mut self, vote: Vote, out: &mut Vec<Output>) {
        let role = vote.role();
        if role.round == self.round() + 1 && role.period == 0 {
            if self.upcoming.add_vote(vote, self.round.start.k_max) {
                out.push(Output::Relay);
            }
            return;
        }
        if role.round != self.round() || !self.round.is_relevant(role.period) {
            return;
        }
        if let Step::Next(k) = role.step {
            self.answer_late_next(role.period, k, out);
            if k > self.round.start.k_max || !self.admit_next(role.period, k, vote.voter()) {
                return;
            }
        }
        let value = vote.value();
        let tally = self
            .round
            .period_mut(role.period)
            .tallies
            .entry(role.step)
            .or_default();
        match tally.add(vote) {
            Counted::Known => return,
            Counted::New | Counted::Raised => {}
            Counted::Equivocation(pair) => out.push(Output::Evidence(pair)),
        }
        out.push(Output::Relay);
        self.try_quorum(role, value, out);
        if matches!(role.step, Step::Next(_)) {
            self.try_pace(out);
        }
    }

    fn on_held(&mut self, block: Digest, out: &mut Vec<Output>) {
        self.round.held.insert(block);
        self.try_decide(out);
        self.bound_bodies();
    }

    fn bound_bodies(&mut self) {
        let round = &mut self.round;
        let most = round
            .held
            .len()
            .max(round.validated.len())
            .max(round.rejected.len());
        if most > MOST_BODIES {
            round.prune();
        }
    }

    fn on_timeout(&mut self, timer: Timer, out: &mut Vec<Output>) {
        if timer.round != self.round() || timer.period != self.round.period {
            return;
        }
        match timer.kind {
            TimerKind::Filter => {
                self.round.filter_passed = true;
                self.try_soft(out);
            }
            TimerKind::Deadline(k) => self.on_deadline(k, out),
        }
    }

    /// Moves to a period [BA-6] [BA-7]; the clock of the period starts now [BA-1].
    pub(crate) fn enter(&mut self, period: u32, entry: Entry, out: &mut Vec<Output>) {
        let round = &mut self.round;
        round.move_to(period, entry);
        (round.k, round.first_deadline_passed, round.waits_to_leave) = (0, false, false);
        (round.filter_passed, round.answered) = (false, false);
        round.spoken.clear();
        round.period_mut(period);
        round.prune();
        if period > 0 {
            self.resend(out);
        }
        self.set_period_timers(out);
        self.propose(out);
        self.try_cert(out);
        self.try_pace(out);
    }

    /// Notes that a vote is due; each step of a period speaks once.
    pub(crate) fn cast(&mut self, step: Step, value: Value, fresh: bool, out: &mut Vec<Output>) {
        if self.round.spoken.contains_key(&step) {
            return;
        }
        self.round.spoken.insert(step, value);
        out.push(Output::Cast {
            role: self.round.role(step),
            value,
            fresh,
        });
    }
}
