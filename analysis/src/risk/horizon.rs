//! From one committee to years of them: the chances of a chain [RISK-5].
//!
//! # How many committees there are
//!
//! In a time H with rounds of R there are H/R rounds. A period after the first begins when a deadline has run out, so there
//! are at most H/`deadline` more periods. A period has the Next committees up to the one at which its steps have reached
//! `step_cap`, and one for each `step_cap` after that: over all periods at most H/`step_cap`.
//!
//! # What is summed
//!
//! - Two values staged [RISK-2], and a Cert quorum forged alone [RISK-4], once for each period.
//! - A fork [RISK-3] by Cert and Next, and by the Soft committee of the next period and Next, once for each Next committee;
//!   a Next quorum forged alone is the case in which everyone has staged.
//!
//! Each is multiplied by the seeds that the adversary can choose from [SEED-6]: (τ_Propose + 1)·D, where D says for how long
//! it schedules messages.

use std::num::NonZeroU64;

use klero_committee::{Profile, Timing};
use serde::Serialize;

use crate::wide::{Round, Wide};
use crate::{Fraction, Log2Bound};

use super::{RiskError, fork_risk, poisson_risk};

/// A year of 365.25 days in milliseconds.
pub const YEAR: u64 = 31_557_600_000;

/// How long, how fast, and beside what adversary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// The time in milliseconds, at least 1.
    pub time: u64,
    /// The mean time of a round in milliseconds, at least 1.
    pub round: u64,
    /// D of [SEED-6], at least 1.
    pub lookahead: u64,
}

/// How many committees a chain has in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Committees {
    /// Rounds.
    pub rounds: u64,
    /// Periods, at most.
    pub periods: u64,
    /// Next committees, at most.
    pub nexts: u64,
}

/// The bounds of a chain over a horizon, with what they are made of. Those of one committee are for one seed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChainRisk {
    /// How many committees there are.
    pub committees: Committees,
    /// The seeds to choose from, by which every bound over the horizon is multiplied.
    pub seeds: u64,
    /// [RISK-1] of the worst kind of step: one committee.
    pub live: Log2Bound,
    /// [RISK-2] of one Soft committee.
    pub split: Log2Bound,
    /// [RISK-4] of one Cert committee.
    pub take: Log2Bound,
    /// [RISK-3] of one Cert and one Next committee.
    pub fork_by_cert: Log2Bound,
    /// [RISK-3] of one Soft and one Next committee.
    pub fork_by_soft: Log2Bound,
    /// Any of what makes a fork possible, in one round that is decided in its first period.
    pub round: Log2Bound,
    /// The same over the horizon.
    pub horizon: Log2Bound,
}

impl Committees {
    /// Those of a horizon.
    pub fn of(timing: &Timing, horizon: &Horizon) -> Self {
        let per = |length: u64| horizon.time.div_ceil(length.max(1));
        let rounds = per(horizon.round);
        let periods = rounds.saturating_add(per(u64::from(timing.deadline)));
        let nexts = periods
            .saturating_mul(before_the_cap(timing))
            .saturating_add(per(u64::from(timing.step_cap)));
        Self {
            rounds,
            periods,
            nexts,
        }
    }
}

/// Next committees of a period until its steps are as long as they get: the first at the deadline, each further one after
/// a step that doubles.
pub fn before_the_cap(timing: &Timing) -> u64 {
    let (mut step, mut count) = (u64::from(timing.step_base.max(1)), 1);
    while step < u64::from(timing.step_cap) {
        step = step.saturating_mul(2);
        count += 1;
    }
    count
}

/// The bounds of a profile with Poisson seats, whatever the distribution of stake is.
///
/// # Errors
/// [`RiskError`] when the profile's committees or its honest share are outside the domain.
pub fn chain_risk(profile: &Profile, horizon: &Horizon) -> Result<ChainRisk, RiskError> {
    let honest = share(profile)?;
    let [soft, cert, next] =
        [profile.soft, profile.cert, profile.next].map(|size| poisson_risk(size, honest));
    let (soft, cert, next) = (soft?, cert?, next?);
    let fork_by_cert = fork_risk(profile.cert, profile.next, honest)?;
    let fork_by_soft = fork_risk(profile.soft, profile.next, honest)?;
    let committees = Committees::of(&profile.timing, horizon);
    let seeds = u64::from(profile.propose)
        .saturating_add(1)
        .saturating_mul(horizon.lookahead.max(1));
    let period = sum([soft.split, cert.take].map(|bound| (bound, 1)));
    let fork = sum([fork_by_cert, fork_by_soft].map(|bound| (bound, 1)));
    let of = |periods: u64, nexts: u64| {
        let all = sum([(period, periods), (fork, nexts)]);
        sum([(all, seeds)])
    };
    Ok(ChainRisk {
        live: greatest([soft.live, cert.live, next.live]),
        split: soft.split,
        take: cert.take,
        round: of(1, before_the_cap(&profile.timing)),
        horizon: of(committees.periods, committees.nexts),
        committees,
        seeds,
        fork_by_cert,
        fork_by_soft,
    })
}

/// The honest share that a profile declares.
///
/// # Errors
/// [`RiskError::NoShare`] when it is no fraction.
pub fn share(profile: &Profile) -> Result<Fraction, RiskError> {
    let honest = profile.targets.honest;
    let denominator = NonZeroU64::new(u64::from(honest.denominator)).ok_or(RiskError::NoShare)?;
    Ok(Fraction::new(u64::from(honest.numerator), denominator))
}

/// Σ bound · count.
fn sum(terms: impl IntoIterator<Item = (Log2Bound, u64)>) -> Log2Bound {
    let mut total = Wide::ZERO;
    for (bound, count) in terms {
        let count = Wide::from_u128(u128::from(count));
        total = total.add(bound.wide().mul(count, Round::Up), Round::Up);
    }
    Log2Bound::at_most(total)
}

fn greatest(bounds: [Log2Bound; 3]) -> Log2Bound {
    let [first, rest @ ..] = bounds;
    rest.into_iter().fold(
        first,
        |most, bound| if bound.wide() > most.wide() { bound } else { most },
    )
}
