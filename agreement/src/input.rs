//! What happens to the machine.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::{Digest, Weight};
use klero_committee::{Proposal, QuorumCertificate, RoundContext, Step, Timing, Vote};

/// One event. Everything in it is verified already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Block r − 1 is final and its body held: round r begins [BA-1].
    Start(RoundStart),
    /// A proposal.
    Proposal(Proposal),
    /// A vote.
    Vote(Vote),
    /// A quorum certificate.
    Certificate(QuorumCertificate),
    /// A block's body is held; whether it is any good was not asked yet.
    Held(Digest),
    /// A block's body is held and was judged good.
    Validated(Digest),
    /// A block's body was judged bad, for ever.
    Rejected(Digest),
    /// A timer ran out.
    Timeout(Timer),
}

/// What a round begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RoundStart {
    /// The round.
    pub round: u64,
    /// Its quorums.
    pub thresholds: Thresholds,
    /// How long steps take.
    pub timing: Timing,
    /// The filter time of period 0 in milliseconds, as measured [BA-12].
    pub filter: u32,
    /// The greatest k [BA-10].
    pub k_max: u32,
}

impl RoundStart {
    /// The start of the context's round. `filter` is in milliseconds and is held to the profile's bounds.
    pub fn new(context: &RoundContext, filter: u32) -> Self {
        let profile = context.profile();
        let timing = profile.timing;
        Self {
            round: context.round(),
            thresholds: Thresholds::of(context),
            timing,
            filter: filter.clamp(timing.filter_min, timing.filter_max),
            k_max: profile.k_max,
        }
    }
}

/// The weights that make a quorum of each step, and J.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Thresholds {
    /// T of Soft.
    pub soft: Weight,
    /// T of Cert.
    pub cert: Weight,
    /// T of each Next(k).
    pub next: Weight,
    /// J: the weight in Next(k) that lets a node leave k or catch up to it [BA-10].
    pub catch_up: Weight,
}

impl Thresholds {
    /// The thresholds of a round.
    pub fn of(context: &RoundContext) -> Self {
        // Every step but Propose has a threshold; one that nobody reaches stands for its absence.
        let threshold = |step| context.threshold(step).unwrap_or(Weight::MAX);
        Self {
            soft: threshold(Step::Soft),
            cert: threshold(Step::Cert),
            next: threshold(Step::Next(0)),
            catch_up: context.catch_up(),
        }
    }

    /// T of a step; Propose has none.
    pub const fn of_step(&self, step: Step) -> Option<Weight> {
        match step {
            Step::Propose => None,
            Step::Soft => Some(self.soft),
            Step::Cert => Some(self.cert),
            Step::Next(_) => Some(self.next),
        }
    }
}

/// A timer that the machine asked for. One that belongs to a past period is ignored when it runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Timer {
    /// The round.
    pub round: u64,
    /// The period.
    pub period: u32,
    /// What for.
    pub kind: TimerKind,
}

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub enum TimerKind {
    /// The filter time: proposals were waited for long enough.
    Filter,
    /// The k-th deadline.
    Deadline(u32),
}
