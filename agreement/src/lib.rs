//! Agreement on one block a round, as a state machine without I/O, clock, randomness or keys.
//!
//! [`Agreement::handle`] takes one [`Input`] — a verified vote, proposal or certificate, a body that was
//! judged, a timer that ran out — and returns [`Output`]s for the driver to carry out. Who drives it (the node,
//! a simulator, a model checker) runs the same code.
//!
//! # The protocol
//!
//! A node in round r is in a *period* p. μ(q) is the lowest proposal seen in period q, σ(q) the value *staged*
//! there (a Soft quorum for it was seen), value(q) and bottom(q) the Next quorums seen there. A value is
//! *committable* in p when it is σ(p) and its body was validated.
//!
//! - **Upon** block r − 1 being final: enter (r, 0) \[BA-1\].
//! - **Upon** entering (r, p): propose — a new block, or the value that a Next quorum carried over \[BA-2\].
//! - **Upon** the filter time of p: Soft for value(p − 1) if it was seen without bottom(p − 1), else for μ(p) if
//!   fresh, else for μ(p) if it re-proposes value(p − 1) \[BA-3\]. Where there is nothing to vote for yet, the
//!   first candidate to come before the first deadline is voted for.
//! - **Upon** a value becoming committable before the first deadline: Cert for it \[BA-4\].
//! - **Upon** the k-th deadline: Next(k) for the committable value, else for value(p − 1) without bottom(p − 1),
//!   else for ⊥ \[BA-5\].
//! - **Upon** a Soft quorum in q: stage it if q = p, move to q and stage it if q > p \[BA-6\].
//! - **Upon** a Next quorum in q ≥ p: move to q + 1; in p − 1: record it \[BA-7\].
//! - **Upon** a Cert quorum in any period: decide, as soon as the body is held \[BA-8\].
//! - **Upon** Next(k′) votes with k′ above the own k and J seats: move to k′ \[BA-10\].
//! - **Upon** a deadline, and on entering a later period: send everything again that others may lack \[BA-11\].
//! - **Upon** two values with Cert quorums, or with Soft quorums in one period: raise the alarm and stop voting
//!   \[BA-13\].
#![forbid(unsafe_code)]
#![deny(
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod check;
mod filter;
mod input;
mod machine;
mod output;
mod pace;
mod period;
mod quorum;
mod resend;
mod round;
#[cfg(feature = "sim")]
pub mod sim;
mod snapshot;
mod steps;
mod upcoming;

pub use check::{Violation, check, check_invariants, check_restart};
pub use filter::FilterTime;
pub use input::{Input, RoundStart, Thresholds, Timer, TimerKind};
pub use klero_committee as committee;
pub use machine::Agreement;
pub use output::{Alarm, Output, Resend};
pub use snapshot::{Entry, Snapshot};
