//! How a committee fails: the events of the specification's chapter "What is bounded".
//!
//! H and A are the honest and the adversarial seats of one committee with τ expected seats and threshold T; h is
//! the honest share of stake.
//!
//! [`CommitteeLaw`] has the bounds of a committee under any scheme, with stakes or without. Two models of H and A that
//! are simpler:
//!
//! - [`poisson_risk`]: H ~ Poisson(τ·h) and A ~ Poisson(τ·(1 − h)). So behaves stake in many small accounts under
//!   `binomial` and `quota`. Other distributions of stake vary less; for those the Poisson tail of H or of A is a
//!   proved bound once it starts more than one seat beyond the mean, and no bound nearer to it.
//! - [`quota_risk`]: H has its exact distribution under `quota` for given stakes, and A ~ Poisson(τ·(1 − h)).
//!
//! Everything is rounded up, as [`crate::tail`] describes. A bound close to 1 from a sum over both H and A,
//! [RISK-2], says no more than that the event is likely: its logarithm is not computed from the opposite.

mod committee;
mod cost;
mod fork;
mod horizon;
mod poisson;
mod profile;
mod quota;
mod staging;

use klero_committee::CommitteeSize;
use klero_committee::sampling::{MAX_EXPECTED, MAX_TOTAL};
use serde::Serialize;
use thiserror::Error;

use crate::{Fraction, Log2Bound, Poisson, TailError};

pub use committee::{Adversary, Assumptions, CommitteeLaw, Failure, Scheme, Worst, committee_risk};
pub use cost::{Cost, committee_cost};
pub use fork::{fork_risk, split_of_any_adversary};
pub use horizon::{ChainRisk, Committees, Horizon, YEAR, before_the_cap, chain_risk};
pub use poisson::{poisson_risk, poisson_votes};
pub(crate) use profile::split_of_profile;
pub use profile::{Event as ProfileEvent, Missed, ProfileRisk, electorate_risk, profile_risk, share};
pub use quota::{QuotaSeats, quota_offline, quota_risk};

/// The greatest threshold: four times the greatest committee.
const MAX_THRESHOLD: u64 = 1 << 22;

/// The bounds of one committee.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Risk {
    /// [RISK-1]: no progress, `P[H < T]`.
    pub live: Log2Bound,
    /// [RISK-2]: two values staged, P[H + 2A ≥ 2T].
    pub split: Log2Bound,
    /// [RISK-4]: forged without any honest vote, P[A ≥ T].
    pub take: Log2Bound,
}

/// A question outside the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RiskError {
    /// τ is 0 or more than 2^20.
    #[error("{0} expected seats: choose 1 to {MAX_EXPECTED}")]
    Expected(u32),
    /// T is 0 or more than 2^22.
    #[error("a threshold of {0} seats: choose 1 to {MAX_THRESHOLD}")]
    Threshold(u64),
    /// h is more than 1.
    #[error("an honest share of {0}: choose 0 to 1")]
    Honest(Fraction),
    /// A share over 0.
    #[error("targets.honest is no fraction: its denominator is 0")]
    NoShare,
    /// The stakes are all 0, or more than 2^63 in sum.
    #[error("a total stake of {0}: it must be 1 to 2^63; divide all stakes by one power of ten")]
    Total(u128),
    /// Stakes of more than the total stake.
    #[error("stakes of {stakes} in a total of {total}")]
    Excess {
        /// Their sum.
        stakes: u128,
        /// S.
        total: u64,
    },
    /// τ is at least the total stake: everyone is a member, and nothing is drawn.
    #[error("{expected} expected seats of a total stake of {total}: everyone is a member, nothing is drawn")]
    Full {
        /// τ.
        expected: u32,
        /// S.
        total: u64,
    },
    /// An account that is not in the list of stakes.
    #[error("account {index} is to be offline, and there are {accounts}, counted from 0")]
    Account {
        /// Which.
        index: usize,
        /// How many there are.
        accounts: usize,
    },
    /// `fait-accompli` without the stakes that decide who is a permanent member.
    #[error("fait-accompli has no bound for all stakes: name those of the network")]
    NeedsStakes,
    /// Silent groups of accounts whose groups are not known.
    #[error("groups are to be offline: name the stakes of the network, with a column `group`")]
    NeedsGroups,
    /// A mean beyond what is computed.
    #[error(transparent)]
    Tail(#[from] TailError),
}

/// Refuses a size outside the domain.
fn check(size: CommitteeSize) -> Result<(), RiskError> {
    if size.expected == 0 || size.expected > MAX_EXPECTED {
        return Err(RiskError::Expected(size.expected));
    }
    if size.threshold == 0 || size.threshold > MAX_THRESHOLD {
        return Err(RiskError::Threshold(size.threshold));
    }
    Ok(())
}

/// The sum of all stakes, S.
fn total(stakes: &[u64]) -> Result<u64, RiskError> {
    let sum: u128 = stakes.iter().map(|stake| u128::from(*stake)).sum();
    let total = u64::try_from(sum)
        .ok()
        .filter(|total| (1..=MAX_TOTAL).contains(total));
    total.ok_or(RiskError::Total(sum))
}

/// A ~ Poisson(τ·(1 − h)).
fn adversary(expected: u32, honest: Fraction) -> Result<Poisson, RiskError> {
    let share = honest.complement().ok_or(RiskError::Honest(honest))?;
    Ok(Poisson::of_share(expected, share)?)
}
