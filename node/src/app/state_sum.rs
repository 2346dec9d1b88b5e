//! A sum over the entries of a state: a root that follows each change at once, and that anybody can compute from the
//! entries in any order.
//!
//! Each entry is hashed to a vector of 1024 numbers modulo 2^16, and the sum is that of the vectors. This is LtHash of
//! Bellare and Micciancio ("A New Paradigm for Collision-Free Hashing", 1997) with the parameters of Lewi, Kim,
//! Maykov and Weis ("Securing Update Propagation with Homomorphic Hashing", 2019), who estimate more than 200 bits of
//! security: to find two sets with one sum is to find a short vector in a lattice.

use klero_sampling::{Digest, Domain};

const LANES: usize = 1024;

/// The sum over the entries of a state.
#[derive(Clone, PartialEq, Eq)]
pub struct StateSum(Box<[u16; LANES]>);

impl Default for StateSum {
    fn default() -> Self {
        Self(Box::new([0; LANES]))
    }
}

impl StateSum {
    /// The length of its encoding in bytes.
    pub const BYTES: usize = 2 * LANES;

    /// Adds an entry, which must not be in the state already: a state is a set.
    pub fn add(&mut self, key: &[u8], value: &[u8]) {
        for (lane, number) in self.0.iter_mut().zip(numbers(key, value)) {
            *lane = lane.wrapping_add(number);
        }
    }

    /// Takes away an entry that was added.
    pub fn remove(&mut self, key: &[u8], value: &[u8]) {
        for (lane, number) in self.0.iter_mut().zip(numbers(key, value)) {
            *lane = lane.wrapping_sub(number);
        }
    }

    /// The root: zero for the state without entries.
    pub fn root(&self) -> Digest {
        if self.0.iter().all(|lane| *lane == 0) {
            return Digest::ZERO;
        }
        Domain::Application.digest_bytes(&self.to_bytes())
    }

    /// The encoding: each number in two bytes, the least significant first.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|lane| lane.to_le_bytes()).collect()
    }

    /// The sum with this encoding, if it is one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let lanes = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok());
        let lanes: Vec<u16> = lanes.map(u16::from_le_bytes).collect();
        let whole = bytes.len() == Self::BYTES;
        Some(Self(Box::new(
            <[u16; LANES]>::try_from(lanes).ok().filter(|_| whole)?,
        )))
    }
}

fn numbers(key: &[u8], value: &[u8]) -> impl Iterator<Item = u16> {
    let mut bytes = [0; StateSum::BYTES];
    let hasher = Domain::StateEntry.hasher().field(&key).field(&value);
    hasher.fill(&mut bytes);
    let pairs: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    pairs.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_does_not_matter_and_what_is_taken_away_is_gone() {
        let (mut one, mut other) = (StateSum::default(), StateSum::default());
        for (key, value) in [("a", "1"), ("b", "2"), ("c", "3")] {
            one.add(key.as_bytes(), value.as_bytes());
        }
        for (key, value) in [("c", "3"), ("x", "9"), ("a", "1"), ("b", "2")] {
            other.add(key.as_bytes(), value.as_bytes());
        }
        assert_ne!(one.root(), other.root());
        other.remove(b"x", b"9");
        assert_eq!(one.root(), other.root());
        for (key, value) in [("a", "1"), ("b", "2"), ("c", "3")] {
            one.remove(key.as_bytes(), value.as_bytes());
        }
        assert_eq!(one.root(), Digest::ZERO);
    }

    #[test]
    fn key_and_value_are_told_apart() {
        let root = |key: &str, value: &str| {
            let mut sum = StateSum::default();
            sum.add(key.as_bytes(), value.as_bytes());
            sum.root()
        };
        assert_ne!(root("ab", "c"), root("a", "bc"));
        assert_ne!(root("a", ""), root("", "a"));
        assert_ne!(root("a", "b"), root("b", "a"));
    }

    /// The vector of an entry, computed with the hash alone.
    #[test]
    fn the_sum_is_that_of_the_hashes() {
        let stream = |key: &[u8], value: &[u8]| {
            let mut hasher = blake3::Hasher::new_derive_key("klero v1 state-entry");
            for field in [key, value] {
                hasher.update(&u32::try_from(field.len()).unwrap().to_le_bytes());
                hasher.update(field);
            }
            let mut bytes = [0; 2048];
            hasher.finalize_xof().fill(&mut bytes);
            bytes
        };
        let (one, two) = (stream(b"city", b"athens"), stream(b"", b"\0"));
        let mut expected = Vec::new();
        for place in (0..2048).step_by(2) {
            let number = |bytes: &[u8]| u32::from(bytes[place]) + 256 * u32::from(bytes[place + 1]);
            let sum = (number(&one) + number(&two)) % 65_536;
            expected.extend([(sum % 256) as u8, (sum / 256) as u8]);
        }
        let mut sum = StateSum::default();
        sum.add(b"city", b"athens");
        sum.add(b"", b"\0");
        assert_eq!(sum.to_bytes(), expected);
        let root = blake3::Hasher::new_derive_key("klero v1 application")
            .update(&expected)
            .finalize();
        assert_eq!(sum.root().as_bytes(), root.as_bytes());
        assert!(StateSum::from_bytes(&expected) == Some(sum));
        assert!(StateSum::from_bytes(&expected[1..]).is_none());
    }
}
