//! Fixed chance: the same questions at every run and on every machine.

use std::ops::RangeInclusive;

use dashu::integer::UBig;

/// A stream of numbers that a name and two counters determine.
pub(crate) struct Chance(blake3::OutputReader);

impl Chance {
    pub(crate) fn new(name: &str, batch: u64, number: u64) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("klero test oracle of seats");
        hasher.update(&batch.to_be_bytes());
        hasher.update(&number.to_be_bytes());
        hasher.update(name.as_bytes());
        Self(hasher.finalize_xof())
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }

    /// Any number of the range, all alike but for 2^-64.
    pub(crate) fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        let word = u64::from_be_bytes(self.bytes());
        let width = u128::from(range.end() - range.start()) + 1;
        let above = (u128::from(word) * width) >> 64;
        range.start() + u64::try_from(above).unwrap()
    }

    /// A number of the range whose order of magnitude is any of those it may have.
    pub(crate) fn spread(&mut self, range: RangeInclusive<u64>) -> u64 {
        let most = range.end() - range.start();
        let bits = self.within(0..=u64::from(u64::BITS - most.leading_zeros()));
        let limit = (1_u128 << bits).min(u128::from(most) + 1);
        range.start() + self.within(0..=u64::try_from(limit - 1).unwrap())
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let index = self.within(0..=choices.len() as u64 - 1);
        choices[usize::try_from(index).unwrap()]
    }

    /// Some of the choices, in any order.
    pub(crate) fn some_of<T>(&mut self, mut choices: Vec<T>, most: usize) -> Vec<T> {
        let count = choices.len();
        for index in 0..count.min(most) {
            let other = self.within(index as u64..=count as u64 - 1);
            choices.swap(index, usize::try_from(other).unwrap());
        }
        choices.truncate(most);
        choices
    }

    /// x of any draw.
    pub(crate) fn x(&mut self) -> UBig {
        UBig::from_be_bytes(&self.bytes::<32>())
    }

    /// x of a draw whose distance from the first has any order of magnitude.
    pub(crate) fn small_x(&mut self) -> UBig {
        let shift = self.within(0..=255);
        self.x() >> usize::try_from(shift).unwrap()
    }
}
