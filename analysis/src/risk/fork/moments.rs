//! A bound from generating functions, which needs no sum over shares.
//!
//! # The bound
//!
//! Let mⱼ(y) = E[y^(seats of j)] in the first committee and m′ⱼ(y) the same in the second. For all y, z ≥ 1
//!
//! ```text
//! P[fork] ≤ y^-T · z^-T′ · e^(a·τ·(y − 1)) · e^(a·τ′·(z − 1)) · Π max(mⱼ(y), m′ⱼ(z))      over the honest j
//! ```
//!
//! *Proof.* Let the honest stage one after another, each chosen in the knowledge of the seats seen so far, and let Zᵢ be
//! y^(seats of the adversary and of the first i) divided by the expectation of that. Zᵢ is a martingale with mean 1. Where a
//! quorum is first reached, at i*, there are at least T seats, hence Z ≥ y^T / (m_A(y) · Π mⱼ(y) over those who staged).
//! The second committee is drawn independently; by Markov's inequality its quorum has a chance of at most
//! z^-T′ · m′_A(z) · Π m′ⱼ(z) over those who did not. Together this is at most Z times the right side above, in which each honest j
//! stands on one side only. Z stopped at i*, and 0 where no quorum is reached, has a mean of at most 1. ∎
//!
//! The least over y and z is taken; which ones are tried says nothing about whether it holds.
//!
//! # The seats
//!
//! - Under `quota` mⱼ(y) = y^⌊q⌋ · (1 + frac(q)·(y − 1)), exactly, with q = τ·s/S.
//! - Whatever the stakes are, a mean of μ seats gives m(y) ≤ e^(μ·(y − 1)), because 1 + x ≤ e^x. Under `fait-accompli` a
//!   permanent member has μ seats for sure, and y^μ ≤ e^(μ·(y − 1)); a drawn one weighs w ≤ 1 seats, and
//!   y^w − 1 ≤ w·(y − 1). The honest then have at most e^(h · max(τ·(y − 1), τ′·(z − 1))) in all.
//! - Under `quota`, whatever the adversary owns of n accounts, whole or in part: a mean of q seats, of which at most one is drawn, gives
//!   m(y) ≤ e^(λ·q + λ²/8) with λ = ln y, which is Hoeffding's lemma for the drawn one. The honest have at most
//!   e^(h · max(λ·τ, λ′·τ′) + n · max(λ, λ′)²/8). For few accounts this is next to nothing more than their mean, and it is proved
//!   for all sets of accounts.

use std::num::NonZeroU64;

use klero_committee::CommitteeSize;

use crate::risk::committee::Holdings;
use crate::risk::quota::quotas;
use crate::risk::{RiskError, check};
use crate::wide::{Round, Wide, exp_neg};
use crate::{Fraction, Log2Bound};

/// y = 1 + `tilt`/2^16.
const UNIT: u64 = 1 << 16;
/// The greatest tilt that is tried: beyond y = 9 there is nothing to be won.
const MOST: u64 = 8 * UNIT;
/// How finely a search near a known tilt looks at it.
const NEAR: u64 = 16;

/// Two committees, and the adversary that votes in both.
pub(super) struct Pair {
    sizes: [CommitteeSize; 2],
    /// a
    bad: Fraction,
}

/// The honest, each of whom speaks in one of the two.
pub(super) enum Speakers {
    /// So much of the stake, in accounts of any size.
    AnyStakes(Fraction),
    /// So much of the stake of so many accounts under `quota`, whichever the adversary has of them.
    Accounts(Fraction, usize),
    /// Seats for sure and the chance of one more, in either committee, rounded up.
    Quota(Vec<[(u64, Wide); 2]>),
}

impl Speakers {
    /// The honest accounts under `quota`.
    pub(super) fn quota(sizes: [CommitteeSize; 2], holdings: &Holdings<'_>) -> Result<Self, RiskError> {
        let of = |size: CommitteeSize| -> Result<Vec<(u64, Wide)>, RiskError> {
            let stakes = holdings.accounts(false);
            let quotas = quotas(stakes, holdings.total(), size.expected, holdings.share())?;
            let rounded = quotas.iter().map(|quota| {
                let (rest, whole) = quota.fraction;
                (quota.seats, Wide::ratio(rest, whole, Round::Up))
            });
            Ok(rounded.collect())
        };
        let [first, second] = sizes;
        let pairs = of(first)?.into_iter().zip(of(second)?);
        Ok(Self::Quota(
            pairs.map(|(first, second)| [first, second]).collect(),
        ))
    }

