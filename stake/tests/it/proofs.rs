//! What is in a registry and what is not, by its root alone.

use klero_stake::commitments::{Absence, AccountEntry, Entry, Presence};
use klero_stake::committee::Member;
use klero_stake::committee::sampling::Digest;
use klero_stake::{Operation, Registry};

use crate::world::{PARAMETERS, World, id};

/// Some accounts with and without validators, one of them gone.
fn registry(accounts: u8) -> Registry {
    let balances: Vec<(u64, u64)> = (0..accounts)
        .map(|index| {
            (
                u64::from(index % 3 != 2) * (10 + u64::from(index)),
                u64::from(index),
            )
        })
        .collect();
    let mut world = World::new(PARAMETERS, &balances);
    if accounts > 3 {
        world.perform(3, Operation::Leave);
    }
    world.registry
}

fn all<E: Entry>(registry: &Registry) -> Vec<E> {
    (0..40_u8)
        .filter_map(|index| registry.presence::<E>(&id(index)))
        .map(|proof| proof.entry)
        .collect()
}

fn check<E: Entry + Clone + PartialEq + std::fmt::Debug>(registry: &Registry, expected: usize) {
    let root = registry.root();
    let mut entries = all::<E>(registry);
    entries.sort_by_key(Entry::id);
    assert_eq!(entries.len(), expected);
    for entry in &entries {
        let id = entry.id();
        let proof = registry.presence::<E>(&id).unwrap();
        assert!(proof.verify(&root));
        assert_eq!(&proof.entry, entry);
        assert_eq!(registry.absence::<E>(&id), None);
    }
    for index in 0..=255_u8 {
        let others = [Digest([index; 32]), id(index)];
        for id in others {
            let is_there = entries.iter().any(|entry| entry.id() == id);
            assert_eq!(registry.presence::<E>(&id).is_some(), is_there);
            let proof = registry.absence::<E>(&id);
            assert_eq!(proof.is_none(), is_there);
            if let Some(proof) = proof {
                assert!(proof.verify(&id, &root));
                // It says nothing of those that are there, nor under another root.
                assert!(entries.iter().all(|entry| !proof.verify(&entry.id(), &root)));
                assert!(!proof.verify(&id, &Digest([9; 32])));
            }
        }
    }
}

/// [STK-1] Every validator and account has a proof of presence, everything else one of absence, in registries of many
/// sizes.
#[test]
fn everything_is_either_present_or_absent() {
    for accounts in [1, 2, 3, 4, 5, 8, 9, 16, 17] {
        let registry = registry(accounts);
        let validators = (0..accounts).filter(|index| index % 3 != 2);
        let validators = validators.count() - usize::from(accounts > 3);
        check::<AccountEntry>(&registry, usize::from(accounts));
        check::<Member>(&registry, validators);
    }
}

/// [STK-1] No two entries that are not neighbours show that what lies between them is absent, nor one that is not an
/// end alone.
#[test]
fn absence_takes_neighbours() {
    let registry = registry(12);
    let root = registry.root();
    let commitments = registry.commitments();
    let mut entries = all::<AccountEntry>(&registry);
    entries.sort_by_key(Entry::id);
    let side = |index: usize| {
        let Presence { entry, path, .. } = registry.presence::<AccountEntry>(&entries[index].id()).unwrap();
        (entry, path)
    };
    let count = entries.len();
    for hidden in &entries {
        let id = hidden.id();
        let ends = || (0..count).map(|index| Some(side(index))).chain([None]);
        for before in ends() {
            for after in ends() {
                let forged = Absence {
                    before: before.clone(),
                    after,
                    commitments,
                };
                assert!(!forged.verify(&id, &root));
            }
        }
    }
}

/// [STK-1] A proof with any part changed is refused: the entry, its path, or what else the root commits to.
#[test]
fn a_changed_proof_is_refused() {
    let registry = registry(9);
    let root = registry.root();
    let original = registry.presence::<AccountEntry>(&id(4)).unwrap();
    let changes: [fn(&mut Presence<AccountEntry>); 12] = [
        |proof| proof.entry.id.0[0] ^= 1,
        |proof| proof.entry.account.free += 1,
        |proof| proof.entry.account.nonce += 1,
        |proof| proof.entry.account.validator = None,
        |proof| proof.path.index ^= 1,
        |proof| proof.path.siblings[0].stake += 1,
        |proof| proof.commitments.round += 1,
        |proof| proof.commitments.validators.0[0] ^= 1,
        |proof| proof.commitments.used_keys.0[0] ^= 1,
        |proof| proof.commitments.offences.0[0] ^= 1,
        |proof| proof.commitments.burnt += 1,
        |proof| proof.commitments.supply += 1,
    ];
    assert!(original.verify(&root));
    for change in changes {
        let mut changed = original.clone();
        change(&mut changed);
        assert!(!changed.verify(&root));
    }
    // An account does not pass for a validator: each tree has leaves of its own kind.
    let member = registry.presence::<Member>(&id(4)).unwrap();
    let mixed = Presence {
        entry: member.entry,
        path: original.path,
        commitments: original.commitments,
    };
    assert!(!mixed.verify(&root));
}
