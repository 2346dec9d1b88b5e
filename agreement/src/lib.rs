//! Agreement on one block a round, as a state machine without I/O, clock, randomness or keys.
//!
//! [`Agreement::handle`] takes one [`Input`] — a verified vote, proposal or certificate, a body that was
//! judged, a timer that ran out — and returns [`Output`]s for the driver to carry out. Who drives it (the node,
//! a simulator, a model checker) runs the same code.
//!
//! # State
//!
//! A node in round r is in a *period* p and, past its first deadline, in a Next step k. μ(q) is the lowest proposal
//! seen in period q, σ(q) the value *staged* there (a Soft quorum for it was seen), value(q) and bottom(q) the Next
//! quorums seen there. A value is *committable* in p when it is σ(p) and its body was judged good. A quorum is seen
//! in counted votes or in a certificate, and both count the same.
//!
//! # The protocol
//!
//! Steps of a period:
//!
//! - **Upon** block r − 1 being final and its body held: enter (r, 0) [BA-1].
//! - **Upon** entering (r, p): start the period's clock; propose a new block, or again the value that a Next quorum
//!   carried over, or nothing where a Soft quorum led here. Of two fresh proposals of one proposer the first counts,
//!   and the second is evidence; of two of equal priority the lower digest wins [BA-2].
//! - **Upon** the filter time of p: Soft, once, for value(p − 1) if it was seen without bottom(p − 1), else for μ(p)
//!   if fresh, else for μ(p) if it re-proposes value(p − 1). Where there is nothing to vote for yet, the first
//!   candidate to come before the first deadline is voted for [BA-3].
//! - **Upon** a value becoming committable before the first deadline of p: Cert for it, once [BA-4].
//! - **Upon** the k-th deadline of p: Next(k), once, for the committable value, else for value(p − 1) seen without
//!   bottom(p − 1), else for ⊥ [BA-5].
//!
//! Votes and quorums:
//!
//! - **Upon** a vote: count it once for its value, with the most seats that its voter showed. A second value of the
//!   voter counts too, and the pair is evidence; a third is dropped [COM-4].
//! - **Upon** T seats for one value in a role, by votes or by a certificate, none of whose votes need have been seen:
//!   a quorum; one certificate for it is kept and passed on [COM-5].
//! - **Upon** a Soft quorum in q: stage it if q = p, move to q and stage it if q > p, else nothing [BA-6].
//! - **Upon** a Next quorum of any k in q ≥ p: move to q + 1; in p − 1: record it in value or bottom; one for a second
//!   block counts as bottom. Bodies of σ(p), σ(p − 1), value(p − 1) and of the last carried value are kept [BA-7].
//! - **Upon** a Cert quorum in any period: decide, as soon as the body is held; fetch it, and take part
//!   meanwhile [BA-8].
//! - **Upon** two values with Cert quorums in one round, or with Soft quorums in one period: keep both, raise the
//!   alarm, vote no more. Nothing else that peers send stops a node [BA-13].
//!
//! Pace and repair:
//!
//! - **Upon** a vote or a proposal falling due: the log holds a [`Snapshot`] before anything leaves. **Upon** a
//!   restart: [`Agreement::restore`] resumes exactly there; only the time of the present step starts anew [BA-9].
//! - **Upon** deadline k + 1 with Next(k) votes, for any values, of J seats: leave k; with fewer, stay, send again and
//!   wait one more step. **Upon** Next(k′) votes of J seats, k′ above k: move to k′, past every deadline before it.
//!   **Upon** a Next(k′) with k′ below k: answer with the own votes of k′ and k, once a step. **Upon** a message that
//!   is not relevant, or beyond `k_max`: drop it; hold what is of (r + 1, 0). Pass on what is new [BA-10].
//! - **Upon** a deadline running out, and on entering a later period: send again the own votes, the Soft certificate of
//!   p, the certificates of value(p − 1) and of bottom(p − 1), block r − 1 with its certificate, and the bodies that
//!   are staged or carried [BA-11].
//! - **Upon** a period's start: its filter time is measured in period 0 ([`FilterTime`]) and at its upper bound later;
//!   its deadlines come after `deadline`, then after `step_base`, doubled each time up to `step_cap`, each spread by
//!   the driver [BA-12].
//!
//! # Checks
//!
//! [`check()`] states these rules a second time, as pre- and postconditions of every input and invariants of the state;
//! tests and simulations ask it after each input. `docs/src/spec` is the specification, with the reasons.
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
