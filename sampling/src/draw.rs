//! A draw: what a VRF output is worth to one validator [SORT-1], and the priority of a proposer [SORT-3].

use crate::vrf::VrfOutput;
use crate::{Digest, Domain};

/// The number that decides a validator's seats in one role: x, read big-endian from 32 bytes, stands for
/// u = (2x + 1) / 2^257, which lies strictly between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Draw([u8; 32]);

impl Draw {
    /// [SORT-1]: the VRF output hashed with the validator's id, so that two validators with one VRF key draw
    /// independently.
    pub fn new(output: &VrfOutput, validator: &Digest) -> Self {
        Self(
            Domain::Draw
                .hasher()
                .bytes(output.as_bytes())
                .bytes(validator.as_bytes())
                .finish()
                .0,
        )
    }

    /// A draw with the given x, big-endian.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// x, big-endian.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The rank of a proposal: the lowest of a period wins [SORT-3].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(Digest);

impl Priority {
    /// The least hash over the proposer's tickets 1..=`seats`; `None` without a seat.
    ///
    /// It is a hash of its own: the bits that decided selection say nothing about it.
    pub fn best(output: &VrfOutput, validator: &Digest, seats: u64) -> Option<Self> {
        let ticket = |i: u64| {
            Domain::Priority
                .hasher()
                .bytes(output.as_bytes())
                .bytes(validator.as_bytes())
                .bytes(&i.to_be_bytes())
                .finish()
        };
        (1..=seats).map(ticket).min().map(Self)
    }

    /// A given rank, for tests and simulations.
    pub const fn from_digest(digest: Digest) -> Self {
        Self(digest)
    }

    /// The winning ticket's hash.
    pub const fn digest(&self) -> &Digest {
        &self.0
    }
}

impl borsh::BorshSerialize for Priority {
    fn serialize<W: borsh::io::Write>(&self, writer: &mut W) -> borsh::io::Result<()> {
        self.0.serialize(writer)
    }
}

impl borsh::BorshDeserialize for Priority {
    fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
        Digest::deserialize_reader(reader).map(Self)
    }
}
