//! The ground floor of Klero: how chance becomes voting weight.
//!
//! A validator *draws* for a role by evaluating a verifiable random function ([`vrf`]) on the seed of the
//! round. The output, hashed with the validator's id, is a [`Draw`]: a number u in (0, 1). A [`Lottery`] turns
//! the draw, the validator's stake, the total stake and the expected number of seats into [`Seats`], exactly
//! and in integers, so that every machine arrives at the same weight. The seeds themselves form a chain
//! ([`seed`]), each fixed by the block that the round before it decided.
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
//! The crate also holds what everything above hashes and signs with: domains ([`Domain`]), the canonical
//! binary encoding ([`codec`]) and checked BLS keys, signatures and batches ([`bls`]).
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
mod seats;
pub mod seed;
mod split;
pub mod text;
pub mod vrf;

pub use digest::{Digest, ParseDigestError};
pub use domain::{Domain, Hasher};
pub use draw::{Draw, Priority};
pub use seats::{Lottery, LotteryError, MAX_EXPECTED, MAX_TOTAL, SeatScheme, Seats};
