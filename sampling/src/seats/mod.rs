//! Seats: how much weight a draw is worth [SORT-2].
//!
//! A [`Lottery`] is one committee's: a scheme, the expected number of seats τ and the total stake S. Its seats are
//! a function of the draw u and the validator's stake s, defined as mathematics and computed in integers. On average
//! a validator weighs its share s/S under every scheme, so that spreading stake over many validators brings
//! nothing [SORT-4].
//!
//! | scheme | seats of a stake s | for sure | source |
//! |---|---|---|---|
//! | `quota` [SEAT-1] | ⌊q⌋, and one more if u < q − ⌊q⌋, where q = τ·s/S | ⌊q⌋ | the quota rule of apportionment, its remainders decided by independent lots |
//! | `binomial` [SEAT-2] | min{k : u < CDF(k)} of Binomial(s, τ/S) | 0 | Gilad et al., "Algorand", SOSP 2017, Algorithm 1, made exact |
//! | `fait-accompli` [SEAT-3] | the stake itself, for the largest; `binomial` for the others | s | Gaži, Kiayias and Russell, "Fait Accompli Committee Selection", CCS 2023 |
//! | `full` [SEAT-4] | s | s | Castro and Liskov, "Practical Byzantine Fault Tolerance", OSDI 1999, with weights |
//!
//! # Units and domain
//!
//! Stake is in the smallest unit of the chain, 1 ≤ S ≤ 2^63 and 0 ≤ s ≤ S; τ is in seats, 1 ≤ τ ≤ 2^20. Whatever lies
//! outside is a [`LotteryError`] that says so. Where τ ≥ S every scheme is `full`: nothing is left to draw for.
//!
//! # quota
//!
//! In integers u < frac(q) is (2x + 1)·S < 2^257·((τ·s) mod S): a product of four limbs, some seven nanoseconds. The
//! variance is f·(1 − f) for the fraction f of q, at most ¼ and never above the binomial's; so every bound for
//! binomial seats that is a Poisson bound holds here too, and most votes need no proof.
//!
//! # binomial
//!
//! Each unit of stake is a lot of its own, so whole and split stake draw alike in distribution, not only on average.
//! pmf(0) = ((S − τ)/S)^s and pmf(k + 1) = pmf(k)·(s − k)·τ/((k + 1)·(S − τ)) are far too long to be written out,
//! so a bound from below and one from above are kept for each sum, with 256 bits each, rounded in their directions. A
//! draw between the bounds, which is one in 2^189, is decided with 512 bits, and one that no width can tell from a step
//! in whole numbers. A draw of all ones gets what the tail of the distribution gives it, not the whole stake.
//!
//! A draw costs 0.14 µs a step after 1.6 µs for pmf(0). Many draws of one stake are cheaper with a [`Ladder`]:
//!
//! ```
//! use klero_sampling::{Draw, Lottery, SeatScheme};
//!
//! let lottery = Lottery::new(SeatScheme::Binomial, 1000, 50_000_000)?;
//! let ladder = lottery.ladder(500_000)?; // 10 seats on average
//! for byte in 0..=255 {
//!     let draw = Draw::from_bytes([byte; 32]);
//!     assert_eq!(ladder.seats(&draw)?, lottery.seats(&draw, 500_000)?);
//! }
//! # Ok::<(), klero_sampling::LotteryError>(())
//! ```
//!
//! # fait-accompli
//!
//! In the order of descending stake, with ρ(i) the stake from the i-th on and n = τ, the first i* with
//! (1 − s(i)/ρ(i))² ≥ (n − i)/(n − i + 1) ends the permanent members. A draw of n seats for a stake ρ varies
//! with ρ²/n, and before i* seating the largest for sure makes that less: (ρ − s)²/(n − i) < ρ²/(n − i + 1). The others
//! draw n₂ = n − (i* − 1) seats. A permanent member weighs its
//! stake, a seat ρ(i*)/n₂; both are multiplied by n₂ and compared as [`Weight`]. The lottery needs all stakes, or the
//! [`Split`] that an electorate's root commits to, and each validator's place in the order:
//!
//! ```
//! use klero_sampling::{Draw, Holder, Lottery, SeatScheme};
//!
//! let stakes: Vec<u64> = [500, 300].into_iter().chain([2; 100]).collect();
//! let lottery = Lottery::of(SeatScheme::FaitAccompli, 10, &stakes)?;
//! assert_eq!(lottery.split().map(|split| split.permanent), Some(2));
//! let seats = lottery.seats(&Draw::from_bytes([9; 32]), Holder::at(1, 500))?;
//! assert_eq!(lottery.weight(&seats), 8 * 500); // n₂ = 8
//! # Ok::<(), klero_sampling::LotteryError>(())
//! ```
//!
//! # Errors
//!
//! A [`LotteryError`] is the answer to a question outside the domain. [`LotteryError::Undecided`] is for a draw within
//! 2^-1981 of a step of a distribution that is too long to be written out; no hash is expected to come near one.

mod binomial;
mod ladder;
mod lottery;
mod quota;
mod split;
mod wide;

pub use ladder::Ladder;
pub use lottery::{Lottery, LotteryError, MAX_EXPECTED, MAX_TOTAL};
pub use split::Split;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// How seats follow from a draw. The genesis chooses one for votes; proposers always draw `binomial` [SORT-3].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum SeatScheme {
    /// ⌊τ·s/S⌋ seats for sure and one more by lot for the fraction [SEAT-1].
    Quota,
    /// Each unit of stake is one draw with p = τ/S [SEAT-2].
    Binomial,
    /// Everyone is a member and weighs its stake [SEAT-4].
    Full,
    /// The largest are members and weigh their stake; the others draw `binomial` seats of one weight [SEAT-3].
    FaitAccompli,
}

/// A validator as the lottery sees it: its stake and, where the scheme asks for it, its place.
///
/// A stake alone will do for every scheme but [`SeatScheme::FaitAccompli`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Holder {
    stake: u64,
    place: Option<u32>,
}

impl Holder {
    /// The holder of a stake at a place, from 1, in the order of descending stake, equal stakes by ascending
    /// validator id [SEAT-3].
    pub const fn at(place: u32, stake: u64) -> Self {
        let place = Some(place);
        Self { stake, place }
    }

    /// The stake (s).
    pub const fn stake(&self) -> u64 {
        self.stake
    }

    /// The place, if it is known.
    pub const fn place(&self) -> Option<u32> {
        self.place
    }
}

impl From<u64> for Holder {
    fn from(stake: u64) -> Self {
        Self { stake, place: None }
    }
}

/// Voting weight. Below 2^127: what all members together could ever have in one committee.
pub type Weight = u128;

/// The seats that one draw gave. What they weigh is for [`Lottery::weight`] to say: one each under `quota` and
/// `binomial`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Seats {
    /// Seats held whatever the draw; they need no proof. The stake of a member who weighs it.
    pub guaranteed: u64,
    /// Seats that the draw won; they need the proof.
    pub drawn: u64,
}

impl Seats {
    /// All seats.
    pub const fn total(&self) -> u64 {
        self.guaranteed.saturating_add(self.drawn)
    }
}
