//! The registry: who is in it, its encoding and its root.

use klero_stake::Registry;
use klero_stake::committee::sampling::Digest;
use klero_stake::committee::sampling::codec::Wire;
use klero_stake::committee::{ElectorateError, Member};

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

/// [STK-1] The root of two validators, computed from the specification: leaf = (id, stake, keys), a node over
/// digests and sums, and the root with the count, each under a purpose of its own.
#[test]
fn the_root_is_the_one_of_the_specification() {
    let members = members(&[5, 300]);
    let node: Vec<u8> = members
        .iter()
        .flat_map(|member| {
            let leaf = hash("merkle-leaf", &leaf_bytes(member));
            [leaf.0.to_vec(), member.stake.to_le_bytes().to_vec()].concat()
        })
        .collect();
    let top = hash("merkle-node", &node);
    let mut bytes = vec![2, 0, 0, 0, 1];
    bytes.extend(top.0);
    bytes.extend(305_u64.to_le_bytes());
    assert_eq!(
        Registry::new(members).unwrap().root(),
        hash("merkle-root", &bytes)
    );
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

/// [ENC-2] [ENC-4] Validators stand in one order, every byte is used, and the length is bounded.
#[test]
fn other_encodings_of_a_registry_are_refused() {
    let bytes = registry(&[5, 1]).encode();
    let entry = (bytes.len() - 4) / 2;
    let (first, second) = bytes[4..].split_at(entry);
    let swapped = [&bytes[..4], second, first].concat();
    let doubled = [&bytes[..4], first, first].concat();
    let longer = [bytes.as_slice(), &[0]].concat();
    for wrong in [swapped, doubled, longer, bytes[..bytes.len() - 1].to_vec()] {
        assert!(Registry::decode(&wrong).is_err());
    }
    assert!(Registry::decode(&vec![0; Registry::MAX_BYTES + 1]).is_err());
    assert!(entry * (1 << 16) + 4 <= Registry::MAX_BYTES);
}

/// [COM-6] A stored registry whose keys were spoiled does not decode.
#[test]
fn a_key_that_is_no_point_is_refused() {
    let bytes = registry(&[5]).encode();
    let vote_key = 4 + 32 + 8;
    let mut identity = bytes.clone();
    identity[vote_key] = 0xc0;
    identity[vote_key + 1..vote_key + 96].fill(0);
    let mut vrf = bytes;
    vrf[vote_key + 97..].fill(0);
    assert!(Registry::decode(&identity).is_err());
    assert!(Registry::decode(&vrf).is_err());
}
