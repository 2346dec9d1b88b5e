//! One committee's lottery.

use thiserror::Error;

use super::binomial::Trials;
use super::split::{Split, split};
use super::{Holder, Ladder, SeatScheme, Seats, Weight, quota};
use crate::Draw;

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
    Total(u128),
    /// s is more than there is to share.
    #[error("a stake of {stake} in a total of {total}")]
    Stake {
        /// The validator's stake.
        stake: u64,
        /// The total stake, or that of all who draw.
        total: u64,
    },
    /// `fait-accompli` without the stakes that decide where its permanent members end.
    #[error("fait-accompli needs the stakes of all validators, or their split")]
    NeedsStakes,
    /// `fait-accompli` asked about a stake without its place in the order.
    #[error("fait-accompli needs the place of a stake in descending order, from 1")]
    NeedsPlace,
    /// Stakes that do not descend.
    #[error("the stakes are not in descending order: sort them")]
    Order,
    /// A split that no electorate has.
    #[error(
        "{permanent} permanent members and {rest} stake of others cannot be the split of {expected} expected seats and {total} stake"
    )]
    Split {
        /// i* − 1.
        permanent: u32,
        /// ρ(i*).
        rest: u64,
        /// τ.
        expected: u32,
        /// S.
        total: u64,
    },
    /// The draw coincides with a step of the distribution to 2048 bits.
    #[error("the draw cannot be told from a step of the distribution")]
    Undecided,
}

/// One committee's lottery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lottery {
    shares: Shares,
    expected: u32,
    total: u64,
}

/// The scheme in force, with what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shares {
    Quota,
    Binomial,
    Full,
    FaitAccompli(Split),
}

impl Lottery {
    /// A lottery for `expected` seats (τ, 1 to 2^20) over a total stake (S, 1 to 2^63). Every scheme becomes
    /// [`SeatScheme::Full`] when τ ≥ S [SEAT-4].
    ///
    /// # Errors
    /// [`LotteryError`] when τ or S are outside their domain, and for `fait-accompli`, which takes
    /// [`Lottery::of`] or [`Lottery::with_split`].
    pub const fn new(scheme: SeatScheme, expected: u32, total: u64) -> Result<Self, LotteryError> {
        if expected == 0 || expected > MAX_EXPECTED {
            return Err(LotteryError::Expected(expected));
        }
        if total == 0 || total > MAX_TOTAL {
            return Err(LotteryError::Total(total as u128));
        }
        let shares = match scheme {
            _ if expected as u64 >= total => Shares::Full,
            SeatScheme::Quota => Shares::Quota,
            SeatScheme::Binomial => Shares::Binomial,
            SeatScheme::Full => Shares::Full,
            SeatScheme::FaitAccompli => return Err(LotteryError::NeedsStakes),
        };
        Ok(Self {
            shares,
            expected,
            total,
        })
    }

    /// The lottery over an electorate whose stakes are given in descending order. This is what `fait-accompli`
    /// needs to find its permanent members [SEAT-3]; it becomes [`SeatScheme::Full`] where it finds none to draw.
    ///
    /// # Errors
    /// [`LotteryError`] when τ or the sum of the stakes are outside their domain; and for `fait-accompli`, the one
    /// scheme that asks for an order, when the stakes ascend.
    pub fn of(scheme: SeatScheme, expected: u32, stakes: &[u64]) -> Result<Self, LotteryError> {
        let sum: u128 = stakes.iter().map(|stake| u128::from(*stake)).sum();
        let total = u64::try_from(sum).map_err(|_| LotteryError::Total(sum))?;
        let full = Self::new(SeatScheme::Full, expected, total)?;
        match scheme {
            SeatScheme::FaitAccompli if u64::from(expected) < total => {
                let shares = split(expected, total, stakes)?.map_or(Shares::Full, Shares::FaitAccompli);
                Ok(Self { shares, ..full })
            }
            _ => Self::new(scheme, expected, total),
        }
    }

