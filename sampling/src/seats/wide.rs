//! Wide numbers with directed rounding, for bounds that are proved and not estimated.
//!
//! A [`Float`] is a fraction of N limbs (64·N bits) times a power of two, never negative. Every operation
//! computes as much of its result as rounding needs and then rounds down or up as told. A chain of operations
//! that round down therefore ends at or below the true value, one that rounds up at or above it, and results
//! that fit the limbs are exact in both. Integers only [SORT-2].

use std::mem::{replace, take};
use std::num::{NonZeroU64, NonZeroU128};

/// Which side of the true result an operation returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    /// The nearest number at or below it.
    Down,
    /// The nearest number at or above it.
    Up,
}

/// A number in [1/2, 1) times 2^`exponent`, or zero.
///
/// Exponents saturate rather than overflow; in the domain of the lottery they stay within ±2^25. The fields stand
/// in the order in which they compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Float<const N: usize> {
    exponent: i64,
    /// The fraction, most significant limb first; its top bit is set except in zero.
    limbs: [u64; N],
}

impl<const N: usize> Float<N> {
    /// Zero sorts below every other number.
    const ZERO: Self = Self {
        exponent: i64::MIN,
        limbs: [0; N],
    };

    /// An integer, exactly.
    pub(super) fn from_u64(value: u64) -> Self {
        Exact::of([value], 64).round(Round::Down)
    }

    /// u = (2x + 1)/2^257 for a big-endian x, rounded down [SORT-1].
    ///
    /// Comparing with it is exact although u takes 257 bits: no number of this width lies between u and its
    /// rounding, so u < f exactly if the rounding is below f.
    pub(super) fn from_draw(draw: &[u8; 32]) -> Self {
        let (words, _) = draw.as_chunks::<8>();
        let half = std::iter::once(1 << 63);
        Exact::of(words.iter().map(|word| u64::from_be_bytes(*word)).chain(half), 0).round(Round::Down)
    }

    /// The product.
    pub(super) fn mul(&self, factor: &Self, round: Round) -> Self {
        let mut sum = Exact::new([0; N], self.exponent.saturating_add(factor.exponent));
        for limb in self.limbs.iter().rev() {
            // Each limb of the product leaves at the bottom as soon as nothing is added to it any more.
            let carry = mul_add(&mut sum.limbs, &factor.limbs, *limb);
            sum.shift_limb(carry);
        }
        sum.round(round)
    }

    /// The product with an integer.
    pub(super) fn mul_u64(&self, factor: u64, round: Round) -> Self {
        let mut product = Exact::new([0; N], self.exponent.saturating_add(64));
        let carry = mul_add(&mut product.limbs, &self.limbs, factor);
        product.shift_limb(carry);
        product.round(round)
    }

    /// The quotient by an integer.
    pub(super) fn div_u64(&self, divisor: NonZeroU64, round: Round) -> Self {
        let mut quotient = Exact::new(self.limbs, self.exponent);
        // At most the first 64 bits of the quotient are zeros, and `below` replaces them.
        let digits = quotient.limbs.iter_mut();
        let rest = digits.fold(0, |rest, limb| divide(rest, limb, divisor));
        quotient.sticky = divide(rest, &mut quotient.below, divisor) != 0;
        quotient.round(round)
    }

    /// The sum.
    pub(super) fn add(&self, other: &Self, round: Round) -> Self {
        let (small, great) = (self.min(other), self.max(other));
        let mut sum = Exact::new(small.limbs, great.exponent);
        sum.shift_down(great.exponent.abs_diff(small.exponent));
        let mut carry = false;
        for (limb, other) in sum.limbs.iter_mut().zip(&great.limbs).rev() {
            let (partial, first) = limb.overflowing_add(*other);
            let (total, second) = partial.overflowing_add(u64::from(carry));
            (*limb, carry) = (total, first | second);
        }
        if carry {
            sum.shift_bits(1, 1 << 63);
            sum.exponent = sum.exponent.saturating_add(1);
        }
        sum.round(round)
    }

    /// The power with an integer exponent, by repeated squaring.
    ///
    /// Nothing beyond the result is ever squared, so a power that fits the limbs is exact.
    pub(super) fn powu(&self, exponent: u64, round: Round) -> Self {
        let bits = u64::BITS - exponent.leading_zeros();
        (0..bits).rev().fold(Self::from_u64(1), |power, bit| {
            let square = power.mul(&power, round);
            let odd = exponent >> bit & 1 == 1;
            if odd { square.mul(self, round) } else { square }
        })
    }
}

