//! Seats by the binomial distribution, exactly [SEAT-2].
//!
//! The answer is the first k at which u lies below CDF(k). CDF is a sum of
//! pmf(0) = ((S − τ)/S)^s and pmf(k + 1) = pmf(k)·(s − k)·τ / ((k + 1)·(S − τ)), which are far too long to be
//! written out. So the search keeps a number below and a number above each and answers only what both agree
//! on: the seats are k if u < low(k), and more if u ≥ high(k). Between the two it gives up and starts again
//! with more bits: every answer is the mathematical one, and the width decides only how often there is a
//! second try.
//!
//! How wide? A rounding is off by at most one part in 2^(bits − 1). On either side a power is off by 2·s such parts,
//! and the walk adds fewer than 2^25: with s ≤ 2^63 the bounds of CDF are closer than 2^(67 − bits).
//!
//! - 256 bits: 2^-189. A draw is a hash and falls between the bounds with about that chance.
//! - 512 bits: 2^-445. No draw is nearer to 1 than 2^-257. That is 2^188 times the distance of the bounds, so
//!   even a draw of all ones is told from the tail of the distribution, at the k where the tail drops below it.
//! - 2048 bits, for draws on a step or next to it. u may equal CDF(k), and then u < CDF(k) is false. No width
//!   tells a number from its equal unless both are exact. That is so without further ado if τ/S is a short
//!   fraction over a power of two (1/4, s = 129, k = 64). But CDF(k) can be one where τ/S is not: S = 5·2^43,
//!   τ = 2721, s = 6, k = 3; or S = 3·2^20, τ = 164449, s = 13, k = 5. Where S^s fits, everything is therefore
//!   multiplied by it and becomes a whole number; nothing is rounded and the answer is certain, for every s up to
//!   26 and every S. Where it does not fit, 2048 bits leave a distance of 2^-1981.

use std::num::NonZeroU64;

use thiserror::Error;

use super::wide::{Float, Round};

/// The draw lies within 2^-1981 of a step of a distribution whose S^s has more than 1700 bits.
///
/// Nobody can hand one in. A draw is a hash, so it comes within 2^-445 of a step with about that chance. And
/// there are fewer than 2^180 (s, S, τ, k) and 2^256 draws: unless both are short fractions, which are decided
/// exactly, they are not expected to come within 2^-1981 of each other anywhere in the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the draw cannot be told from a step of the distribution")]
pub(super) struct Undecided;

/// `count` draws (s), each of which wins with p = `hit`/(`hit` + `miss`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trials {
    count: u64,
    hit: u64,
    miss: NonZeroU64,
}

impl Trials {
    /// `stake` draws with p = `expected`/`total`; none where p ≥ 1 and every draw wins [SORT-3]. The caller sees to
    /// s ≤ S ≤ 2^63 and τ ≤ 2^20.
    pub(super) fn new(stake: u64, total: u64, expected: u32) -> Option<Self> {
        let hit = u64::from(expected);
        let miss = total.checked_sub(hit).and_then(NonZeroU64::new)?;
        Some(Self {
            count: stake,
            hit,
            miss,
        })
    }

    /// [SEAT-2]: min{k : u < CDF(k)} for u = (2x + 1)/2^257 and the big-endian x in `draw` [SORT-2].
    ///
    /// # Errors
    /// [`Undecided`], see there.
    pub(super) fn seats(&self, draw: &[u8; 32]) -> Result<u64, Undecided> {
        let narrow = self.by_shares::<4>(draw).or_else(|| self.by_shares::<8>(draw));
        narrow.or_else(|| self.widest(draw)).ok_or(Undecided)
    }

    /// Bounds of CDF(0), CDF(1), … CDF(s − 1) with 256 bits.
    pub(super) fn steps(&self) -> impl Iterator<Item = (Float<4>, Float<4>)> {
        self.sums(self.share_of_none())
            .map(|Bounds { low, high }| (low, high))
    }

    /// With 2048 bits, in whole numbers where they fit.
    fn widest(&self, draw: &[u8; 32]) -> Option<u64> {
        let length = u64::from(u64::BITS - self.total().leading_zeros());
        // What remains of 2048 bits holds the 257 of u, or the two factors that precede a quotient.
        if self.count.saturating_mul(length) <= 1700 {
            self.by_whole_numbers(draw)
        } else {
            self.by_shares::<32>(draw)
        }
    }

    /// Compares u with CDF(k).
    fn by_shares<const N: usize>(&self, draw: &[u8; 32]) -> Option<u64> {
        self.walk(&Float::<N>::from_draw(draw), self.share_of_none())
    }