    /// Π max(mⱼ(y), m′ⱼ(z)), rounded up.
    fn moment(&self, sizes: [CommitteeSize; 2], tilts: [u64; 2]) -> Wide {
        match self {
            Self::AnyStakes(honest) => {
                let [first, second] = [(sizes[0], tilts[0]), (sizes[1], tilts[1])]
                    .map(|(size, tilt)| u128::from(size.expected) * u128::from(tilt));
                exp(first.max(second), *honest)
            }
            Self::Accounts(honest, accounts) => {
                let logarithms = tilts.map(logarithm);
                let [first, second] = [(sizes[0], logarithms[0]), (sizes[1], logarithms[1])]
                    .map(|(size, log)| log.mul_u64(u64::from(size.expected), Round::Up));
                let log = logarithms[0].max(logarithms[1]);
                exp_up(mean_and_spread(first.max(second), *honest, log, *accounts))
            }
            Self::Quota(accounts) => {
                let bases = tilts.map(base);
                let excess = tilts.map(|tilt| Wide::ratio(u128::from(tilt), u128::from(UNIT), Round::Up));
                let moment = |(seats, fraction): (u64, Wide), place: usize| {
                    let lot = Wide::ONE.add(fraction.mul(excess[place], Round::Up), Round::Up);
                    bases[place].pow(seats, Round::Up).mul(lot, Round::Up)
                };
                accounts.iter().fold(Wide::ONE, |product, [first, second]| {
                    let greater = moment(*first, 0).max(moment(*second, 1));
                    product.mul(greater, Round::Up)
                })
            }
        }
    }
}

impl Pair {
    pub(super) const fn new(sizes: [CommitteeSize; 2], bad: Fraction) -> Self {
        Self { sizes, bad }
    }

    /// The least bound, and the tilt of the first committee that gives it.
    pub(super) fn least(&self, speakers: &Speakers) -> (Log2Bound, u64) {
        let (bound, tilt) = least(1, MOST, |tilt| self.bound(speakers, tilt));
        (Log2Bound::at_most(bound.min(Wide::ONE)), tilt)
    }

    /// The least bound of tilts from `start` on: seats that vary less are tilted more.
    pub(super) fn least_near(&self, speakers: &Speakers, start: u64) -> Log2Bound {
        let step = (start / NEAR).max(1);
        let (bound, _) = least(0, NEAR * 8, |steps| {
            self.bound(speakers, (start + steps * step).min(MOST))
        });
        Log2Bound::at_most(bound.min(Wide::ONE))
    }

    /// The bound for a tilt of the first committee. That of the second is chosen so that it makes next to no difference who stages.
    fn bound(&self, speakers: &Speakers, tilt: u64) -> Wide {
        let [first, second] = self.sizes;
        let other = tilt.saturating_mul(u64::from(first.expected)) / u64::from(second.expected);
        let tilts = [tilt, other.clamp(1, MOST)];
        let means = [(first, tilts[0]), (second, tilts[1])]
            .map(|(size, tilt)| u128::from(size.expected) * u128::from(tilt));
        let quorums = [(first, tilts[0]), (second, tilts[1])]
            .map(|(size, tilt)| base(tilt).pow(size.threshold, Round::Down));
        let speaking = speakers.moment(self.sizes, tilts);
        exp(means[0] + means[1], self.bad)
            .mul(speaking, Round::Up)
            .div(quorums[0].mul(quorums[1], Round::Down), Round::Up)
    }
}

/// [RISK-2] under `quota` for `honest` (h) of the stake of so many accounts, whichever of them the adversary owns, whole or in part:
/// `P[H + 2A ≥ 2T]` ≤ y^-2T · E[y^H] · E[y^2A].
///
/// # Errors
/// [`RiskError`] when the committee or the honest share is outside the domain.
pub fn split_of_any_adversary(
    size: CommitteeSize,
    honest: Fraction,
    accounts: usize,
) -> Result<Log2Bound, RiskError> {
    check(size)?;
    let bad = honest.complement().ok_or(RiskError::Honest(honest))?;
    let bound = |tilt: u64| {
        let log = logarithm(tilt);
        let mean = log.mul_u64(u64::from(size.expected), Round::Up);
        let good = exp_up(mean_and_spread(mean, honest, log, accounts));
        // y² − 1 of 2^-32.
        let excess = u128::from(tilt) * u128::from(2 * UNIT + tilt);
        let denominator = u128::from(bad.denominator()) << 32;
        let numerator = u128::from(bad.numerator()) * u128::from(size.expected);
        let doubled = numerator
            .checked_mul(excess)
            .map_or(Wide::ONE.shrink(-1 << 20), |numerator| {
                exp_of(numerator, denominator)
            });
        let quorums = base(tilt).pow(size.threshold.saturating_mul(2), Round::Down);
        good.mul(doubled, Round::Up).div(quorums, Round::Up)
    };
    Ok(Log2Bound::at_most(least(1, MOST, bound).0.min(Wide::ONE)))
}