    /// The lottery of a `fait-accompli` committee whose split is known from the electorate's root [SEAT-3].
    ///
    /// # Errors
    /// [`LotteryError`] when τ or S are outside their domain, or when the split cannot be theirs.
    pub fn with_split(expected: u32, total: u64, split: Split) -> Result<Self, LotteryError> {
        let full = Self::new(SeatScheme::Full, expected, total)?;
        let Split { permanent, rest } = split;
        let others = u64::from(expected.saturating_sub(permanent));
        // Whoever is permanent has at least one unit of the stake that the others have not; without permanent members
        // the others have it all.
        let above = total.checked_sub(rest);
        let fits =
            above.is_some_and(|above| above >= u64::from(permanent) && (above == 0) == (permanent == 0));
        if others == 0 || others >= rest || !fits {
            return Err(LotteryError::Split {
                permanent,
                rest,
                expected,
                total,
            });
        }
        let shares = Shares::FaitAccompli(split);
        Ok(Self { shares, ..full })
    }

    /// The scheme in force.
    pub const fn scheme(&self) -> SeatScheme {
        match self.shares {
            Shares::Quota => SeatScheme::Quota,
            Shares::Binomial => SeatScheme::Binomial,
            Shares::Full => SeatScheme::Full,
            Shares::FaitAccompli(_) => SeatScheme::FaitAccompli,
        }
    }

    /// Expected seats of the whole committee (τ).
    pub const fn expected(&self) -> u32 {
        self.expected
    }

    /// Total stake (S).
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Where the permanent members end, under [`SeatScheme::FaitAccompli`].
    pub const fn split(&self) -> Option<Split> {
        match self.shares {
            Shares::FaitAccompli(split) => Some(split),
            Shares::Quota | Shares::Binomial | Shares::Full => None,
        }
    }

    /// The seats that a stake holds without a proof.
    ///
    /// # Errors
    /// As [`Lottery::seats`].
    pub fn guaranteed(&self, holder: impl Into<Holder>) -> Result<u64, LotteryError> {
        let holder = holder.into();
        Ok(match self.claim(holder)? {
            Claim::Weight => holder.stake(),
            Claim::Quota => quota::quota(holder.stake(), self.total, self.expected).0,
            Claim::Lots(_) => 0,
        })
    }

    /// Whether a draw can add anything to what the stake holds for sure.
    pub fn draws(&self, holder: impl Into<Holder>) -> bool {
        let holder = holder.into();
        match self.claim(holder) {
            Ok(Claim::Quota) => quota::quota(holder.stake(), self.total, self.expected).1 > 0,
            Ok(Claim::Lots(_)) => holder.stake() > 0,
            Ok(Claim::Weight) | Err(_) => false,
        }
    }

    /// The seats of a stake with a draw.
    ///
    /// # Errors
    /// [`LotteryError::Stake`] when the stake exceeds the total, [`LotteryError::NeedsPlace`] when the scheme asks
    /// for its place; [`LotteryError::Undecided`], see there.
    pub fn seats(&self, draw: &Draw, holder: impl Into<Holder>) -> Result<Seats, LotteryError> {
        let holder = holder.into();
        let (guaranteed, drawn) = match self.claim(holder)? {
            Claim::Weight => (holder.stake(), 0),
            Claim::Quota => {
                let (guaranteed, remainder) = quota::quota(holder.stake(), self.total, self.expected);
                let wins = quota::wins(draw.as_bytes(), remainder, self.total);
                (guaranteed, u64::from(wins))
            }
            Claim::Lots(trials) => {
                let drawn = trials.seats(draw.as_bytes());
                (0, drawn.map_err(|_| LotteryError::Undecided)?)
            }
        };
        Ok(Seats { guaranteed, drawn })
    }

