//! A whole vote with each VRF suite: from the draw to the certificate.

use std::sync::Arc;

use klero_committee::certificate::assemble;
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::vrf::{VrfError, VrfProof, VrfShortProof, VrfSuite};
use klero_committee::sampling::{Digest, SeatScheme};
use klero_committee::{
    CertificateError, Electorate, MAX_BUNDLE, MAX_MEMBERS, Member, Profile, Role, RoundContext, Signer, Step,
    UnverifiedCertificate, UnverifiedProposal, UnverifiedVote, ValidatorKeys, Vote, VoteBundle, VoteError,
    make_proposal, verify_votes,
};

use crate::world::{BLOCK, CHAIN, ENTROPY, ROUND, SEED, STAKES, World, profile, unverified};

fn suites() -> impl Iterator<Item = VrfSuite> {
    VrfSuite::ALL.into_iter().filter(|suite| suite.is_built())
}

/// The world of quota seats with keys of a suite.
fn world(suite: VrfSuite) -> World {
    let of = |index: usize| ValidatorKeys::from_seed(suite, &[index as u8; 32]).unwrap();
    let keys: Vec<ValidatorKeys> = (0..STAKES.len()).map(of).collect();
    let member = |(index, keys): (usize, &ValidatorKeys)| Member {
        id: Digest([index as u8; 32]),
        stake: STAKES[index],
        vote_key: keys.vote.public(),
        vrf_key: keys.vrf.public(),
    };
    let members = keys.iter().enumerate().map(member).collect();
    let electorate = Arc::new(Electorate::new(members).unwrap());
    let profile = Profile {
        vrf: suite,
        ..profile(SeatScheme::Quota, 40, 35)
    };
    let context = RoundContext::new(CHAIN, ROUND, SEED, electorate, Arc::new(profile)).unwrap();
    World { context, keys }
}

/// A role in which the draws reach the threshold, which takes proofs.
fn quorate(world: &World) -> Role {
    world.role_where(|role| assemble(&world.context, role, BLOCK, &world.votes(role, BLOCK)).is_some())
}

/// [COM-3] [COM-5] Votes, drawn and cast, travel as bytes, are verified together, and make a certificate that
/// travels as bytes and is verified as a whole.
#[test]
fn a_round_goes_from_draws_to_a_certificate() {
    for suite in suites() {
        let world = world(suite);
        let role = quorate(&world);
        let votes = world.votes(role, BLOCK);
        let bundle = VoteBundle::of(role, BLOCK, &votes).remove(0);
        let received = VoteBundle::decode(&bundle.encode()).unwrap().into_votes();
        let verdicts = verify_votes(&world.context, &received, &ENTROPY);
        let verified: Vec<Vote> = verdicts.into_iter().map(Result::unwrap).collect();
        assert_eq!(verified, votes);
        let made = assemble(&world.context, role, BLOCK, &verified).unwrap();
        assert!(!made.as_unverified().proofs.is_empty());
        let bytes = made.as_unverified().encode();
        let received = UnverifiedCertificate::decode(&bytes).unwrap();
        assert_eq!(received.verify(&world.context), Ok(made));
    }
}

/// [COM-7] A certificate is judged alike with its proofs in a batch and one by one, whichever proof is spoiled: by
/// another member's, by that of another role, and by bytes.
#[test]
fn a_certificate_is_judged_alike_with_and_without_a_batch() {
    for suite in suites() {
        let world = world(suite);
        let role = quorate(&world);
        let made = assemble(&world.context, role, BLOCK, &world.votes(role, BLOCK)).unwrap();
        let fine = made.as_unverified();
        assert_eq!(fine.verify_with(&world.context, &ENTROPY).as_ref(), Ok(&made));
        let other_role = world.context.input(Role::new(ROUND, 9, Step::Cert));
        for (place, index) in fine.proven.iter().enumerate() {
            let keys = &world.keys[index as usize];
            let proof = keys.prove(&other_role).unwrap();
            let elsewhere = keys.vrf.public().shorten(&other_role, &proof).unwrap();
            let mut bytes = fine.proofs[place].as_bytes().to_vec();
            bytes[20] ^= 1;
            let flipped = VrfShortProof::from_bytes(suite, &bytes).unwrap();
            let next = fine.proofs[(place + 1) % fine.proofs.len()].clone();
            for wrong in [elsewhere, flipped, next] {
                let mut spoiled = fine.clone();
                let is_other = spoiled.proofs[place] != wrong;
                spoiled.proofs[place] = wrong;
                let alone = spoiled.verify(&world.context);
                assert_eq!(alone.is_err(), is_other, "{suite} {place}");
                assert_eq!(spoiled.verify_with(&world.context, &ENTROPY), alone);
            }
        }
    }
}