/// `mean`·h + n·λ²/8.
fn mean_and_spread(mean: Wide, honest: Fraction, log: Wide, accounts: usize) -> Wide {
    let share = Wide::ratio(
        u128::from(honest.numerator()),
        u128::from(honest.denominator()),
        Round::Up,
    );
    let spread = log
        .mul(log, Round::Up)
        .mul_u64(accounts as u64, Round::Up)
        .shrink(3);
    mean.mul(share, Round::Up).add(spread, Round::Up)
}

/// ln y, rounded up: u − u²/2 + u³/3 − … + u¹⁵/15 for u = y − 1 below 1, since a series that ends with an odd power lies above; and u
/// beyond.
fn logarithm(tilt: u64) -> Wide {
    let excess = Wide::ratio(u128::from(tilt), u128::from(UNIT), Round::Up);
    if tilt >= UNIT {
        return excess;
    }
    let (mut odd, mut even) = (Wide::ZERO, Wide::ZERO);
    let (mut above, mut below) = (excess, excess);
    for place in 1..=15_u64 {
        let divisor = NonZeroU64::MIN.saturating_add(place - 1);
        if place % 2 == 1 {
            odd = odd.add(above.div_u64(divisor, Round::Up), Round::Up);
        } else {
            even = even.add(below.div_u64(divisor, Round::Down), Round::Down);
        }
        above = above.mul(excess, Round::Up);
        below = below.mul(excess, Round::Down);
    }
    odd.sub(even, Round::Up)
}

/// e^x, rounded up; x is taken up to the next multiple of 2^-40.
fn exp_up(x: Wide) -> Wide {
    match x.shrink(-40).ceil() {
        Some(numerator) if numerator < 1 << 70 => exp_of(numerator, 1 << 40),
        // No bound that is below 1 has such a factor.
        _ => Wide::ONE.shrink(-1 << 30),
    }
}

/// The chance of a quorum that has to come from the adversary and less than a third of the stake, over any stakes.
pub(super) fn beside_a_third(size: CommitteeSize, bad: Fraction) -> Log2Bound {
    let (part, whole) = (u128::from(bad.numerator()), u128::from(bad.denominator()));
    let bound = |tilt| {
        let mean = u128::from(size.expected) * u128::from(tilt);
        // a + 1/3
        exp_of(mean * (3 * part + whole), 3 * whole * u128::from(UNIT))
            .div(base(tilt).pow(size.threshold, Round::Down), Round::Up)
    };
    Log2Bound::at_most(least(1, MOST, bound).0.min(Wide::ONE))
}

/// y, exactly.
fn base(tilt: u64) -> Wide {
    Wide::ratio(u128::from(UNIT + tilt), u128::from(UNIT), Round::Up)
}

/// e^(`tilted`/2^16 · `share`), rounded up; `tilted` is below 2^42.
fn exp(tilted: u128, share: Fraction) -> Wide {
    let denominator = u128::from(share.denominator()) * u128::from(UNIT);
    exp_of(tilted * u128::from(share.numerator()), denominator)
}

/// e^(`numerator`/`denominator`), rounded up.
fn exp_of(numerator: u128, denominator: u128) -> Wide {
    Wide::ONE.div(exp_neg(numerator, denominator, Round::Down), Round::Up)
}

/// The least value of a function that falls and then rises, from `low` to `high`, and where it is.
fn least(mut low: u64, mut high: u64, value: impl Fn(u64) -> Wide) -> (Wide, u64) {
    while high - low > 2 {
        let third = (high - low) / 3;
        let (left, right) = (low + third, high - third);
        if value(left) <= value(right) {
            high = right;
        } else {
            low = left;
        }
    }
    let ends = (low..=high).map(|place| (value(place), place));
    ends.min().unwrap_or((Wide::ONE, low))
}
