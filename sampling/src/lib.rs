//! The ground floor of Klero: how chance becomes voting weight. These pages are a short course in it.
//!
//! # 1. Why draw lots
//!
//! If every validator voted in every step, messages would grow with the square of their number. A committee of
//! some hundred seats, drawn anew for each step, does as well but for a small chance, which `klero-analysis` bounds.
//! Nobody may choose who sits in it, nobody may know beforehand, and everybody must be able to check afterwards.
//! So each validator draws for itself, in secret, with a function whose result it can prove.
//!
//! ```text
//!  seed Q, role ──► VRF ──► output y, proof      y, validator id ──► hash ──► u in (0, 1)
//!  u, stake s, total stake S, expected seats τ ──► scheme ──► seats
//! ```
//!
//! # 2. The secret function
//!
//! A *verifiable random function* (Micali, Rabin and Vadhan, FOCS 1999) is a key's own random function: its holder
//! alone can evaluate it, and each value comes with a proof. The input is the digest of chain id, seed, round, period
//! and step [SORT-1], so that a proof is worth nothing anywhere else. Module [`vrf`] has three suites behind one API.
//!
//! ```
//! use klero_sampling::vrf::{VrfInput, VrfSecretKey, VrfSuite};
//! use klero_sampling::Digest;
//!
//! let secret = VrfSecretKey::from_seed(VrfSuite::Sr25519, &[42; 32])?;
//! let (chain, seed) = (Digest([1; 32]), Digest([2; 32]));
//! let role = VrfInput::role(&chain, &seed, 7, 0, [1, 0, 0, 0, 0]); // round 7, period 0, step Soft
//! let proof = secret.prove(&role)?;
//! let output = secret.public().verify(&role, &proof)?; // an output in hand is a checked one
//! assert_eq!(output, secret.evaluate(&role)?);
//! # Ok::<(), klero_sampling::vrf::VrfError>(())
//! ```
//!
//! # 3. From the output to a number
//!
//! `H(draw; y, validator id)` is read as a big-endian integer x of 256 bits, and
//!
//! > u = (2x + 1) / 2^257, &emsp; 0 < u < 1.
//!
//! The id takes part, so two validators with one key draw independently. u is never 0 or 1 and never a short fraction,
//! hence `u < 1` holds for every draw. Type: [`Draw`].
//!
//! # 4. From the number to seats
//!
//! A [`Lottery`] answers, exactly and in integers, how many [`Seats`] a draw gives. The genesis chooses the
//! [`SeatScheme`]; module [`seats`] derives each one's formula, with its source, domain, errors and cost.
//!
//! ```
//! use klero_sampling::{Draw, Lottery, SeatScheme};
//!
//! let lottery = Lottery::new(SeatScheme::Quota, 300, 1_000_000)?;
//! let seats = lottery.seats(&Draw::from_bytes([7; 32]), 12_345)?;
//! assert_eq!(seats.guaranteed, 3); // 300 · 12 345 / 1 000 000 = 3.70…
//! assert_eq!(seats.drawn, 1); // and u is below the fraction
//! # Ok::<(), klero_sampling::LotteryError>(())
//! ```
//!
//! # 5. Who proposes
//!
//! Proposers draw `binomial` seats under every scheme. Each of the j seats is a ticket, and the [`Priority`] of the
//! proposer is the least of H(priority; y, validator id, i) over i = 1 … j; the lowest priority of all wins [SORT-3].
//! Tickets are independent and equally good, so the chance to win is the share of stake, held whole or in parts.
//! It is a hash of its own: if u ranked proposals too, those who won by a narrow margin would rank alike.
//!
//! # 6. Where the seed comes from
//!
//! The block that round r decides fixes the seed Q(r), from its proposer's VRF output [SEED-2]. The proposer cannot
//! choose it; what it can do is keep a block back, and module [`seed`] counts how many seeds that gives an adversary to
//! choose from [SEED-6].
//!
//! # 7. What everything is hashed and signed with
//!
//! Digests are BLAKE3 under a [`Domain`] each [ENC-1]; bytes are borsh, canonical and bounded ([`codec`]); votes
//! are BLS signatures, checked in batches and added up ([`bls`]).
//!
//! The crate has no floating point, no clock, no threads and no randomness of its own but the coefficients inside
//! schnorrkel's batches: the same bytes give the same seats on every machine.
#![forbid(unsafe_code)]
#![deny(
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

pub mod bls;
pub mod codec;
mod digest;
mod domain;
mod draw;
pub mod seats;
pub mod seed;
mod split;
pub mod text;
pub mod vrf;

pub use digest::{Digest, ParseDigestError};
pub use domain::{Domain, Hasher};
pub use draw::{Draw, Priority};
pub use seats::{
    Holder, Ladder, Lottery, LotteryError, MAX_EXPECTED, MAX_TOTAL, SeatScheme, Seats, Split, Weight,
};
