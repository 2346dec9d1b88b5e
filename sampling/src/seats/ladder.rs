//! A stake's lottery, prepared: many draws of one stake, each by looking up.
//!
//! The seats of a stake are a staircase over the draws. Under `binomial` its steps are the values of the
//! distribution function, and they cost more than a hundred nanoseconds each; so they are computed once, with
//! 192 bits behind the point, and a draw is found among them by halving. Each step is kept as a bound from below
//! with one `slack` for all: where a draw falls between bound and bound + slack, or beyond the steps that are
//! kept, the walk with 256 bits and more decides [SEAT-2].

use super::binomial::Trials;
use super::{LotteryError, Seats, quota};
use crate::Draw;

/// The seats of one stake in one [`super::Lottery`] for any draw. It takes 24 bytes for each step within
/// some nine standard deviations of the mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    guaranteed: u64,
    chance: Chance,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Chance {
    /// Nothing to draw for.
    Nothing,
    /// One seat for the draws below.
    One([u64; 4]),
    /// As many as there are steps at or below the draw.
    Many(Steps),
}

impl Ladder {
    pub(super) const fn without_chance(guaranteed: u64) -> Self {
        Self {
            guaranteed,
            chance: Chance::Nothing,
        }
    }

    pub(super) fn quota(stake: u64, total: u64, expected: u32) -> Self {
        let (guaranteed, remainder) = quota::quota(stake, total, expected);
        let chance = match remainder {
            0 => Chance::Nothing,
            _ => Chance::One(quota::winning_draws(remainder, total)),
        };
        Self { guaranteed, chance }
    }

    pub(super) fn binomial(trials: Trials) -> Self {
        Self {
            guaranteed: 0,
            chance: Chance::Many(Steps::new(trials)),
        }
    }

    /// The seats that need no proof.
    pub const fn guaranteed(&self) -> u64 {
        self.guaranteed
    }

    /// The steps that are kept, of 24 bytes each.
    pub fn steps(&self) -> usize {
        match &self.chance {
            Chance::Nothing | Chance::One(_) => 0,
            Chance::Many(steps) => steps.bounds.len(),
        }
    }

    /// Whether a draw can add anything to them.
    pub const fn draws(&self) -> bool {
        !matches!(self.chance, Chance::Nothing)
    }

    /// The seats with a draw: what [`super::Lottery::seats`] gives.
    ///
    /// # Errors
    /// [`LotteryError::Undecided`], see there.
    pub fn seats(&self, draw: &Draw) -> Result<Seats, LotteryError> {
        let drawn = match &self.chance {
            Chance::Nothing => 0,
            Chance::One(winning) => u64::from(limbs(draw) < *winning),
            Chance::Many(steps) => steps.seats(draw)?,
        };
        Ok(Seats {
            guaranteed: self.guaranteed,
            drawn,
        })
    }
}

/// x, most significant limb first.
fn limbs(draw: &Draw) -> [u64; 4] {
    let (words, _) = draw.as_bytes().as_chunks::<8>();
    let mut limbs = [0; 4];
    let places = limbs.iter_mut().zip(words);
    places.for_each(|(limb, word)| *limb = u64::from_be_bytes(*word));
    limbs
}

/// A number below 1 in units of 2^-192, most significant limb first.
pub(super) type Fraction = [u64; 3];

/// Bounds of CDF(k) for consecutive k, as far as draws fall there with a chance above 2^-64.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Steps {
    trials: Trials,
    /// The k of the first bound.
    first: u64,
    /// ⌊CDF(k)·2^192⌋ or less, ascending.
    bounds: Vec<Fraction>,
    /// CDF(k)·2^192 is at most its bound and this together.
    slack: u64,
    /// Whether the last bound is that of s − 1, so that who passes it wins with every unit.
    is_complete: bool,
}

impl Steps {
    fn new(trials: Trials) -> Self {
        let mut steps = Self {
            trials,
            first: 0,
            bounds: Vec::new(),
            slack: 0,
            is_complete: true,
        };
        for (low, high) in trials.steps() {
            let bound = low.fraction();
            // The upper bound of a sum next to 1 may reach it.
            let above = high.fraction_above().and_then(|high| gap(&bound, &high));
            match (bound, above) {
                ([0, ..], _) => steps.first = steps.first.saturating_add(1),
                ([u64::MAX, ..], _) | (_, None) => {
                    steps.is_complete = false;
                    break;
                }
                (_, Some(above)) => {
                    steps.bounds.push(bound);
                    steps.slack = steps.slack.max(above);
                }
            }
        }
        steps.bounds.shrink_to_fit();
        steps
    }

    fn seats(&self, draw: &Draw) -> Result<u64, LotteryError> {
        let [a, b, c, _] = limbs(draw);
        // u lies above `place` and below `place` and one unit together.
        let place = [a, b, c];
        let passed = self.bounds.partition_point(|bound| *bound <= place);
        let is_below = self.is_complete || passed < self.bounds.len();
        let last = passed.checked_sub(1).and_then(|last| self.bounds.get(last));
        // Nothing needs to have been passed before k = 0.
        let is_above = match last {
            Some(last) => gap(last, &place).is_none_or(|gap| gap >= self.slack),
            None => self.first == 0,
        };
        if is_below && is_above {
            Ok(self.first.saturating_add(passed as u64))
        } else {
            self.trials
                .seats(draw.as_bytes())
                .map_err(|_| LotteryError::Undecided)
        }
    }
}

/// How far `high` lies above `low`, if that fits 64 bits; 0 if it lies below.
fn gap(low: &Fraction, high: &Fraction) -> Option<u64> {
    let mut borrow = false;
    let mut difference = [0; 3];
    for ((place, low), high) in difference.iter_mut().zip(low).zip(high).rev() {
        let (partial, first) = high.overflowing_sub(*low);
        let (rest, second) = partial.overflowing_sub(u64::from(borrow));
        (*place, borrow) = (rest, first | second);
    }
    match (borrow, difference) {
        (true, _) => Some(0),
        (false, [0, 0, gap]) => Some(gap),
        _ => None,
    }
}
