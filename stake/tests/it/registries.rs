//! The registry: who is in it, its encoding and its root.

use klero_stake::committee::sampling::Digest;
use klero_stake::committee::sampling::codec::Wire;
use klero_stake::committee::{ElectorateError, Member};
use klero_stake::{MAX_ACCOUNTS, MAX_EVIDENCE_AGE, MAX_REPORTS, MAX_UNBONDING, MAX_USED_KEYS, Registry};

use crate::members::{hash, leaf_bytes, member, members, registry};

/// [COM-8] The electorate of a registry is its validators in the order of their ids.
#[test]
fn the_electorate_is_what_was_registered() {
    let stakes = [5, 1, 300, 7];
    let electorate = registry(&stakes).electorate().unwrap();
    assert_eq!(electorate.members(), members(&stakes));
    assert_eq!(electorate.total(), 313);
}

/// [COM-6] [COM-8] What is no electorate is no registry.
#[test]
fn members_that_are_no_electorate_are_refused() {
    assert_eq!(Registry::new(Vec::new()), Err(ElectorateError::Size(0)));
    let backwards = vec![member(1, 5), member(0, 5)];
    assert_eq!(
        Registry::new(backwards),
        Err(ElectorateError::Order(Digest([0; 32])))
    );
    let idle = vec![member(0, 0)];
    assert_eq!(
        Registry::new(idle),
        Err(ElectorateError::NoStake(Digest([0; 32])))
    );
    let mut twice = members(&[5, 5]);
    twice[1].vote_key = twice[0].vote_key;
    assert_eq!(
        Registry::new(twice),
        Err(ElectorateError::KeyTwice(Digest([1; 32])))
    );
}

/// [STK-1] Equal registries have equal encodings and roots.
#[test]
fn equal_registries_have_equal_roots() {
    let [first, second] = [registry(&[5, 1, 300]), registry(&[5, 1, 300])];
    assert_eq!(first, second);
    assert_eq!(first.encode(), second.encode());
    assert_eq!(first.root(), second.root());
}

/// The root of a tree of two leaves: a node over digests and sums, and the count.
fn root_of_two(leaves: [(Digest, u64); 2]) -> Digest {
    let node = leaves.map(|(digest, stake)| [digest.0.to_vec(), stake.to_le_bytes().to_vec()].concat());
    let mut bytes = vec![2, 0, 0, 0, 1];
    bytes.extend(hash("merkle-node", &node.concat()).0);
    bytes.extend((leaves[0].1 + leaves[1].1).to_le_bytes());
    hash("merkle-root", &bytes)
}

/// [STK-1] The root of two validators, computed from the specification: two trees, of the validators with leaves
/// (id, stake, keys) and of their accounts, the keys, no offences, nothing burnt and the supply.
#[test]
fn the_root_is_the_one_of_the_specification() {
    let members = [member(0, 5), member(1, 300)];
    let validators = members
        .clone()
        .map(|member| (hash("merkle-leaf", &leaf_bytes(&member)), member.stake));
    let accounts = members.clone().map(|member| {
        let mut bytes = member.id.0.to_vec();
        bytes.extend([0; 16]);
        bytes.extend(member.stake.to_le_bytes());
        bytes.extend([0, 0, 0, 0, 1]);
        bytes.extend(member.vote_key.to_bytes());
        bytes.push(0);
        bytes.extend(member.vrf_key.to_bytes());
        bytes.extend([0; 9]);
        (hash("account-leaf", &bytes), member.stake)
    });
    let mut keys: Vec<Digest> = members
        .iter()
        .flat_map(|member| {
            let mut vote = member.vote_key.to_bytes();
            vote[0] &= 0b1101_1111;
            [
                hash("used-key", &vote),
                hash("used-key", &member.vrf_key.to_bytes()),
            ]
        })
        .collect();
    keys.sort_unstable();
    let mut used = vec![4, 0, 0, 0];
    used.extend(keys.iter().flat_map(|key| key.0));
    let mut bytes = vec![0; 8];
    bytes.extend(root_of_two(validators).0);
    bytes.extend(root_of_two(accounts).0);
    bytes.extend(hash("used-keys", &used).0);
    bytes.extend(hash("offences", &[0; 4]).0);
    bytes.extend([0; 8]);
    bytes.extend(305_u64.to_le_bytes());
    let registry = Registry::new(members.to_vec()).unwrap();
    assert_eq!(registry.root(), hash("registry", &bytes));
}

