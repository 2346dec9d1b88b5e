//! The stall explainer: what is missing when nothing becomes final, whose weight it is, and since when.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use klero_committee::{Member, Step, Value};
use klero_net::PeerId;
use klero_sampling::SeatScheme;

use super::hearing::Seat;
use super::{Core, speak};
use crate::stall::{Cause, GonePeer, Quiet, Stall, StepCount, ValueCount};

/// The most validators, and the most peers, that an explanation names.
const MOST_NAMED: usize = 8;
/// The most values.
const MOST_VALUES: usize = 3;
/// Peers that went so long before the last final block belong to the stall, too: rounds that were under way end well.
const JUST_BEFORE: Duration = Duration::from_secs(5);

/// Whom the stake belongs to that is not heard.
struct Missing<'a> {
    /// Members of others that were not heard lately, the largest first.
    quiet: Vec<&'a Member>,
    /// Stake of the members of this node.
    own: u64,
}

impl Core {
    /// The step whose quorum is missing, with the seats counted and needed.
    pub(super) fn waits_for(&self) -> (&'static str, (u64, u64)) {
        match self.waiting_step() {
            None => ("body", (0, 0)),
            Some(Step::Propose) => ("propose", (0, 0)),
            Some(step) => {
                let count = self.count(step);
                (speak::step_name(step), (count.seats, count.needed))
            }
        }
    }

    /// The step whose quorum leads on; none when a block is decided and its body is missing.
    fn waiting_step(&self) -> Option<Step> {
        let machine = &self.machine;
        if machine.decision().is_some() {
            return None;
        }
        if machine.snapshot().first_deadline_passed {
            // Nobody votes Cert any more. In a step that has just begun few have voted.
            let (now, before) = (Step::Next(machine.k()), Step::Next(machine.k().saturating_sub(1)));
            let is_new = machine.progress(now).0 < machine.progress(before).0;
            return Some(if is_new { before } else { now });
        }
        Some(match (machine.lowest(), machine.staged()) {
            (None, None) => Step::Propose,
            (_, None) => Step::Soft,
            (_, Some(_)) => Step::Cert,
        })
    }

    fn count(&self, step: Step) -> StepCount {
        let (lottery, (leading, needed)) = (self.context.lottery(step), self.machine.progress(step));
        let heard = self.values_of(step).into_values().fold(0, u128::saturating_add);
        StepCount {
            step: speak::step_name(step).to_owned(),
            k: match step {
                Step::Next(k) => Some(k),
                Step::Propose | Step::Soft | Step::Cert => None,
            },
            seats: lottery.in_seats(leading),
            heard: lottery.in_seats(heard),
            needed: lottery.in_seats(needed),
        }
    }

    fn values_of(&self, step: Step) -> BTreeMap<Value, u128> {
        let (machine, period) = (&self.machine, self.machine.period());
        let weights = machine.weights();
        let of_step = weights.filter(|(role, ..)| role.period == period && role.step == step);
        of_step.map(|(_, value, weight)| (value, weight)).collect()
    }

    /// What is missing now.
    pub(super) fn explain(&self, waited: Duration) -> Stall {
        let (machine, now) = (&self.machine, Instant::now());
        let waiting = self.waiting_step();
        let (step, (seats, needed)) = self.waits_for();
        let missing = self.missing(now);
        let quiet_stake = missing
            .quiet
            .iter()
            .fold(0_u64, |sum, member| sum.saturating_add(member.stake));
        let next = match waiting {
            Some(Step::Next(_)) => waiting,
            _ => None,
        };
        let steps = [Some(Step::Soft), Some(Step::Cert), next].into_iter().flatten();
        let mut stall = Stall {
            seconds: waited.as_secs(),
            round: machine.round(),
            period: machine.period(),
            k: machine.k(),
            step: step.to_owned(),
            seats,
            needed,
            steps: steps.map(|step| self.count(step)).collect(),
            cause: Cause::Late,
            values: self.leading_values(waiting),
            peers: self.links.status.get().peers,
            peers_gone: self.gone(&missing, now),
            silent: self.why_silent().filter(|_| missing.own > 0),
            own_millionths: self.share(missing.own),
            quiet_count: missing.quiet.len() as u64,
            quiet_millionths: self.share(quiet_stake),
            quiet: missing
                .quiet
                .iter()
                .take(MOST_NAMED)
                .map(|member| self.quiet(member, now))
                .collect(),
            explanation: String::new(),
        };
        stall.cause = self.cause(&stall, waiting);
        stall.explanation = stall.to_string();
        stall
    }

    /// A share of the stake in millionths.
    fn share(&self, stake: u64) -> u32 {
        let total = u128::from(self.context.electorate().total().max(1));
        u32::try_from(u128::from(stake) * 1_000_000 / total).unwrap_or(1_000_000)
    }

