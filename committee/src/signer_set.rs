//! A set of members as a bit set of fixed length, so that it has one encoding.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Indices of an electorate; bit i of byte i/8, least significant first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct SignerSet(#[serde(with = "klero_sampling::text")] Vec<u8>);

impl SignerSet {
    /// The empty set over an electorate of `members`.
    pub fn empty(members: usize) -> Self {
        Self(vec![0; members.div_ceil(8)])
    }

    /// Whether this is the encoding of a set over an electorate of `members`: the right length, and no bit past
    /// the last member.
    pub fn fits(&self, members: usize) -> bool {
        let spare_bits = (members % 8) as u32;
        let last_is_clean = spare_bits == 0
            || self
                .0
                .last()
                .is_some_and(|last| last.checked_shr(spare_bits).unwrap_or(0) == 0);
        self.0.len() == members.div_ceil(8) && last_is_clean
    }

    /// Adds a member; says whether it is within the electorate.
    pub fn insert(&mut self, index: u32) -> bool {
        let byte = usize::try_from(index / 8)
            .ok()
            .and_then(|place| self.0.get_mut(place));
        byte.map(|byte| *byte |= 1 << (index % 8)).is_some()
    }

    /// Whether a member is in the set.
    pub fn contains(&self, index: u32) -> bool {
        let byte = usize::try_from(index / 8)
            .ok()
            .and_then(|place| self.0.get(place));
        byte.is_some_and(|byte| byte & (1 << (index % 8)) != 0)
    }

    /// The members in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0_u32..).zip(&self.0).flat_map(|(place, byte)| {
            (0..8)
                .filter(move |bit| byte & (1 << bit) != 0)
                .map(move |bit| place * 8 + bit)
        })
    }

    /// The number of members in the set.
    pub fn count(&self) -> usize {
        self.0.iter().map(|byte| byte.count_ones() as usize).sum()
    }

    /// Whether every member of this set is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|index| other.contains(index))
    }
}