    /// The same for many draws of one stake, prepared once. Under `binomial` preparing costs as much as a few
    /// draws one by one and makes each some hundred times cheaper.
    ///
    /// # Errors
    /// As [`Lottery::seats`], but never undecided.
    pub fn ladder(&self, holder: impl Into<Holder>) -> Result<Ladder, LotteryError> {
        let holder = holder.into();
        Ok(match self.claim(holder)? {
            Claim::Weight => Ladder::without_chance(holder.stake()),
            Claim::Quota => Ladder::quota(holder.stake(), self.total, self.expected),
            Claim::Lots(_) if holder.stake() == 0 => Ladder::without_chance(0),
            Claim::Lots(trials) => Ladder::binomial(trials),
        })
    }

    /// What seats weigh. Under `fait-accompli` a permanent member weighs its stake and a drawn seat ρ(i*)/n₂;
    /// both are multiplied by n₂ [SEAT-3]. Under the other schemes a seat weighs 1.
    pub fn weight(&self, seats: &Seats) -> Weight {
        let (guaranteed, drawn) = (u128::from(seats.guaranteed), u128::from(seats.drawn));
        match self.shares {
            Shares::FaitAccompli(split) => {
                // At most 2^63·2^20 + 2^63·2^63.
                guaranteed * u128::from(self.others(split)) + drawn * u128::from(split.rest)
            }
            Shares::Quota | Shares::Binomial | Shares::Full => guaranteed + drawn,
        }
    }

    /// The weight that so many of the τ seats stand for: under `fait-accompli` that share of the stake, T·S/τ, rounded
    /// up and multiplied by n₂ as in [`Lottery::weight`]. Under `full` a seat is a unit of stake.
    pub fn weight_of_seats(&self, seats: u64) -> Weight {
        match self.shares {
            Shares::Quota | Shares::Binomial | Shares::Full => u128::from(seats),
            Shares::FaitAccompli(split) => u128::from(seats)
                .saturating_mul(self.whole(split))
                .div_ceil(u128::from(self.expected)),
        }
    }

    /// A weight in seats, rounded down, for people to read: the inverse of [`Lottery::weight_of_seats`].
    pub fn in_seats(&self, weight: Weight) -> u64 {
        let seats = match self.shares {
            Shares::Quota | Shares::Binomial | Shares::Full => weight,
            Shares::FaitAccompli(split) => {
                let (whole, expected) = (self.whole(split), u128::from(self.expected));
                // A weight too large to be multiplied is far above the whole, which is above τ.
                weight.checked_mul(expected).map_or_else(
                    || weight / (whole / expected.max(1)).max(1),
                    |product| product / whole.max(1),
                )
            }
        };
        u64::try_from(seats).unwrap_or(u64::MAX)
    }

    /// By what right a holder has seats.
    fn claim(&self, holder: Holder) -> Result<Claim, LotteryError> {
        let lots = |total, expected| {
            // Where p = 1, every unit of stake wins.
            Trials::new(holder.stake(), total, expected).map_or(Claim::Weight, Claim::Lots)
        };
        let (total, claim) = match self.shares {
            Shares::Quota => (self.total, Claim::Quota),
            Shares::Full => (self.total, Claim::Weight),
            Shares::Binomial => (self.total, lots(self.total, self.expected)),
            Shares::FaitAccompli(split) => match holder.place() {
                None | Some(0) => return Err(LotteryError::NeedsPlace),
                Some(place) if place <= split.permanent => (self.total, Claim::Weight),
                Some(_) => (split.rest, lots(split.rest, self.others(split))),
            },
        };
        if holder.stake() > total {
            let stake = holder.stake();
            return Err(LotteryError::Stake { stake, total });
        }
        Ok(claim)
    }

    /// What all members weigh on average, multiplied by n₂.
    fn whole(&self, split: Split) -> Weight {
        u128::from(self.total) * u128::from(self.others(split))
    }

    /// n₂: the seats that are drawn for, on average.
    const fn others(&self, split: Split) -> u32 {
        self.expected.saturating_sub(split.permanent)
    }
}

enum Claim {
    /// Its stake is its weight.
    Weight,
    /// Its quota, and a draw for the fraction.
    Quota,
    /// A draw for each unit of its stake.
    Lots(Trials),
}
