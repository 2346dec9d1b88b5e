//! Certificates that are wrong in one thing, each refused for it.

use klero_committee::certificate::assemble;
use klero_committee::sampling::vrf::{VrfError, VrfShortProof};
use klero_committee::sampling::{Digest, bls};
use klero_committee::{
    CertificateError, Profile, Role, RoundContext, Signer, SignerSet, Step, UnverifiedCertificate, Value,
};

use crate::world::{BLOCK, CERT, CHAIN, OTHER_BLOCK, ROUND, SEED, SOFT, STAKES, World};

fn certificate(world: &World) -> UnverifiedCertificate {
    let made = assemble(&world.context, CERT, BLOCK, &world.votes(CERT, BLOCK)).unwrap();
    made.as_unverified().clone()
}

fn refusal(certificate: &UnverifiedCertificate, context: &RoundContext) -> CertificateError {
    certificate.verify(context).unwrap_err()
}

fn set(members: impl IntoIterator<Item = u32>) -> SignerSet {
    let mut set = SignerSet::empty(STAKES.len());
    members.into_iter().for_each(|index| assert!(set.insert(index)));
    set
}

/// A set over a larger electorate, with the same members.
fn longer(set: &SignerSet, members: usize) -> SignerSet {
    let mut longer = SignerSet::empty(members);
    set.iter().for_each(|index| assert!(longer.insert(index)));
    longer
}

/// The aggregate of some members' signatures, each by its own key.
fn signature_of(world: &World, role: Role, value: &Value, signers: &SignerSet) -> [u8; 48] {
    let message = world.context.vote_message(role, value);
    let sign = |index: u32| world.keys[index as usize].sign(bls::Purpose::Vote, &message);
    let signatures: Vec<bls::Signature> = signers.iter().map(sign).collect();
    bls::aggregate(&signatures).unwrap().to_bytes()
}

fn short_proof(world: &World, role: Role, index: u32) -> VrfShortProof {
    let (keys, input) = (&world.keys[index as usize], world.context.input(role));
    let proof = keys.prove(&input).unwrap();
    keys.vrf.public().shorten(&input, &proof).unwrap()
}

/// [COM-5] Of another round, or of a step without a quorum.
#[test]
fn another_round_or_a_step_without_a_quorum_is_refused() {
    let world = World::quota();
    let mut other = certificate(&world);
    other.role.round = ROUND + 1;
    let expected = CertificateError::OtherRound {
        found: ROUND + 1,
        expected: ROUND,
    };
    assert_eq!(refusal(&other, &world.context), expected);
    let mut propose = certificate(&world);
    propose.role.step = Step::Propose;
    assert_eq!(refusal(&propose, &world.context), CertificateError::NoQuorumStep);
}

/// [A8] [COM-5] The signature covers chain, round, period, step and value.
#[test]
fn another_role_value_or_chain_is_refused() {
    let world = World::full();
    let fine = certificate(&world);
    let other = |role, value| UnverifiedCertificate {
        role,
        value,
        ..fine.clone()
    };
    for changed in [
        other(SOFT, BLOCK),
        other(Role::new(ROUND, 1, Step::Cert), BLOCK),
        other(Role::new(ROUND, 0, Step::Next(0)), BLOCK),
        other(CERT, OTHER_BLOCK),
    ] {
        assert_eq!(refusal(&changed, &world.context), CertificateError::Signature);
    }
    let bottom = refusal(&other(CERT, Value::Bottom), &world.context);
    assert_eq!(bottom, CertificateError::Bottom(CERT));
    let profile = Profile::clone(world.context.profile());
    let chain = world.other(Digest([1; 32]), ROUND, SEED, profile.clone());
    assert_eq!(refusal(&fine, &chain), CertificateError::Signature);
    // In a full committee nobody draws: the seed is of no account.
    let seed = world.other(CHAIN, ROUND, Digest([1; 32]), profile);
    assert!(fine.verify(&seed).is_ok());
}

