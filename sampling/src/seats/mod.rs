//! Seats: how much weight a draw is worth [SORT-2].
//!
//! A [`Lottery`] is one committee's: a scheme, the expected number of seats τ and the total stake S. Its seats are
//! a function of the draw and the validator's stake s, defined as mathematics and computed in integers. On average
//! a validator weighs its share s/S under every scheme, so that spreading stake over many validators brings
//! nothing [SORT-4].

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