    /// Compares u·S^s with CDF(k)·S^s, which is whole. Nothing is rounded where the length allows it.
    fn by_whole_numbers(&self, draw: &[u8; 32]) -> Option<u64> {
        let scale = Float::<32>::from_u64(self.total().get()).powu(self.count, Round::Down);
        let none = Bounds::exact(self.miss.get()).power(self.count);
        self.walk(&Float::from_draw(draw).mul(&scale, Round::Down), none)
    }

    fn total(&self) -> NonZeroU64 {
        self.miss.saturating_add(self.hit)
    }

    /// CDF(0) = ((S − τ)/S)^s.
    fn share_of_none<const N: usize>(&self) -> Bounds<N> {
        let miss = Bounds::exact(self.miss.get()).over(self.total());
        miss.power(self.count)
    }

    /// The first k whose sum exceeds u, from the term of k = 0 on; none if the bounds do not tell.
    fn walk<const N: usize>(&self, u: &Float<N>, none: Bounds<N>) -> Option<u64> {
        for (k, sum) in (0..).zip(self.sums(none)) {
            if *u < sum.low {
                return Some(k);
            }
            if *u < sum.high {
                return None;
            }
        }
        // CDF(s) is 1, and u is less.
        Some(self.count)
    }

    /// CDF(k) for k = 0 … s − 1, each multiplied by what multiplies `none`, the term of k = 0.
    fn sums<const N: usize>(&self, none: Bounds<N>) -> impl Iterator<Item = Bounds<N>> {
        let Self { count, hit, miss } = *self;
        let (mut term, mut sum) = (none, none);
        (0..count).map(move |k| {
            // The term of k = 0 is there already.
            if let Some(places) = NonZeroU64::new(k) {
                // The products come before the quotients: so whole terms stay whole.
                let left = count.saturating_sub(k).saturating_add(1);
                term = term.times(left).times(hit).over(places).over(miss);
                sum = sum.plus(&term);
            }
            sum
        })
    }
}

/// A number known to lie in `low`..=`high`.
#[derive(Clone, Copy)]
struct Bounds<const N: usize> {
    low: Float<N>,
    high: Float<N>,
}

impl<const N: usize> Bounds<N> {
    fn exact(value: u64) -> Self {
        Self {
            low: Float::from_u64(value),
            high: Float::from_u64(value),
        }
    }

    fn each(&self, operation: impl Fn(&Float<N>, Round) -> Float<N>) -> Self {
        Self {
            low: operation(&self.low, Round::Down),
            high: operation(&self.high, Round::Up),
        }
    }

    fn times(&self, factor: u64) -> Self {
        self.each(|bound, round| bound.mul_u64(factor, round))
    }

    fn over(&self, divisor: NonZeroU64) -> Self {
        self.each(|bound, round| bound.div_u64(divisor, round))
    }

    fn power(&self, exponent: u64) -> Self {
        self.each(|bound, round| bound.powu(exponent, round))
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            low: self.low.add(&other.low, Round::Down),
            high: self.high.add(&other.high, Round::Up),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        /// [SEAT-2]
        #[test]
        fn every_width_gives_the_same_seats(draw: [u8; 32], miss in 1..1_u64 << 60, hit in 1..1_u64 << 20) {
            let miss = NonZeroU64::new(miss).unwrap();
            let few = Trials { count: miss.get() % 27, hit, miss };
            let seats = few.by_shares::<4>(&draw);
            prop_assert!(seats.is_some());
            prop_assert_eq!(seats, few.by_shares::<8>(&draw));
            prop_assert_eq!(seats, few.widest(&draw));
            let many = Trials { count: miss.get(), hit: hit % 100, miss };
            prop_assert_eq!(many.by_shares::<4>(&draw), many.widest(&draw));
        }
    }

    /// S = 5·2^43 is no power of two, τ = 2721, s = 6, and yet CDF(3) = (2x + 1)/2^257.
    #[test]
    fn a_draw_on_a_step_takes_whole_numbers() {
        let mut draw = [0xff; 32];
        draw[16..].copy_from_slice(&0xecda_fd9b_de37_ca6e_c1fa_5eb9_6640_7a91_u128.to_be_bytes());
        let trials = Trials {
            count: 6,
            hit: 2721,
            miss: NonZeroU64::new((5 << 43) - 2721).unwrap(),
        };
        assert_eq!(Trials::new(6, 5 << 43, 2721), Some(trials));
        assert_eq!(trials.by_shares::<32>(&draw), None);
        assert_eq!(trials.by_whole_numbers(&draw), Some(4));
        assert_eq!(trials.seats(&draw), Ok(4));
        draw[31] -= 1;
        assert_eq!(trials.seats(&draw), Ok(3));
    }
}