/// [COM-5] [SEED-5] Proofs are for the round's chain, seed and role.
#[test]
fn proofs_of_another_draw_are_refused() {
    let world = World::quota();
    let fine = certificate(&world);
    let profile = Profile::clone(world.context.profile());
    let is_proof = |error| {
        matches!(
            error,
            CertificateError::Proof {
                cause: VrfError::BadProof,
                ..
            }
        )
    };
    assert!(is_proof(refusal(
        &fine,
        &world.other(CHAIN, ROUND, Digest([1; 32]), profile.clone())
    )));
    // What the signature covers too is refused for its sake, before any proof is looked at.
    let chain = world.other(Digest([1; 32]), ROUND, SEED, profile);
    assert_eq!(refusal(&fine, &chain), CertificateError::Signature);
    let mut later = fine;
    later.role.period = 1;
    assert_eq!(refusal(&later, &world.context), CertificateError::Signature);
}

/// [COM-5] The threshold is met to the seat: one more and the same certificate is refused.
#[test]
fn one_seat_short_is_refused() {
    for world in [World::quota(), World::binomial()] {
        let fine = certificate(&world);
        let weight = fine.verify(&world.context).unwrap().weight();
        let seats = u64::try_from(weight).unwrap();
        assert!(fine.verify(&world.with_threshold(seats)).is_ok());
        let expected = CertificateError::BelowThreshold {
            weight,
            threshold: weight + 1,
        };
        assert_eq!(refusal(&fine, &world.with_threshold(seats + 1)), expected);
    }
}

/// [COM-2] Two of four equal members are no quorum, three are.
#[test]
fn two_of_four_are_refused() {
    let world = World::full();
    let votes = world.votes(CERT, BLOCK);
    assert_eq!(assemble(&world.context, CERT, BLOCK, &votes[..2]), None);
    let mut fine = certificate(&world);
    fine.signers = longer(&set([0, 1]), 4);
    fine.proven = SignerSet::empty(4);
    fine.signature = signature_of(&world, CERT, &BLOCK, &fine.signers);
    let expected = CertificateError::BelowThreshold {
        weight: 2,
        threshold: 3,
    };
    assert_eq!(refusal(&fine, &world.context), expected);
}

/// [A6] [COM-5] [ENC-2] Sets of another length than the electorate's, or with a bit past its end.
#[test]
fn sets_that_do_not_fit_the_electorate_are_refused() {
    let world = World::quota();
    let fine = certificate(&world);
    for members in [8, 17, 200] {
        let signers = UnverifiedCertificate {
            signers: SignerSet::empty(members),
            ..fine.clone()
        };
        assert_eq!(refusal(&signers, &world.context), CertificateError::SetLength);
        let proven = UnverifiedCertificate {
            proven: SignerSet::empty(members),
            ..fine.clone()
        };
        assert_eq!(refusal(&proven, &world.context), CertificateError::SetLength);
    }
    for index in 12..16 {
        let mut past = fine.clone();
        past.signers.insert(index);
        assert_eq!(refusal(&past, &world.context), CertificateError::SetLength);
        let mut past = fine.clone();
        past.proven.insert(index);
        assert_eq!(refusal(&past, &world.context), CertificateError::SetLength);
    }
}

/// [COM-5] As many proofs as proven signers, and only of signers.
#[test]
fn proofs_that_do_not_match_the_proven_are_refused() {
    let world = World::quota();
    let fine = certificate(&world);
    let mut missing = fine.clone();
    missing.proofs.pop();
    let mut twice = fine.clone();
    twice.proofs.push(fine.proofs[0].clone());
    let mut none = fine.clone();
    none.proofs.clear();
    let mut stranger = fine.clone();
    let outside = (0..12).find(|index| !fine.signers.contains(*index)).unwrap();
    stranger.proven.insert(outside);
    stranger.proofs.push(short_proof(&world, CERT, outside));
    for wrong in [missing, twice, none, stranger] {
        assert_eq!(refusal(&wrong, &world.context), CertificateError::Proofs);
    }
}

