//! The electorate: who may draw in a round.

use std::collections::BTreeSet;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::vrf::VrfPublicKey;
use klero_sampling::{Digest, bls};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The greatest number of members of an electorate.
pub const MAX_MEMBERS: usize = 1 << 16;

/// One validator as the others see it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The validator's id.
    pub id: Digest,
    /// Bonded stake in the smallest unit, at least 1.
    pub stake: u64,
    /// The key that signs its votes; its possession was proven when it was registered.
    pub vote_key: bls::PublicKey,
    /// The key that it draws with.
    pub vrf_key: VrfPublicKey,
}

/// Why a list of members is no electorate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ElectorateError {
    /// Nobody, or more than [`MAX_MEMBERS`].
    #[error("{0} members: an electorate has 1 to 65536")]
    Size(usize),
    /// Ids out of order or twice.
    #[error("the ids are not strictly ascending at {0}")]
    Order(Digest),
    /// A member without stake.
    #[error("member {0} has no stake")]
    NoStake(Digest),
    /// More stake than 2^63.
    #[error("the stakes add up to more than 2^63: divide all by one power of ten")]
    TooMuchStake,
    /// A vote key, or its negation, that another member has [COM-6].
    #[error("the vote key of member {0}, or its negation, is another member's too")]
    KeyTwice(Digest),
}

/// The validators that may draw in a round, in the order of their ids [COM-8]. Votes name members by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Electorate {
    members: Vec<Member>,
    total: u64,
}

impl Electorate {
    /// Checks and takes a list of members.
    ///
    /// # Errors
    /// [`ElectorateError`] unless the ids ascend strictly, everyone has stake, the sum is at most 2^63, and
    /// no vote key occurs twice, with either sign: a key and its negation cancel in an aggregate.
    pub fn new(members: Vec<Member>) -> Result<Self, ElectorateError> {
        if members.is_empty() || members.len() > MAX_MEMBERS {
            return Err(ElectorateError::Size(members.len()));
        }
        let mut total = 0_u64;
        let mut keys = BTreeSet::new();
        let mut last: Option<Digest> = None;
        for member in &members {
            if last.is_some_and(|last| last >= member.id) {
                return Err(ElectorateError::Order(member.id));
            }
            last = Some(member.id);
            if member.stake == 0 {
                return Err(ElectorateError::NoStake(member.id));
            }
            total = total
                .checked_add(member.stake)
                .ok_or(ElectorateError::TooMuchStake)?;
            if !keys.insert(unsigned_key(&member.vote_key)) {
                return Err(ElectorateError::KeyTwice(member.id));
            }
        }
        if total > 1 << 63 {
            return Err(ElectorateError::TooMuchStake);
        }
        Ok(Self { members, total })
    }

    /// The members in the order of their ids.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The member with an index.
    pub fn member(&self, index: u32) -> Option<&Member> {
        self.members.get(usize::try_from(index).ok()?)
    }

    /// The index of the member with an id.
    pub fn index_of(&self, id: &Digest) -> Option<u32> {
        let place = self.members.binary_search_by(|member| member.id.cmp(id)).ok()?;
        u32::try_from(place).ok()
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Never: an electorate has members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The sum of the stakes.
    pub const fn total(&self) -> u64 {
        self.total
    }
}

/// A compressed key without its sign bit: equal for a key and its negation.
fn unsigned_key(key: &bls::PublicKey) -> [u8; 96] {
    let mut bytes = key.to_bytes();
    if let Some(first) = bytes.first_mut() {
        *first &= !0x20;
    }
    bytes
}
