//! One input with the states on both sides of it, and how the checks read them.

use std::collections::BTreeMap;

use klero_committee::sampling::{Digest, Weight};
use klero_committee::{Role, Step, Value};

use crate::period::Period;
use crate::{Agreement, Input, Output, Timer};

/// One input to a machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transition<'a> {
    pub(super) before: &'a Agreement,
    pub(super) input: &'a Input,
    pub(super) outputs: &'a [Output],
    pub(super) after: &'a Agreement,
}

/// A vote that fell due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spoken {
    pub(super) role: Role,
    pub(super) value: Value,
    pub(super) fresh: bool,
}

impl Transition<'_> {
    pub(super) const fn same_round(&self) -> bool {
        self.before.round.start.round == self.after.round.start.round
    }

    pub(super) const fn same_period(&self) -> bool {
        self.same_round() && self.before.round.period == self.after.round.period
    }

    /// The role of a step in the period in which the node is now.
    pub(super) const fn role(&self, step: Step) -> Role {
        Role::new(self.after.round.start.round, self.after.round.period, step)
    }

    /// The votes that fell due, in order.
    pub(super) fn casts(&self) -> impl Iterator<Item = Spoken> {
        self.outputs.iter().filter_map(|output| match output {
            Output::Cast { role, value, fresh } => Some(Spoken {
                role: *role,
                value: *value,
                fresh: *fresh,
            }),
            _ => None,
        })
    }

    /// The votes that fell due in the period in which the node is now.
    pub(super) fn casts_now(&self) -> impl Iterator<Item = Spoken> {
        let present = (self.after.round.start.round, self.after.round.period);
        self.casts()
            .filter(move |cast| (cast.role.round, cast.role.period) == present)
    }

    /// What the input says, if it is a vote or a certificate of the round that was open.
    pub(super) fn told(&self) -> Option<(Role, Value)> {
        let (role, value) = match self.input {
            Input::Vote(vote) => (vote.role(), vote.value()),
            Input::Certificate(certificate) => (certificate.role(), certificate.value()),
            _ => return None,
        };
        (role.round == self.before.round.start.round).then_some((role, value))
    }

    /// The quorum that the input shows: a certificate does, and a vote with which the count reaches T.
    pub(super) fn quorum(&self) -> Option<(Role, Value)> {
        let (role, value) = self.told()?;
        let thresholds = self.before.round.start.thresholds;
        let threshold = match role.step {
            Step::Propose => return None,
            Step::Soft => thresholds.soft,
            Step::Cert => thresholds.cert,
            Step::Next(k) if k > self.before.round.start.k_max || role.period == u32::MAX => return None,
            Step::Next(_) => thresholds.next,
        };
        let is_certificate = matches!(self.input, Input::Certificate(_));
        let period = self.after.round.periods.get(&role.period);
        let counts = is_certificate || weight_for(period, role.step, value) >= threshold;
        counts.then_some((role, value))
    }

    /// The timer that ran out, if it is one of the period in which the node was.
    pub(super) fn timer(&self) -> Option<Timer> {
        let Input::Timeout(timer) = self.input else {
            return None;
        };
        let before = &self.before.round;
        ((timer.round, timer.period) == (before.start.round, before.period)).then_some(*timer)
    }
}

/// The seats of those that voted for a value in a step.
pub(super) fn weight_for(period: Option<&Period>, step: Step, value: Value) -> Weight {
    let votes = period.and_then(|period| period.tallies.get(&step));
    let mut voters = BTreeMap::new();
    for vote in votes.iter().flat_map(|tally| tally.votes()) {
        if vote.value() == value {
            voters.insert(vote.voter(), vote.weight());
        }
    }
    voters.values().fold(0, |sum, weight| sum.saturating_add(*weight))
}

/// The seats of those that voted in a step, each voter's once, whatever it voted for.
pub(super) fn weight_of_speakers(period: Option<&Period>, step: Step) -> Weight {
    let votes = period.and_then(|period| period.tallies.get(&step));
    let mut voters: BTreeMap<u32, Weight> = BTreeMap::new();
    for vote in votes.iter().flat_map(|tally| tally.votes()) {
        let seats = voters.entry(vote.voter()).or_default();
        *seats = (*seats).max(vote.weight());
    }
    voters.values().fold(0, |sum, weight| sum.saturating_add(*weight))
}

/// The state of p.
pub(super) fn present(machine: &Agreement) -> Option<&Period> {
    machine.round.periods.get(&machine.round.period)
}

/// The state of p − 1.
pub(super) fn previous(machine: &Agreement) -> Option<&Period> {
    let number = machine.round.period.checked_sub(1)?;
    machine.round.periods.get(&number)
}

/// "A value is committable in p when it is σ(p) and its body was found valid."
pub(super) fn committable(machine: &Agreement) -> Option<Digest> {
    let staged = present(machine)?.staged?;
    machine.round.validated.contains(&staged).then_some(staged)
}

/// "value(p − 1) if it was seen and bottom(p − 1) was not."
pub(super) fn carried(machine: &Agreement) -> Option<Digest> {
    match previous(machine) {
        Some(Period {
            next_value: Some(block),
            next_bottom: false,
            ..
        }) => Some(*block),
        _ => None,
    }
}