impl Float<4> {
    /// The number in units of 2^-192, rounded down; of a number of 1 and above all ones.
    pub(super) fn fraction(&self) -> [u64; 3] {
        self.units().map_or([u64::MAX; 3], |(units, _)| units)
    }

    /// The number in units of 2^-192, rounded up; `None` if that is 1 or above.
    pub(super) fn fraction_above(&self) -> Option<[u64; 3]> {
        let (mut units, is_whole) = self.units()?;
        let carry = !is_whole && increment(&mut units);
        (!carry).then_some(units)
    }

    /// Whole units of 2^-192, and whether nothing is left beside them.
    fn units(&self) -> Option<([u64; 3], bool)> {
        if self.exponent > 0 {
            return None;
        }
        let mut shifted = Exact::new(self.limbs, 0);
        shifted.shift_down(self.exponent.unsigned_abs());
        let [first, second, third, rest] = shifted.limbs;
        let is_whole = rest == 0 && shifted.below == 0 && !shifted.sticky;
        Some(([first, second, third], is_whole))
    }
}

/// A result before rounding: the limbs, one more below them, and whether anything but zeros follows.
struct Exact<const N: usize> {
    limbs: [u64; N],
    below: u64,
    sticky: bool,
    exponent: i64,
}

impl<const N: usize> Exact<N> {
    fn new(limbs: [u64; N], exponent: i64) -> Self {
        Self {
            limbs,
            below: 0,
            sticky: false,
            exponent,
        }
    }

    /// The fraction whose limbs these are, the most significant first, times 2^`exponent`.
    fn of(limbs: impl IntoIterator<Item = u64>, exponent: i64) -> Self {
        let mut result = Self::new([0; N], exponent);
        let places = result.limbs.iter_mut().chain([&mut result.below]);
        places.zip(limbs).for_each(|(place, limb)| *place = limb);
        result
    }

    /// Moves all down by one limb and puts `top` in front.
    fn shift_limb(&mut self, top: u64) {
        let falling = self.limbs.iter_mut();
        let last = falling.fold(top, |above, limb| replace(limb, above));
        self.sticky |= replace(&mut self.below, last) != 0;
    }

    /// Moves all down by 1 to 63 bits and sets the bits of `top` in front.
    fn shift_bits(&mut self, bits: u32, top: u64) {
        let above = self.limbs.iter_mut().fold(top, |above, limb| {
            let old = replace(limb, *limb >> bits | above);
            old << (64 - bits)
        });
        self.sticky |= self.below << (64 - bits) != 0;
        self.below = self.below >> bits | above;
    }

    /// Moves all down by any number of bits.
    fn shift_down(&mut self, bits: u64) {
        // Only the sticky bit is left when all limbs and the one below are gone.
        (0..=N).zip(0..bits / 64).for_each(|_| self.shift_limb(0));
        let rest = (bits % 64) as u32;
        if rest > 0 {
            self.shift_bits(rest, 0);
        }
    }

    /// Moves all up until the top bit is set, if there is a bit; returns the zeros that remain in front.
    ///
    /// What is sticky cannot be moved up: an operation that sets it leaves at most 64 zeros in front.
    #[inline]
    fn normalize(&mut self) -> u32 {
        for _ in 0..=N {
            if self.leading_zeros() < 64 {
                break;
            }
            let rising = self.limbs.iter_mut().rev();
            rising.fold(take(&mut self.below), |under, limb| replace(limb, under));
            self.exponent = self.exponent.saturating_sub(64);
        }
        let zeros = self.leading_zeros();
        if (1..64).contains(&zeros) {
            let mut under = self.below >> (64 - zeros);
            for limb in self.limbs.iter_mut().rev() {
                let old = replace(limb, *limb << zeros | under);
                under = old >> (64 - zeros);
            }
            self.below <<= zeros;
            self.exponent = self.exponent.saturating_sub(i64::from(zeros));
        }
        self.leading_zeros()
    }

    /// Zeros in front within the top limb.
    fn leading_zeros(&self) -> u32 {
        self.limbs.first().map_or(64, |top| top.leading_zeros())
    }

