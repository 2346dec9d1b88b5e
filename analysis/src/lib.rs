//! How likely a committee is to fail, as numbers that are never too small.
//!
//! Sampling leaves a chance that a committee is bad. This crate computes it for the tails of [`Poisson`],
//! [`Binomial`], [`Hypergeometric`] and [`PoissonBinomial`] distributions and of [`Sum`]s of them, for a committee
//! whose seats are Poisson ([`poisson_risk`]) and for one whose seats follow by quota from known stakes
//! ([`quota_risk`], [`quota_offline`]).
//!
//! Every result is a [`Log2Bound`]: an upper bound of the probability, rounded up at every step on the way, in
//! a format that reaches far below 2^-5000. The error argument stands in [`tail`].
//!
//! ```
//! use klero_analysis::{Event, Poisson};
//!
//! // How often do more than 70 proposers appear when 26 are expected?
//! let chance = Poisson::new("26".parse()?)?.tail(Event::AtLeast(71))?;
//! assert_eq!(chance.to_string(), "2^-41.7");
//! assert_eq!(chance.decimal(), "2.71978936e-13");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The binary `klero-analysis` prints the same numbers; [`cli`] is what it runs. [`published`] has figures of others,
//! computed again. `plot` and `report`, with the feature `report`, show them.
//! [`rare`] and [`measure`] are second opinions on the bounds: they draw, and sum no tails.
#![forbid(unsafe_code)]
#![deny(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod bound;
pub mod cli;
mod fraction;
pub mod measure;
#[cfg(feature = "report")]
pub mod plot;
pub mod published;
pub mod rare;
#[cfg(feature = "report")]
pub mod report;
pub mod risk;
pub mod stakes;
pub mod tail;
pub mod tune;
mod verdict;
mod wide;

pub use bound::Log2Bound;
pub use fraction::{Fraction, FractionError};
pub use risk::{
    Adversary, Assumptions, CommitteeLaw, Cost, Failure, QuotaSeats, Risk, RiskError, Scheme, Worst,
    committee_cost, committee_risk, poisson_risk, poisson_votes, quota_offline, quota_risk,
};
pub use stakes::{Account, Concentration, Stakes, StakesError};
pub use tail::{Binomial, Event, Hypergeometric, Poisson, PoissonBinomial, Sum, TailError};
pub use verdict::Verdict;
