//! The root by which a header names the next electorate.

use std::sync::Arc;

use klero_stake::committee::sampling::seed::SeedSchedule;
use klero_stake::committee::sampling::vrf::VrfSuite;
use klero_stake::committee::sampling::{Digest, SeatScheme};
use klero_stake::committee::{
    CommitteeSize, Committees, Electorate, Member, Profile, Ratio, Targets, Timing,
};
use klero_stake::sum_tree::Leaf;
use klero_stake::{electorate_root, electorate_tree};

use crate::members::{hash, leaf_bytes, member, members};

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

fn committees(members: Vec<Member>, profile: &Profile) -> Committees {
    let electorate = Electorate::new(members).unwrap();
    Committees::new(Arc::new(electorate), Arc::new(profile.clone())).unwrap()
}

fn root(members: Vec<Member>, profile: &Profile) -> Digest {
    electorate_root(&committees(members, profile))
}

/// [FIN-1] The root hashes the tree's root, which has count and total stake in it, and the profile.
#[test]
fn the_root_is_the_one_of_the_specification() {
    let committees = committees(members(&[5, 300]), &profile());
    let mut bytes = electorate_tree(&committees).root().0.to_vec();
    bytes.extend(borsh::to_vec(&profile()).unwrap());
    // Nobody is permanent in Soft, Cert and Next.
    bytes.extend([0; 3]);
    assert_eq!(electorate_root(&committees), hash("electorate", &bytes));
}

/// [SEAT-3] [FIN-1] For each kind of step the root says how many are permanent, i* − 1, and what stake the others
/// have, ρ(i*). Of 1000, 10, 10, 10 and τ = 3 two are permanent, as (30/1030)² < 2/3, (20/30)² < 1/2, (10/20)² ≥ 0;
/// of τ = 2 one, as (30/1030)² < 1/2, (20/30)² ≥ 0.
#[test]
fn the_root_commits_to_the_splits() {
    let mut sized = profile();
    sized.scheme = SeatScheme::FaitAccompli;
    for size in [&mut sized.soft, &mut sized.cert, &mut sized.next] {
        (size.expected, size.threshold) = (3, 2);
    }
    sized.next.expected = 2;
    let committees = committees(members(&[10, 1000, 10, 10]), &sized);
    let mut bytes = electorate_tree(&committees).root().0.to_vec();
    bytes.extend(borsh::to_vec(&sized).unwrap());
    for (permanent, rest) in [(2_u32, 20_u64), (2, 20), (1, 30)] {
        bytes.push(1);
        bytes.extend(permanent.to_le_bytes());
        bytes.extend(rest.to_le_bytes());
    }
    assert_eq!(electorate_root(&committees), hash("electorate", &bytes));
}

/// [COM-8] [FIN-5] [SEAT-3] Each member has a proof under its index, for its entry and place and no other.
#[test]
fn every_member_has_a_proof_under_its_index() {
    let members = members(&[5, 1, 300, 7, 7]);
    let tree = electorate_tree(&committees(members.clone(), &profile()));
    let places = |member: &Member| match member.stake {
        300 => 1,
        5 => 4,
        1 => 5,
        // Equal stakes stand in the order of their ids.
        _ => 2 + u32::from(member.id == members[4].id),
    };
    let leaf = |member: &Member| {
        let mut bytes = hash("merkle-leaf", &leaf_bytes(member)).0.to_vec();
        bytes.extend(u32::to_le_bytes(places(member)));
        Leaf {
            digest: hash("merkle-leaf", &bytes),
            stake: member.stake,
        }
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