    fn missing(&self, now: Instant) -> Missing<'_> {
        let (electorate, hearing) = (self.context.electorate(), &self.lookout.hearing);
        let (round, next) = (self.context.round(), Step::Next(0));
        let (expected, total) = (self.context.lottery(next).expected(), electorate.total());
        let is_late = self.machine.snapshot().first_deadline_passed;
        let mut missing = Missing {
            quiet: Vec::new(),
            own: 0,
        };
        for (index, member) in (0_u32..).zip(electorate.members()) {
            if self.keys.of_member(electorate, index).is_some() {
                missing.own = missing.own.saturating_add(member.stake);
                continue;
            }
            let seat = match self.context.guaranteed(next, index) {
                0 => Seat::Drawn(u128::from(expected) * u128::from(member.stake), u128::from(total)),
                _ => Seat::Sure,
            };
            let is_quiet = if is_late {
                hearing.misses(&member.id, seat, now)
            } else {
                hearing.get(&member.id).is_none_or(|heard| heard.round != round)
            };
            if is_quiet {
                missing.quiet.push(member);
            }
        }
        missing
            .quiet
            .sort_by_key(|member| (Reverse(member.stake), member.id));
        missing
    }

    fn quiet(&self, member: &Member, now: Instant) -> Quiet {
        let heard = self.lookout.hearing.get(&member.id);
        Quiet {
            validator: member.id,
            share_millionths: self.share(member.stake),
            last_heard: heard.map(|heard| heard.round),
            silent_seconds: heard.map(|heard| now.duration_since(heard.at).as_secs()),
            peer: heard.and_then(|heard| Some(heard.peer?.to_string())),
        }
    }

    fn leading_values(&self, step: Option<Step>) -> Vec<ValueCount> {
        let Some(step) = step else { return Vec::new() };
        let lottery = self.context.lottery(step);
        let mut values: Vec<_> = self.values_of(step).into_iter().collect();
        values.sort_by_key(|(value, weight)| (Reverse(*weight), *value));
        let counts = values
            .into_iter()
            .take(MOST_VALUES)
            .map(|(value, weight)| ValueCount {
                block: value.block().copied(),
                seats: lottery.in_seats(weight),
            });
        counts.collect()
    }

    /// The peers that went about when the stall began, with the stake that was heard by way of them and is not now.
    fn gone(&self, missing: &Missing<'_>, now: Instant) -> Vec<GonePeer> {
        let mut brought: BTreeMap<PeerId, u64> = BTreeMap::new();
        for member in &missing.quiet {
            if let Some(peer) = self.lookout.hearing.get(&member.id).and_then(|heard| heard.peer) {
                let stake = brought.entry(peer).or_default();
                *stake = stake.saturating_add(member.stake);
            }
        }
        let began = self.lookout.final_at.checked_sub(JUST_BEFORE);
        let mut gone = began.map_or_else(Vec::new, |began| self.links.peers.gone_after(began));
        gone.sort_by_key(|(peer, since)| (*since, *peer));
        let named = gone.into_iter().take(MOST_NAMED).map(|(peer, since)| GonePeer {
            peer: peer.to_string(),
            seconds: now.duration_since(since).as_secs(),
            quiet_millionths: self.share(brought.get(&peer).copied().unwrap_or(0)),
        });
        named.collect()
    }

    fn cause(&self, stall: &Stall, waiting: Option<Step>) -> Cause {
        let machine = &self.machine;
        let Some(step) = waiting else {
            return Cause::Body;
        };
        if stall.peers == 0 && stall.own_millionths < 1_000_000 {
            return Cause::NoPeers;
        }
        let is_heard = |count: &StepCount| count.heard >= count.needed && count.seats < count.needed;
        if step != Step::Propose && is_heard(&self.count(step)) {
            return Cause::Split;
        }
        let own = stall.silent.as_ref().map_or(0, |_| stall.own_millionths);
        if self.is_felt(stall.quiet_millionths.saturating_add(own)) {
            return Cause::Quiet;
        }
        let is_here = |digest: &_| self.bodies.is_checked(digest) == Some(true);
        match machine.staged() {
            Some(staged) if !is_here(staged) => Cause::Body,
            None if machine.lowest().is_none() => Cause::Proposal,
            _ => Cause::Late,
        }
    }

    /// Whether so much stake, not heard, takes half of what a Next quorum can do without.
    fn is_felt(&self, millionths: u32) -> bool {
        let step = Step::Next(0);
        let lottery = self.context.lottery(step);
        let all = match lottery.scheme() {
            SeatScheme::Full => lottery.total(),
            _ => u64::from(lottery.expected()),
        };
        let needed = lottery.in_seats(self.context.threshold(step).unwrap_or_default());
        let spare = u128::from(all.saturating_sub(needed));
        millionths > 0 && u128::from(millionths) * u128::from(all) * 2 >= spare * 1_000_000
    }
}
