//! Seats: how much weight a draw is worth [SORT-2].
//!
//! A [`Lottery`] is one committee's: a scheme, the expected number of seats τ and the total stake S. It is a
//! function of the draw and the validator's stake s, defined as mathematics and computed in integers. The mean
//! is τ·s/S under every scheme, so that spreading stake over many validators brings nothing [SORT-4].

mod binomial;
mod wide;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Draw;

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
}

/// The greatest expected number of seats of a committee.
pub const MAX_EXPECTED: u32 = 1 << 20;

/// The greatest total stake.
pub const MAX_TOTAL: u64 = 1 << 63;

/// A question outside the lottery's domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LotteryError {
    /// τ is 0 or more than 2^20.
    #[error("{0} expected seats: choose 1 to 1048576")]
    Expected(u32),
    /// S is 0 or more than 2^63.
    #[error("a total stake of {0}: it must be 1 to 2^63; divide all stakes by one power of ten")]
    Total(u64),
    /// s is more than S.
    #[error("a stake of {stake} in a total of {total}")]
    Stake {
        /// The validator's stake.
        stake: u64,
        /// The total stake.
        total: u64,
    },
    /// The draw coincides with a step of the distribution to 2048 bits.
    #[error("the draw cannot be told from a step of the distribution")]
    Undecided,
}

/// The seats that one draw gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Seats {
    /// Seats held whatever the draw; they need no proof.
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

/// One committee's lottery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lottery {
    scheme: SeatScheme,
    expected: u32,
    total: u64,
}

impl Lottery {
    /// A lottery for `expected` seats (τ, 1 to 2^20) over a total stake (S, 1 to 2^63). Every scheme becomes
    /// [`SeatScheme::Full`] when τ ≥ S [SEAT-4].
    ///
    /// # Errors
    /// [`LotteryError`] when τ or S are outside their domain.
    pub const fn new(scheme: SeatScheme, expected: u32, total: u64) -> Result<Self, LotteryError> {
        if expected == 0 || expected > MAX_EXPECTED {
            return Err(LotteryError::Expected(expected));
        }
        if total == 0 || total > MAX_TOTAL {
            return Err(LotteryError::Total(total));
        }
        let scheme = if expected as u64 >= total {
            SeatScheme::Full
        } else {
            scheme
        };
        Ok(Self {
            scheme,
            expected,
            total,
        })
    }

    /// The scheme in force.
    pub const fn scheme(&self) -> SeatScheme {
        self.scheme
    }

    /// Expected seats of the whole committee (τ).
    pub const fn expected(&self) -> u32 {
        self.expected
    }

    /// Total stake (S).
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The seats that a stake holds without a proof.
    ///
    /// # Errors
    /// [`LotteryError::Stake`] when the stake exceeds the total.
    pub fn guaranteed(&self, stake: u64) -> Result<u64, LotteryError> {
        self.check(stake)?;
        Ok(match self.scheme {
            SeatScheme::Quota => self.quota(stake).0,
            SeatScheme::Binomial => 0,
            SeatScheme::Full => stake,
        })
    }

    /// Whether a draw can add anything to what the stake holds for sure.
    pub fn draws(&self, stake: u64) -> bool {
        match self.scheme {
            SeatScheme::Quota => self.quota(stake).1 > 0,
            SeatScheme::Binomial => stake > 0,
            SeatScheme::Full => false,
        }
    }

    /// The seats of a stake with a draw.
    ///
    /// # Errors
    /// [`LotteryError::Stake`] when the stake exceeds the total; [`LotteryError::Undecided`], see there.
    pub fn seats(&self, draw: &Draw, stake: u64) -> Result<Seats, LotteryError> {
        let guaranteed = self.guaranteed(stake)?;
        let drawn = match self.scheme {
            SeatScheme::Quota => u64::from(self.wins_fraction(draw, stake)),
            SeatScheme::Binomial if stake == 0 => 0,
            SeatScheme::Binomial => {
                binomial::binomial_seats(draw.as_bytes(), stake, self.total, self.expected)
                    .map_err(|_| LotteryError::Undecided)?
            }
            SeatScheme::Full => 0,
        };
        Ok(Seats { guaranteed, drawn })
    }

    fn check(&self, stake: u64) -> Result<(), LotteryError> {
        if stake > self.total {
            return Err(LotteryError::Stake {
                stake,
                total: self.total,
            });
        }
        Ok(())
    }

    /// Quotient and remainder of τ·s by S [SEAT-1]; the quotient is at most τ.
    fn quota(&self, stake: u64) -> (u64, u64) {
        let product = u128::from(self.expected) * u128::from(stake);
        let total = u128::from(self.total);
        ((product / total) as u64, (product % total) as u64)
    }

    /// Whether u < frac(τ·s/S), that is (2x + 1)·S < 2^257·r with r the remainder of τ·s by S [SEAT-1].
    ///
    /// Halved it reads x·S + S/2 < 2^256·r. The right side is an integer, hence the left may be rounded down
    /// to x·S + ⌊S/2⌋; and only its part above 2^256 decides.
    fn wins_fraction(&self, draw: &Draw, stake: u64) -> bool {
        let words = draw.as_bytes().rchunks(8).map(|chunk| {
            let word = chunk
                .iter()
                .fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
            u128::from(word)
        });
        let carry = words.fold(u128::from(self.total / 2), |carry, word| {
            // At most (2^64 − 1)·2^63 + 2^64, hence within 128 bits; the low limb is not needed.
            (word * u128::from(self.total) + carry) >> 64
        });
        carry < u128::from(self.quota(stake).1)
    }
}
