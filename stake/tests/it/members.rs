//! Members with real keys.

use klero_stake::Registry;
use klero_stake::committee::sampling::Digest;
use klero_stake::committee::sampling::vrf::VrfSuite;
use klero_stake::committee::{Member, ValidatorKeys};

/// A member; ids ascend with the index.
pub(crate) fn member(index: u8, stake: u64) -> Member {
    let keys = ValidatorKeys::from_seed(VrfSuite::Sr25519, &[index; 32]).unwrap();
    Member {
        id: Digest([index; 32]),
        stake,
        vote_key: keys.vote.public(),
        vrf_key: keys.vrf.public(),
    }
}

pub(crate) fn members(stakes: &[u64]) -> Vec<Member> {
    (0..)
        .zip(stakes)
        .map(|(index, stake)| member(index, *stake))
        .collect()
}

pub(crate) fn registry(stakes: &[u64]) -> Registry {
    Registry::new(members(stakes)).unwrap()
}

/// The hash of the specification for a purpose.
pub(crate) fn hash(purpose: &str, bytes: &[u8]) -> Digest {
    Digest(blake3::derive_key(&format!("klero v1 {purpose}"), bytes))
}

/// The encoding of a member that its leaf hashes: id, stake, vote key, and the VRF key behind its suite.
pub(crate) fn leaf_bytes(member: &Member) -> Vec<u8> {
    let mut bytes = member.id.0.to_vec();
    bytes.extend(member.stake.to_le_bytes());
    bytes.extend(member.vote_key.to_bytes());
    bytes.push(0);
    bytes.extend(member.vrf_key.to_bytes());
    bytes
}