/// [A6] [COM-5] Proofs stand in the order of the indices, each for its own signer.
#[test]
fn proofs_out_of_order_or_of_others_are_refused() {
    let world = World::quota();
    let fine = certificate(&world);
    let first = fine.proven.iter().next().unwrap();
    let expected = CertificateError::Proof {
        signer: first,
        cause: VrfError::BadProof,
    };
    let mut swapped = fine.clone();
    swapped.proofs.swap(0, 1);
    assert_eq!(refusal(&swapped, &world.context), expected);
    let mut doubled = fine.clone();
    doubled.proofs[0] = fine.proofs[1].clone();
    assert_eq!(refusal(&doubled, &world.context), expected);
}

/// [COM-5] A signer that shows no seat, and a proof that wins none, make the whole certificate invalid, whatever the
/// others weigh.
#[test]
fn a_signer_without_a_seat_is_refused() {
    let world = World::quota();
    let voters: Vec<u32> = world.votes(CERT, BLOCK).iter().map(|vote| vote.voter()).collect();
    let absent = (0..12).find(|index| !voters.contains(index)).unwrap();
    let mut unproven = certificate(&world);
    unproven.signers.insert(absent);
    unproven.signature = signature_of(&world, CERT, &BLOCK, &unproven.signers);
    assert_eq!(
        refusal(&unproven, &world.context),
        CertificateError::NoSeat(absent)
    );
    let proof = short_proof(&world, CERT, absent);
    let place = unproven.proven.iter().filter(|index| *index < absent).count();
    unproven.proofs.insert(place, proof);
    unproven.proven.insert(absent);
    assert_eq!(
        refusal(&unproven, &world.context),
        CertificateError::NoSeat(absent)
    );
}

/// [COM-5] A losing proof of a holder of guaranteed seats is no ornament either.
#[test]
fn a_losing_proof_beside_guaranteed_seats_is_refused() {
    let world = World::quota();
    let mut padded = certificate(&world);
    let votes = world.votes(CERT, BLOCK);
    let loser = votes.iter().find(|vote| vote.drawn() == 0).unwrap().voter();
    let place = padded.proven.iter().filter(|index| *index < loser).count();
    padded.proofs.insert(place, short_proof(&world, CERT, loser));
    padded.proven.insert(loser);
    assert_eq!(refusal(&padded, &world.context), CertificateError::NoSeat(loser));
}

/// [A3] [A8] [COM-5] [COM-6] A signature that is no point, the identity, one signer's only, or one more than the set
/// names.
#[test]
fn a_signature_of_others_is_refused() {
    let world = World::quota();
    let fine = certificate(&world);
    let votes = world.votes(CERT, BLOCK);
    let mut identity = [0; 48];
    identity[0] = 0xc0;
    let everyone = set(0..12);
    let wrong = [
        [0; 48],
        [0xff; 48],
        identity,
        votes[0].signature().to_bytes(),
        signature_of(&world, CERT, &BLOCK, &everyone),
        signature_of(&world, CERT, &OTHER_BLOCK, &fine.signers),
    ];
    for signature in wrong {
        let forged = UnverifiedCertificate {
            signature,
            ..fine.clone()
        };
        assert_eq!(refusal(&forged, &world.context), CertificateError::Signature);
    }
}

/// [COM-5] Certificates from different votes differ, and any that reaches the threshold is valid, minimal or not.
#[test]
fn any_set_of_signers_that_reaches_the_threshold_is_valid() {
    let world = World::quota();
    let votes = world.votes(CERT, BLOCK);
    let fine = certificate(&world);
    let unused = votes
        .iter()
        .find(|vote| vote.drawn() > 0 && !fine.proven.contains(vote.voter()));
    let unused = unused.unwrap().voter();
    let mut larger = fine.clone();
    let place = fine.proven.iter().filter(|index| *index < unused).count();
    larger.proofs.insert(place, short_proof(&world, CERT, unused));
    larger.proven.insert(unused);
    larger.signers.insert(unused);
    larger.signature = signature_of(&world, CERT, &BLOCK, &larger.signers);
    let weight = larger.verify(&world.context).unwrap().weight();
    assert_eq!(weight, fine.verify(&world.context).unwrap().weight() + 1);
    assert_ne!(larger.digest(), fine.digest());
}