    #[inline]
    fn round(mut self, round: Round) -> Float<N> {
        if self.normalize() > 0 {
            return Float::ZERO;
        }
        let inexact = self.below != 0 || self.sticky;
        if inexact && round == Round::Up && increment(&mut self.limbs) {
            // All ones became 1: the fraction 1/2 of the next power of two.
            self.shift_bits(1, 1 << 63);
            self.exponent = self.exponent.saturating_add(1);
        }
        let Self { limbs, exponent, .. } = self;
        Float { exponent, limbs }
    }
}

/// Adds one in the last place; true if it carries out of the top.
fn increment<const N: usize>(limbs: &mut [u64; N]) -> bool {
    limbs.iter_mut().rev().all(|limb| {
        *limb = limb.wrapping_add(1);
        *limb == 0
    })
}

/// Adds `factor`·`limbs` to `sum` and returns the limb that is carried out of it.
fn mul_add<const N: usize>(sum: &mut [u64; N], limbs: &[u64; N], factor: u64) -> u64 {
    sum.iter_mut().zip(limbs).rev().fold(0, |carry, (place, limb)| {
        // (2^64 − 1)² + 2·(2^64 − 1) = 2^128 − 1: this cannot overflow.
        let total = u128::from(factor) * u128::from(*limb) + u128::from(*place) + u128::from(carry);
        *place = low(total);
        low(total >> 64)
    })
}

/// Puts the quotient of (`high`, `limb`) in place of `limb` and returns the remainder; `high` is less than
/// the divisor.
fn divide(high: u64, limb: &mut u64, divisor: NonZeroU64) -> u64 {
    let dividend = u128::from(high) << 64 | u128::from(*limb);
    *limb = low(dividend / NonZeroU128::from(divisor));
    low(dividend % NonZeroU128::from(divisor))
}

/// The lower 64 bits.
fn low(value: u128) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests {
    use dashu::integer::UBig;
    use proptest::prelude::*;

    use super::*;

    type Short = Float<3>;

    /// Units of 2^-2000, in which all values here are whole.
    const UNIT: usize = 2000;

    /// The place of the lowest bit, in units.
    fn last_place(float: &Short) -> usize {
        usize::try_from(float.exponent.saturating_add(2000 - 192)).unwrap_or(0)
    }

    fn whole(float: &Short) -> UBig {
        let limbs = float.limbs.iter();
        limbs.fold(UBig::ZERO, |sum, limb| (sum << 64) + *limb) << last_place(float)
    }

    /// Both roundings of an operation against its true value `exact`/`divisor`.
    fn check(operation: impl Fn(Round) -> Short, exact: &UBig, divisor: u64) {
        let (down, up) = (operation(Round::Down), operation(Round::Up));
        let (low, high) = (whole(&down) * divisor, whole(&up) * divisor);
        assert!(low <= *exact && *exact <= high);
        assert_eq!(low == *exact, high == *exact, "exact on both sides or on none");
        let next = &low + (UBig::from(divisor) << last_place(&down));
        assert!(low == high || next == high, "neighbours");
    }

    fn limb() -> impl Strategy<Value = u64> {
        prop_oneof![Just(0), Just(1), Just(u64::MAX), Just(1 << 63), any::<u64>()]
    }

    fn float() -> impl Strategy<Value = Short> {
        let parts = ([limb(), limb(), limb()], prop_oneof![-8_i64..8, -300_i64..300]);
        parts.prop_map(|(limbs, exponent)| Exact::new(limbs, exponent).round(Round::Down))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

        /// [SORT-2]
        #[test]
        fn every_operation_returns_the_neighbours_of_the_truth(a in float(), b in float(), n in limb()) {
            check(|round| a.add(&b, round), &(whole(&a) + whole(&b)), 1);
            check(|round| a.mul_u64(n, round), &(whole(&a) * n), 1);
            let divisor = NonZeroU64::new(n).unwrap_or(NonZeroU64::MIN);
            check(|round| a.div_u64(divisor, round), &whole(&a), divisor.get());
            check(|round| a.mul(&b, round), &((whole(&a) * whole(&b)) >> UNIT), 1);
            prop_assert_eq!(a.cmp(&b), whole(&a).cmp(&whole(&b)));
            prop_assert_eq!(whole(&Short::from_u64(n)), UBig::from(n) << UNIT);
        }
    }
}