/// [STK-1] The root commits to every field of every validator, and to who is there at all.
#[test]
fn every_field_changes_the_root() {
    let original = members(&[5, 1, 300]);
    let root = |members: Vec<Member>| Registry::new(members).unwrap().root();
    let mut roots = vec![
        root(original.clone()),
        root(original[..2].to_vec()),
        root([original.clone(), vec![member(9, 1)]].concat()),
    ];
    let other = member(77, 1);
    for place in 0..3 {
        let changes: [&dyn Fn(&mut Member); 4] = [
            &|member| member.id.0[31] ^= 1,
            &|member| member.stake += 1,
            &|member| member.vote_key = other.vote_key,
            &|member| member.vrf_key = other.vrf_key,
        ];
        for change in changes {
            let mut changed = original.clone();
            change(&mut changed[place]);
            roots.push(root(changed));
        }
    }
    // Stake that moves from one to another keeps the sum and changes the root.
    roots.push(root(members(&[4, 2, 300])));
    let count = roots.len();
    roots.sort_unstable();
    roots.dedup();
    assert_eq!(roots.len(), count);
}

#[test]
fn a_registry_is_read_from_what_it_writes() {
    let registry = registry(&[5, 1, 300]);
    assert_eq!(Registry::decode(&registry.encode()), Ok(registry));
}

/// Bytes of the encoding before the accounts, and of one that runs a validator.
const START: usize = 8 + 4;
const ENTRY: usize = 32 + 3 * 8 + 4 + 1 + 96 + 33 + 1 + 8;

/// [ENC-2] [ENC-4] Accounts stand in one order, every byte is used, and the length is bounded.
#[test]
fn other_encodings_of_a_registry_are_refused() {
    let bytes = registry(&[5, 1]).encode();
    let (head, rest) = bytes.split_at(START);
    let (first, rest) = rest.split_at(ENTRY);
    let (second, rest) = rest.split_at(ENTRY);
    let swapped = [head, second, first, rest].concat();
    let doubled = [head, first, first, rest].concat();
    let longer = [bytes.as_slice(), &[0]].concat();
    for wrong in [swapped, doubled, longer, bytes[..bytes.len() - 1].to_vec()] {
        assert!(Registry::decode(&wrong).is_err());
    }
    assert!(Registry::decode(&vec![0; Registry::MAX_BYTES + 1]).is_err());
    let (accounts, used_keys) = (
        MAX_ACCOUNTS * (ENTRY + 64 + 16 * MAX_UNBONDING),
        MAX_USED_KEYS * 32,
    );
    let offences = 44 * MAX_REPORTS * MAX_EVIDENCE_AGE as usize;
    assert!(START + accounts + used_keys + offences + 64 <= Registry::MAX_BYTES);
}

/// [COM-6] A stored registry whose keys were spoiled does not decode.
#[test]
fn a_key_that_is_no_point_is_refused() {
    let bytes = registry(&[5]).encode();
    let vote_key = START + 32 + 3 * 8 + 4 + 1;
    let mut identity = bytes.clone();
    identity[vote_key] = 0xc0;
    identity[vote_key + 1..vote_key + 96].fill(0);
    let mut vrf = bytes;
    vrf[vote_key + 97..vote_key + 97 + 32].fill(0);
    assert!(Registry::decode(&identity).is_err());
    assert!(Registry::decode(&vrf).is_err());
}

/// [STK-4] [COM-6] A genesis that uses a VRF key twice is refused like one that uses a vote key twice.
#[test]
fn a_vrf_key_stands_once_in_a_genesis() {
    let mut twice = members(&[5, 5]);
    twice[1].vrf_key = twice[0].vrf_key;
    assert_eq!(
        Registry::new(twice),
        Err(ElectorateError::KeyTwice(Digest([1; 32])))
    );
}
