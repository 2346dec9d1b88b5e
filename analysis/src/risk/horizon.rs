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

use klero_committee::{Profile, Timing};
use serde::Serialize;

use crate::Log2Bound;
use crate::wide::{Round, Wide};

use super::ProfileRisk;

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

/// The bounds of a chain: of its committees, and of any of what makes a fork possible, for the seeds that the adversary can choose from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChainRisk {
    /// How many committees there are.
    pub committees: Committees,
    /// The seeds to choose from, by which the bounds over time are multiplied.
    pub seeds: u64,
    /// A round is not decided in its first period, because Soft or Cert misses its quorum [RISK-1].
    pub late: Log2Bound,
    /// A fork in one round that is decided in its first period.
    pub round: Log2Bound,
    /// A fork within a year.
    pub year: Log2Bound,
    /// A fork within the horizon.
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

/// What the committees of a profile, with their bounds, amount to over time.
pub fn chain_risk(profile: &Profile, risk: &ProfileRisk, horizon: &Horizon) -> ChainRisk {
    let committees = Committees::of(&profile.timing, horizon);
    let of_year = Committees::of(
        &profile.timing,
        &Horizon {
            time: YEAR,
            ..*horizon
        },
    );
    let seeds = u64::from(profile.propose)
        .saturating_add(1)
        .saturating_mul(horizon.lookahead.max(1));
    let period = sum([risk.split, risk.take].map(|bound| (bound, 1)));
    let fork = sum([risk.fork_by_cert, risk.fork_by_soft].map(|bound| (bound, 1)));
    let of = |periods: u64, nexts: u64| {
        let all = sum([(period, periods), (fork, nexts)]);
        sum([(all, seeds)])
    };
    ChainRisk {
        committees,
        seeds,
        late: sum([(risk.live, seeds.saturating_mul(2))]),
        round: of(1, before_the_cap(&profile.timing)),
        year: of(of_year.periods, of_year.nexts),
        horizon: of(committees.periods, committees.nexts),
    }
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
