//! Making the smallest certificate from votes.

use klero_committee::certificate::assemble;
use klero_committee::sampling::Weight;
use klero_committee::{QuorumCertificate, Role, Vote};
use proptest::prelude::*;

use crate::world::{BLOCK, CERT, OTHER_BLOCK, SOFT, World, stripped};

fn certify(world: &World, role: Role, votes: &[Vote]) -> Option<QuorumCertificate> {
    assemble(&world.context, role, BLOCK, votes)
}

/// [COM-5] What is assembled verifies, with the seats that it says, under every scheme.
#[test]
fn an_assembled_certificate_verifies() {
    let worlds = [
        World::quota(),
        World::binomial(),
        World::full(),
        World::fait_accompli(),
    ];
    for world in worlds {
        let made = certify(&world, CERT, &world.votes(CERT, BLOCK)).unwrap();
        let threshold = world.context.threshold(CERT.step).unwrap();
        assert!(made.weight() >= threshold);
        assert_eq!((made.role(), made.value()), (CERT, BLOCK));
        assert_eq!(made.as_unverified().verify(&world.context), Ok(made));
    }
}

/// [SEAT-3] Permanent members come first and weigh eight times their stake of 500; the rest of 5600 is made of proven
/// seats, each of which weighs 500.
#[test]
fn permanent_members_come_before_drawn_seats() {
    let world = World::fait_accompli();
    let role = world.role_where(|role| world.votes(role, BLOCK).len() >= 8);
    let made = certify(&world, role, &world.votes(role, BLOCK)).unwrap();
    let certificate = made.as_unverified();
    assert!(certificate.signers.contains(100) && certificate.signers.contains(101));
    assert!(!certificate.proven.contains(100) && !certificate.proven.contains(101));
    let seats = (made.weight() - 8 * 500) / 500;
    assert!(seats >= 4 && certificate.proven.count() <= 4);
    let votes = world.votes(role, BLOCK);
    let permanent: Vec<Vote> = votes.into_iter().filter(|vote| vote.voter() >= 100).collect();
    assert_eq!(permanent.iter().map(Vote::weight).sum::<Weight>(), 8 * 500);
    assert_eq!(certify(&world, role, &permanent), None);
}

/// [COM-5] [SEAT-1] Guaranteed seats come first, so that a certificate has as many proofs as seats are missing then.
#[test]
fn proofs_only_fill_what_guaranteed_seats_leave_open() {
    let world = World::quota();
    let votes = world.votes(CERT, BLOCK);
    let guaranteed: Weight = votes.iter().map(Vote::guaranteed).sum();
    assert_eq!(guaranteed, 32);
    let made = certify(&world, CERT, &votes).unwrap();
    assert_eq!(made.weight(), 35);
    assert_eq!(made.as_unverified().proofs.len(), 3);
    assert_eq!(made.as_unverified().proven.count(), 3);
}

/// [COM-5] [SEAT-4] In a full committee a certificate is a bit set: three of four equal members, no proof.
#[test]
fn a_full_committee_needs_no_proofs() {
    let world = World::full();
    let made = certify(&world, CERT, &world.votes(CERT, BLOCK)).unwrap();
    assert_eq!(made.weight(), 3);
    assert_eq!(made.as_unverified().signers.iter().collect::<Vec<_>>(), [0, 1, 2]);
    assert!(made.as_unverified().proofs.is_empty());
}

/// [COM-5] With binomial seats every seat has a proof; the largest are taken first, so no choice needs fewer.
#[test]
fn no_choice_of_binomial_votes_needs_fewer_proofs() {
    let world = World::binomial();
    for k in 0..20 {
        let role = Role::new(crate::world::ROUND, 0, klero_committee::Step::Next(k));
        let votes = world.votes(role, BLOCK);
        let fewest = (0_u32..1 << votes.len())
            .filter(|choice| {
                let chosen = votes.iter().enumerate().filter(|(i, _)| choice >> i & 1 == 1);
                chosen.map(|(_, vote)| vote.weight()).sum::<Weight>() >= 26
            })
            .map(u32::count_ones)
            .min();
        let proofs = certify(&world, role, &votes).map(|made| made.as_unverified().proofs.len() as u32);
        assert_eq!(proofs, fewest, "{role}");
    }
}

/// [COM-5] Assembling stops at the threshold: nobody in the certificate could be left out.
#[test]
fn every_signer_is_needed() {
    let world = World::binomial();
    let votes = world.votes(CERT, BLOCK);
    let made = certify(&world, CERT, &votes).unwrap();
    let signers: Vec<&Vote> = votes
        .iter()
        .filter(|vote| made.as_unverified().signers.contains(vote.voter()))
        .collect();
    for left_out in &signers {
        assert!(made.weight() - left_out.weight() < 26);
    }
}

/// Votes of other roles and for other values are no part of it.
#[test]
fn only_votes_of_the_role_and_for_the_value_count() {
    let world = World::quota();
    let others = [world.votes(CERT, OTHER_BLOCK), world.votes(SOFT, BLOCK)].concat();
    assert_eq!(certify(&world, CERT, &others), None);
    let mixed = [others, world.votes(CERT, BLOCK)].concat();
    let made = certify(&world, CERT, &mixed).unwrap();
    assert_eq!(made.as_unverified().verify(&world.context), Ok(made));
}

/// A step without a quorum has no certificate.
#[test]
fn nothing_is_certified_in_propose() {
    let world = World::quota();
    let role = Role::new(7, 0, klero_committee::Step::Propose);
    assert_eq!(certify(&world, role, &world.votes(CERT, BLOCK)), None);
}

fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(count)
    }
}

/// [A7] [COM-5] Some of the votes, in any order, some twice, some stripped of their proofs: there is a certificate exactly
/// if the seats shown reach the threshold, it verifies, and its indices ascend.
#[test]
fn votes_that_reach_the_threshold_make_a_certificate() {
    for world in [World::quota(), World::binomial(), World::fait_accompli()] {
        let whole = world.votes(CERT, BLOCK);
        let weaker = whole.iter().filter_map(|vote| world.verify(&stripped(vote)).ok());
        let pool: Vec<Vote> = weaker.chain(whole.clone()).collect();
        let picks = prop::collection::vec(any::<prop::sample::Index>(), 0..60);
        let mut runner = proptest::test_runner::TestRunner::new(cases(80));
        let outcome = runner.run(&picks, |picks| {
            let votes: Vec<Vote> = picks.iter().map(|pick| pick.get(&pool).clone()).collect();
            let most = |voter| {
                let of_voter = votes.iter().filter(|vote| vote.voter() == voter);
                of_voter.map(Vote::weight).max().unwrap_or(0)
            };
            let weight: Weight = (0..world.keys.len() as u32).map(most).sum();
            let threshold = world.context.threshold(CERT.step).unwrap();
            let made = certify(&world, CERT, &votes);
            prop_assert_eq!(made.is_some(), weight >= threshold);
            if let Some(made) = made {
                let certificate = made.as_unverified();
                prop_assert!(certificate.signers.iter().is_sorted());
                prop_assert_eq!(certificate.verify(&world.context), Ok(made));
            }
            Ok(())
        });
        outcome.unwrap();
    }
}
