//! The registry: validators with their stake and keys.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::vrf::VrfPublicKey;
use klero_committee::sampling::{Digest, Domain, bls};
use klero_committee::{Electorate, ElectorateError, MAX_MEMBERS, Member};

use crate::sum_tree::{Leaf, SumTree};

/// Validators by id. A deterministic state: equal registries have equal encodings and roots [STK-1].
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Registry {
    validators: BTreeMap<Digest, Validator>,
}

#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Validator {
    bonded: u64,
    vote_key: bls::PublicKey,
    vrf_key: VrfPublicKey,
}

impl Wire for Registry {
    const MAX_BYTES: usize = 64 + MAX_MEMBERS * 256;
}

impl Registry {
    /// The registry that a genesis declares. Possession of the keys was checked by the caller.
    ///
    /// # Errors
    /// [`ElectorateError`] when the members are no electorate: order, stake, or a key used twice [COM-6].
    pub fn new(members: Vec<Member>) -> Result<Self, ElectorateError> {
        let electorate = Electorate::new(members)?;
        let entry = |member: &Member| {
            let Member {
                id,
                stake,
                vote_key,
                vrf_key,
            } = *member;
            (
                id,
                Validator {
                    bonded: stake,
                    vote_key,
                    vrf_key,
                },
            )
        };
        Ok(Self {
            validators: electorate.members().iter().map(entry).collect(),
        })
    }

    /// The validators that may draw, in the order of their ids [COM-8].
    ///
    /// # Errors
    /// [`ElectorateError`] when nobody may.
    pub fn electorate(&self) -> Result<Electorate, ElectorateError> {
        let member = |(id, validator): (&Digest, &Validator)| Member {
            id: *id,
            stake: validator.bonded,
            vote_key: validator.vote_key,
            vrf_key: validator.vrf_key,
        };
        Electorate::new(self.validators.iter().map(member).collect())
    }

    /// The root that headers carry [STK-1].
    pub fn root(&self) -> Digest {
        let leaf = |(id, validator): (&Digest, &Validator)| Leaf {
            digest: leaf_digest(id, validator.bonded, &validator.vote_key, &validator.vrf_key),
            stake: validator.bonded,
        };
        SumTree::new(self.validators.iter().map(leaf).collect()).root()
    }
}

/// The leaf of a validator: id, stake and keys.
pub(crate) fn leaf_digest(
    id: &Digest,
    stake: u64,
    vote_key: &bls::PublicKey,
    vrf_key: &VrfPublicKey,
) -> Digest {
    Domain::MerkleLeaf
        .hasher()
        .field(id)
        .field(&stake)
        .field(vote_key)
        .field(vrf_key)
        .finish()
}
