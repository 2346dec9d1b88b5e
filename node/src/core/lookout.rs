//! What an operator wants to know: one line every ten seconds, and when nothing becomes final, why.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use klero_committee::{Role, Step, Vote};
use klero_net::PeerId;

use super::hearing::Hearing;
use super::idle::Duty;
use super::{Core, speak};
use crate::core_desk::DecidedItem;
use crate::events::NodeEvent;
use crate::stall::Stall;

/// How often the core looks: an explanation goes over all members, and messages come by the thousand.
const LOOK: Duration = Duration::from_millis(100);
/// How often the line is written.
const EVERY: Duration = Duration::from_secs(10);
/// Without a final block for so long a node explains itself.
const STALL: Duration = Duration::from_secs(10);

/// What was heard, and when something was said of it.
#[derive(Debug)]
pub(super) struct Lookout {
    /// When the last block became final here, or this process started.
    pub(super) final_at: Instant,
    said: Instant,
    looked: Option<Instant>,
    /// The last final round when it was said.
    round: u64,
    /// Which validators were heard.
    pub(super) hearing: Hearing,
    /// When the last block before the present stall became final; none without one.
    stalled: Option<Instant>,
    /// Whether the node's validators draw.
    pub(super) duty: Duty,
    /// When the newest peer came that was told what was said before, and when others are looked for.
    pub(super) greeted: Instant,
    pub(super) greet_at: Instant,
    /// The last round that was decided here.
    pub(super) decided: Option<DecidedItem>,
}

impl Lookout {
    pub(super) fn new(round: u64) -> Self {
        Self {
            final_at: Instant::now(),
            said: Instant::now(),
            looked: None,
            round,
            hearing: Hearing::new(Instant::now()),
            stalled: None,
            duty: Duty::default(),
            greeted: Instant::now(),
            greet_at: Instant::now(),
            decided: None,
        }
    }

    /// A block became final.
    pub(super) fn finalized(&mut self) {
        self.final_at = Instant::now();
        self.hearing.begin(self.final_at);
    }

    /// A deadline of the machine passed.
    pub(super) fn deadline_passed(&mut self) {
        self.hearing.deadline_passed(Instant::now());
    }
}

impl Core {
    /// Notes that a member of this node spoke.
    pub(super) fn heard(&mut self, role: Role, voter: u32) {
        self.note_heard(role, voter, None);
    }

    /// Notes that a peer brought votes of others.
    pub(super) fn brought(&mut self, role: Role, votes: &[Vote], peer: PeerId) {
        for vote in votes {
            self.note_heard(role, vote.voter(), Some(peer));
        }
    }

    fn note_heard(&mut self, role: Role, voter: u32, peer: Option<PeerId>) {
        let machine = &self.machine;
        // Nodes send the votes of others again, too, in steps that they have left [BA-11]: those tell nothing new.
        let is_present = match role.step {
            Step::Next(k) => k >= machine.k(),
            Step::Propose | Step::Soft | Step::Cert => true,
        };
        if role.round == machine.round()
            && role.period >= machine.period()
            && is_present
            && let Some(member) = self.context.electorate().member(voter)
        {
            self.lookout
                .hearing
                .note(member.id, role.round, peer, Instant::now());
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
        let looked = self.lookout.looked;
        if looked.is_some_and(|looked| now.duration_since(looked) < LOOK) {
            return;
        }
        self.lookout.looked = Some(now);
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
            lag = self.links.peers.round().saturating_sub(status.round),
            peers = status.peers,
            validators = status.validators,
            votes = status.silent.is_none(),
            duties = self.duties(),
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
        let is_member = |id: &_| electorate.index_of(id).is_some();
        self.lookout.hearing.retain(is_member);
        (self.lookout.said, self.lookout.round) = (now, status.final_round);
    }

    /// What this node's validators were drawn for and did in the present period, in words.
    fn duties(&self) -> String {
        let period = self.machine.period();
        let proposed = self.own.proposals.contains_key(&period).then_some(Step::Propose);
        let own = self.own.votes.iter();
        let voted = own.filter(|(role, bundles)| role.period == period && !bundles.is_empty());
        let steps = proposed.into_iter().chain(voted.map(|(role, _)| role.step));
        let names: BTreeSet<_> = steps
            .map(|step| (step.min(Step::Next(0)), speak::step_name(step)))
            .collect();
        if names.is_empty() {
            return "none".into();
        }
        let names: Vec<_> = names.into_iter().map(|(_, name)| name).collect();
        names.join("+")
    }
}