/// [COM-7] One vote with the proof of another member among many.
#[test]
fn one_bad_proof_is_found_among_the_votes() {
    for suite in suites() {
        let world = world(suite);
        let role = world.role_where(|role| proven(&world, role).len() >= 3);
        let fine = proven(&world, role);
        for bad in 0..fine.len() {
            let mut votes = fine.clone();
            votes[bad].proof = fine[(bad + 1) % fine.len()].proof.clone();
            let verdicts = verify_votes(&world.context, &votes, &ENTROPY);
            for (place, verdict) in verdicts.into_iter().enumerate() {
                let expected = (place == bad).then_some(VoteError::Proof {
                    voter: votes[place].voter,
                    cause: VrfError::BadProof,
                });
                assert_eq!(verdict.err(), expected, "{suite} {bad} {place}");
            }
        }
    }
}

/// The votes of a role that carry proofs.
fn proven(world: &World, role: Role) -> Vec<UnverifiedVote> {
    let votes = world.votes(role, BLOCK);
    votes
        .iter()
        .map(unverified)
        .filter(|vote| vote.proof.is_some())
        .collect()
}

/// [B4] A proof of another suite than the electorate's keys, in a vote, a certificate and a proposal.
#[test]
fn a_proof_of_another_suite_is_refused() {
    let cause = VrfError::OtherSuite;
    for suite in suites() {
        let world = world(suite);
        let role = quorate(&world);
        for other in suites().filter(|other| *other != suite) {
            let keys = ValidatorKeys::from_seed(other, &[9; 32]).unwrap();
            let input = world.context.input(role);
            let foreign = keys.prove(&input).unwrap();
            let short = keys.vrf.public().shorten(&input, &foreign).unwrap();
            let mut vote = proven(&world, role).remove(0);
            let voter = vote.voter;
            vote.proof = Some(foreign);
            assert_eq!(world.verify(&vote), Err(VoteError::Proof { voter, cause }));
            let made = assemble(&world.context, role, BLOCK, &world.votes(role, BLOCK)).unwrap();
            let mut certificate = made.as_unverified().clone();
            certificate.proofs[0] = short;
            let refused = certificate.verify(&world.context).unwrap_err();
            assert!(matches!(refused, CertificateError::Proof { cause: found, .. } if found == cause));
        }
    }
}

/// [SORT-3] A proposal carries its proof with each suite.
#[test]
fn proposals_are_verified() {
    for suite in suites() {
        let world = world(suite);
        let made = (0_u32..).zip(&world.keys).find_map(|(proposer, keys)| {
            let block = |_: &_| Some((Digest([7; 32]), 0, proposer));
            make_proposal(&world.context, 0, proposer, keys, block)
        });
        let made = made.unwrap();
        let bytes = borsh::to_vec(made.as_unverified()).unwrap();
        let received: UnverifiedProposal = borsh::from_slice(&bytes).unwrap();
        assert_eq!(received.proof.suite(), suite);
        assert_eq!(received.verify(&world.context), Ok(made));
    }
}

/// [ENC-4] The limits of votes and certificates hold for the longest proofs of any suite, built or not.
#[test]
fn limits_hold_for_every_suite() {
    for suite in VrfSuite::ALL {
        let proof = VrfProof::from_bytes(suite, &vec![1; suite.proof_bytes()]).unwrap();
        let votes = World::quota().votes(Role::new(ROUND, 0, Step::Next(0)), BLOCK);
        let mut vote = votes[0].to_bundled();
        vote.proof = Some(proof);
        let next = Role::new(u64::MAX, u32::MAX, Step::Next(u32::MAX));
        let bundle = VoteBundle {
            role: next,
            value: BLOCK,
            votes: vec![vote; MAX_BUNDLE],
        };
        assert!(bundle.encode().len() <= VoteBundle::MAX_BYTES, "{suite}");
        let proofs = 8192 * (suite.short_proof_bytes() + 1);
        assert!(
            128 + MAX_MEMBERS / 4 + proofs <= UnverifiedCertificate::MAX_BYTES,
            "{suite}"
        );
    }
}
