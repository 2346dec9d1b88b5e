//! What an operator wants to know: one line every ten seconds, and when nothing becomes final, why.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use klero_committee::{Role, Step};
use klero_sampling::Digest;

use super::idle::Duty;
use super::{Core, speak};
use crate::core_desk::DecidedItem;
use crate::events::NodeEvent;
use crate::status::{Quiet, Stall};

/// How often the line is written.
const EVERY: Duration = Duration::from_secs(10);
/// Without a final block for so long a node explains itself.
const STALL: Duration = Duration::from_secs(10);
/// The most validators that an explanation names, the largest first.
const MOST_NAMED: usize = 8;

/// What was heard, and when something was said of it.
#[derive(Debug)]
pub(super) struct Lookout {
    /// When the last block became final here, or this process started.
    final_at: Instant,
    said: Instant,
    /// The last final round when it was said.
    round: u64,
    /// The last round in which a validator was heard.
    heard: BTreeMap<Digest, u64>,
    /// When the last block before the present stall became final; none without one.
    stalled: Option<Instant>,
    /// Whether the node's validators draw.
    pub(super) duty: Duty,
    /// The last round that was decided here.
    pub(super) decided: Option<DecidedItem>,
}

impl Lookout {
    pub(super) fn new(round: u64) -> Self {
        Self {
            final_at: Instant::now(),
            said: Instant::now(),
            round,
            heard: BTreeMap::new(),
            stalled: None,
            duty: Duty::default(),
            decided: None,
        }
    }

    /// A block became final.
    pub(super) fn finalized(&mut self) {
        self.final_at = Instant::now();
    }
}

impl Core {
    /// Notes that a member spoke.
    pub(super) fn heard(&mut self, role: Role, voter: u32) {
        if role.round == self.context.round()
            && let Some(member) = self.context.electorate().member(voter)
        {
            self.lookout.heard.insert(member.id, role.round);
        }
    }

    /// Renews what the API shows.
    pub(super) fn show(&self) {
        let machine = &self.machine;
        let progress = |step| {
            let lottery = self.context.lottery(step);
            let (weight, needed) = machine.progress(step);
            (lottery.in_seats(weight), lottery.in_seats(needed))
        };
        let (soft, cert) = (progress(Step::Soft), progress(Step::Cert));
        self.links.metrics.set_position(machine.round(), machine.period());
        self.links.metrics.set_silent(self.silence_reason(), self.paused);
        self.links.status.update(|status| {
            status.round = machine.round();
            (status.period, status.k) = (machine.period(), machine.k());
            (status.soft, status.cert) = (soft, cert);
            status.proposed = machine.lowest().map(|lowest| *lowest.block());
            status.staged = machine.staged().copied();
            status.paused = self.paused;
            status.silent = self.why_silent();
        });
    }

    /// Writes the line when it is time, and says why nothing becomes final.
    pub(super) fn look_out(&mut self) {
        self.look_for_duty();
        let now = Instant::now();
        let waited = now.duration_since(self.lookout.final_at);
        let stall = (waited >= STALL).then(|| self.explain(waited));
        if now.duration_since(self.lookout.said) >= EVERY {
            self.say(now, waited, stall.as_ref());
        }
        self.tell_stall(stall.as_ref());
        self.links
            .metrics
            .set_stall(stall.as_ref().map_or(0, |stall| stall.seconds));
        self.links.status.update(|status| status.stall = stall);
    }

    /// Tells that a stall began or is over, once each.
    fn tell_stall(&mut self, stall: Option<&Stall>) {
        match (stall, self.lookout.stalled) {
            (Some(stall), None) => {
                self.lookout.stalled = Some(self.lookout.final_at);
                self.emit(NodeEvent::Stall(stall.clone()));
            }
            (None, Some(since)) => {
                self.lookout.stalled = None;
                self.emit(NodeEvent::StallOver {
                    round: self.chain.round(),
                    seconds: self.lookout.final_at.duration_since(since).as_secs(),
                });
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    fn say(&mut self, now: Instant, waited: Duration, stall: Option<&Stall>) {
        let status = self.links.status.get();
        let rounds = status.final_round.saturating_sub(self.lookout.round);
        let (step, (seats, needed)) = self.waits_for();
        tracing::info!(
            round = status.round,
            period = status.period,
            step,
            seats,
            needed,
            last_final = status.final_round,
            rounds,
            waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX),
            peers = status.peers,
            validators = status.validators,
            votes = status.silent.is_none(),
            "ten seconds"
        );
        if let Some(stall) = stall {
            tracing::warn!("{}", stall.explanation);
        }
        if self.paused {
            tracing::warn!("this node casts no votes: the operator paused voting");
        }
        // Who left the electorate is not missed.
        let electorate = self.context.electorate();
        self.lookout
            .heard
            .retain(|id, _| electorate.index_of(id).is_some());
        (self.lookout.said, self.lookout.round) = (now, status.final_round);
    }

    /// The step whose quorum is missing, with the seats counted and needed.
    pub(super) fn waits_for(&self) -> (&'static str, (u64, u64)) {
        let machine = &self.machine;
        let step = match (machine.lowest(), machine.staged()) {
            _ if machine.decision().is_some() => return ("body", (0, 0)),
            // After the first deadline only a Next quorum leads on.
            _ if machine.k() > 0 => Step::Next(machine.k()),
            (None, None) => Step::Propose,
            (_, None) => Step::Soft,
            (_, Some(_)) => Step::Cert,
        };
        let (weight, needed) = machine.progress(step);
        let seats = if step == Step::Propose {
            (0, 0)
        } else {
            let lottery = self.context.lottery(step);
            (lottery.in_seats(weight), lottery.in_seats(needed))
        };
        (speak::step_name(step), seats)
    }

    fn explain(&self, waited: Duration) -> Stall {
        let electorate = self.context.electorate();
        let (round, total) = (self.context.round(), u128::from(electorate.total().max(1)));
        let share = |stake: u64| u32::try_from(u128::from(stake) * 1_000_000 / total).unwrap_or(1_000_000);
        let is_quiet = |id: &Digest| self.lookout.heard.get(id) != Some(&round);
        let mut quiet: Vec<Quiet> = electorate
            .members()
            .iter()
            .filter(|member| is_quiet(&member.id))
            .map(|member| Quiet {
                validator: member.id,
                share_millionths: share(member.stake),
                last_heard: self.lookout.heard.get(&member.id).copied(),
            })
            .collect();
        quiet.sort_by_key(|quiet| (std::cmp::Reverse(quiet.share_millionths), quiet.validator));
        let stakes = electorate.members().iter().filter(|member| is_quiet(&member.id));
        let quiet_stake = stakes.fold(0_u64, |sum, member| sum.saturating_add(member.stake));
        let quiet_count = quiet.len() as u64;
        quiet.truncate(MOST_NAMED);
        let (step, (seats, needed)) = self.waits_for();
        let mut stall = Stall {
            seconds: waited.as_secs(),
            round,
            period: self.machine.period(),
            step: step.to_owned(),
            seats,
            needed,
            quiet_count,
            quiet_millionths: share(quiet_stake),
            quiet,
            explanation: String::new(),
        };
        stall.explanation = stall.to_string();
        stall
    }
}
