//! The root by which a header names the next electorate.

use klero_stake::committee::sampling::seed::SeedSchedule;
use klero_stake::committee::sampling::vrf::VrfSuite;
use klero_stake::committee::sampling::{Digest, SeatScheme};
use klero_stake::committee::{CommitteeSize, Electorate, Member, Profile, Ratio, Targets, Timing};
use klero_stake::sum_tree::Leaf;
use klero_stake::{electorate_root, electorate_tree};

use crate::members::{hash, leaf_bytes, member, members, registry};

fn profile() -> Profile {
    let size = CommitteeSize {
        expected: 40,
        threshold: 30,
    };
    Profile {
        scheme: SeatScheme::Quota,
        vrf: VrfSuite::Sr25519,
        propose: 5,
        soft: size,
        cert: size,
        next: size,
        catch_up: 1,
        k_max: 64,
        seeds: SeedSchedule::default(),
        timing: Timing::default(),
        targets: Targets {
            honest: Ratio {
                numerator: 4,
                denominator: 5,
            },
            safety: 20,
            live: 20,
        },
    }
}

fn root(members: Vec<Member>, profile: &Profile) -> Digest {
    electorate_root(&Electorate::new(members).unwrap(), profile)
}

/// [FIN-1] The root hashes the tree's root, which has count and total stake in it, and the profile.
#[test]
fn the_root_is_the_one_of_the_specification() {
    let electorate = registry(&[5, 300]).electorate().unwrap();
    let mut bytes = electorate_tree(&electorate).root().0.to_vec();
    bytes.extend(borsh::to_vec(&profile()).unwrap());
    assert_eq!(
        electorate_root(&electorate, &profile()),
        hash("electorate", &bytes)
    );
}

/// [STK-1] The tree of an electorate that holds all validators is the registry's.
#[test]
fn the_tree_of_all_validators_is_the_registrys() {
    let registry = registry(&[5, 1, 300, 7, 7]);
    let tree = electorate_tree(&registry.electorate().unwrap());
    assert_eq!(tree.root(), registry.root());
}

/// [COM-8] [FIN-5] Each member has a proof under its index, for its entry and no other.
#[test]
fn every_member_has_a_proof_under_its_index() {
    let members = members(&[5, 1, 300, 7, 7]);
    let electorate = Electorate::new(members.clone()).unwrap();
    let tree = electorate_tree(&electorate);
    let leaf = |member: &Member| Leaf {
        digest: hash("merkle-leaf", &leaf_bytes(member)),
        stake: member.stake,
    };
    for (place, proven) in members.iter().enumerate() {
        let proof = tree.proof(place as u32).unwrap();
        for (other, member) in members.iter().enumerate() {
            assert_eq!(proof.verify(&leaf(member), &tree.root()), place == other);
        }
        let mut richer = proven.clone();
        richer.stake += 1;
        assert!(!proof.verify(&leaf(&richer), &tree.root()));
    }
}

/// [FIN-1] The root commits to the members.
#[test]
fn other_members_have_another_root() {
    let original = members(&[5, 1, 300]);
    let fine = root(original.clone(), &profile());
    assert_ne!(root(members(&[5, 1, 301]), &profile()), fine);
    assert_ne!(root(members(&[4, 2, 300]), &profile()), fine);
    assert_ne!(root(original[..2].to_vec(), &profile()), fine);
    let mut other = original;
    other[2].vote_key = member(9, 1).vote_key;
    assert_ne!(root(other, &profile()), fine);
}

/// [FIN-1] The root commits to every parameter of the committees.
#[test]
fn other_parameters_have_another_root() {
    let changes: [fn(&mut Profile); 16] = [
        |profile| profile.scheme = SeatScheme::Binomial,
        |profile| profile.propose += 1,
        |profile| profile.soft.expected += 1,
        |profile| profile.soft.threshold += 1,
        |profile| profile.cert.expected += 1,
        |profile| profile.cert.threshold += 1,
        |profile| profile.next.expected += 1,
        |profile| profile.next.threshold += 1,
        |profile| profile.catch_up += 1,
        |profile| profile.k_max += 1,
        |profile| profile.seeds.lookback += 1,
        |profile| profile.seeds.refresh += 1,
        |profile| profile.timing.deadline += 1,
        |profile| profile.targets.honest.numerator += 1,
        |profile| profile.targets.safety += 1,
        |profile| profile.targets.live += 1,
    ];
    let mut roots = vec![root(members(&[5, 1]), &profile())];
    for change in changes {
        let mut changed = profile();
        change(&mut changed);
        roots.push(root(members(&[5, 1]), &changed));
    }
    roots.sort_unstable();
    roots.dedup();
    assert_eq!(roots.len(), 17);
}
