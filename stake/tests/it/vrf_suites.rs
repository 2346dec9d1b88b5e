//! Registries whose members draw with each VRF suite.

use klero_stake::committee::sampling::codec::Wire;
use klero_stake::committee::sampling::vrf::VrfSuite;
use klero_stake::committee::{Member, ValidatorKeys};
use klero_stake::{MAX_ACCOUNTS, Registry};

use crate::members::{hash, member};

fn of_suite(suite: VrfSuite) -> Vec<Member> {
    let of = |index: u8| Member {
        vrf_key: ValidatorKeys::from_seed(suite, &[index; 32])
            .unwrap()
            .vrf
            .public(),
        ..member(index, 1 + u64::from(index))
    };
    (0..3).map(of).collect()
}

/// [ENC-4] A registry is read from what it writes, and the greatest one fits the limit with the longest keys.
#[test]
fn a_registry_keeps_the_keys_of_every_suite() {
    for suite in VrfSuite::ALL {
        let entry = 32 + 3 * 8 + 4 + 1 + 96 + 1 + suite.key_bytes() + 1 + 8;
        assert!(MAX_ACCOUNTS * entry <= Registry::MAX_BYTES, "{suite}");
        if suite.is_built() {
            let members = of_suite(suite);
            let registry = Registry::new(members.clone()).unwrap();
            let bytes = registry.encode();
            assert_eq!(bytes.len(), 8 + 4 + 3 * entry + 4 + 6 * 32 + 4 + 8 + 8);
            assert_eq!(Registry::decode(&bytes), Ok(registry.clone()));
            assert_eq!(registry.electorate().unwrap().members(), members);
        }
    }
}

/// [STK-1] The leaf hashes the key behind the number of its suite: id, stake, vote key, suite, VRF key.
#[test]
fn a_leaf_hashes_the_suite_of_the_key() {
    for suite in VrfSuite::ALL.into_iter().filter(|suite| suite.is_built()) {
        let member = of_suite(suite).remove(0);
        let mut bytes = member.id.0.to_vec();
        bytes.extend(member.stake.to_le_bytes());
        bytes.extend(member.vote_key.to_bytes());
        bytes.push(suite as u8);
        bytes.extend(member.vrf_key.to_bytes());
        let leaf = hash("merkle-leaf", &bytes);
        let mut root = vec![1, 0, 0, 0, 1];
        root.extend(leaf.0);
        root.extend(member.stake.to_le_bytes());
        let registry = Registry::new(vec![member]).unwrap();
        assert_eq!(registry.commitments().validators, hash("merkle-root", &root));
    }
}
