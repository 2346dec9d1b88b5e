//! One vote: by what right it speaks, and what it weighs.

use klero_committee::sampling::bls::Purpose;
use klero_committee::sampling::vrf::VrfError;
use klero_committee::{Role, Signer, Step, UnverifiedVote, Value, VoteError};

use crate::world::{BLOCK, CERT, OTHER_BLOCK, ROUND, SOFT, STAKES, World, stripped, unverified};

const LAST: u32 = STAKES.len() as u32 - 1;

/// [COM-3] What is cast verifies, with the same seats, under every scheme.
#[test]
fn a_cast_vote_verifies() {
    let worlds = [
        World::quota(),
        World::binomial(),
        World::full(),
        World::fait_accompli(),
    ];
    for world in worlds {
        let votes = world.votes(CERT, BLOCK);
        assert!(votes.len() >= 4);
        for vote in votes {
            assert_eq!(world.verify(&unverified(&vote)), Ok(vote));
        }
    }
}

/// [SEAT-1] [COM-3] Guaranteed seats count without a proof, the drawn one only with it.
#[test]
fn guaranteed_seats_need_no_proof() {
    let world = World::quota();
    let role = world.role_where(|role| world.vote(role, BLOCK, 0).unwrap().drawn() > 0);
    let vote = world.vote(role, BLOCK, 0).unwrap();
    assert_eq!((vote.guaranteed(), vote.drawn(), vote.weight()), (14, 1, 15));
    let without = world.verify(&stripped(&vote)).unwrap();
    assert_eq!(
        (without.guaranteed(), without.drawn(), without.weight()),
        (14, 0, 14)
    );
    assert_eq!(without.proof(), None);
}

/// [COM-3] Who holds no guaranteed seat and shows no proof has no vote.
#[test]
fn a_small_holder_without_a_proof_has_no_vote() {
    let world = World::quota();
    let role = world.role_where(|role| world.vote(role, BLOCK, LAST).is_some());
    let vote = world.vote(role, BLOCK, LAST).unwrap();
    assert_eq!((vote.guaranteed(), vote.drawn()), (0, 1));
    assert_eq!(world.verify(&stripped(&vote)), Err(VoteError::NoSeat(LAST)));
}

/// A vote with a proof that is right and wins nothing.
fn with_losing_proof(world: &World, voter: u32) -> UnverifiedVote {
    let role = world.role_where(|role| {
        world
            .vote(role, BLOCK, voter)
            .is_none_or(|vote| vote.drawn() == 0)
    });
    let keys = &world.keys[voter as usize];
    let signature = keys.sign(Purpose::Vote, &world.context.vote_message(role, &BLOCK));
    UnverifiedVote {
        role,
        value: BLOCK,
        voter,
        proof: Some(keys.prove(&world.context.input(role)).unwrap()),
        signature: signature.to_bytes(),
    }
}

/// [COM-3] A proof that wins nothing is refused, also from holders of guaranteed seats, and where nobody draws.
#[test]
fn a_losing_proof_is_refused() {
    for (world, voter) in [
        (World::quota(), 0),
        (World::quota(), LAST),
        (World::binomial(), LAST),
        (World::full(), 2),
    ] {
        let vote = with_losing_proof(&world, voter);
        assert_eq!(world.verify(&vote), Err(VoteError::LosingProof(voter)));
    }
}

/// [COM-3] Nobody casts what nobody would accept.
#[test]
fn without_a_seat_nothing_is_cast() {
    let world = World::quota();
    let role = with_losing_proof(&world, LAST).role;
    assert_eq!(world.vote(role, BLOCK, LAST), None);
    let beyond = klero_committee::cast_vote(&world.context, CERT, BLOCK, 12, &world.keys[0]);
    assert_eq!(beyond, None);
}

/// [SEAT-4] [COM-2] Where everyone is a member a vote weighs the voter's stake and carries no proof.
#[test]
fn in_a_full_committee_a_vote_weighs_its_stake() {
    let world = World::new(
        &[5, 10, 20],
        crate::world::profile(klero_committee::sampling::SeatScheme::Quota, 40, 30),
    );
    assert!(world.context.is_full(Step::Soft));
    let weights: Vec<_> = world
        .votes(SOFT, BLOCK)
        .iter()
        .map(|vote| vote.weight())
        .collect();
    assert_eq!(weights, [5, 10, 20]);
    assert!(world.votes(SOFT, BLOCK).iter().all(|vote| vote.proof().is_none()));
}

/// [COM-3] [COM-8] The voter is an index in the electorate of the round.
#[test]
fn an_index_beyond_the_electorate_is_refused() {
    let world = World::quota();
    for voter in [12, u32::MAX] {
        let vote = UnverifiedVote {
            voter,
            ..unverified(&world.vote(CERT, BLOCK, 0).unwrap())
        };
        assert_eq!(world.verify(&vote), Err(VoteError::UnknownVoter(voter)));
    }
}

#[test]
fn a_role_of_another_round_or_without_votes_is_refused() {
    let world = World::quota();
    for role in [
        Role::new(ROUND - 1, 0, Step::Cert),
        Role::new(ROUND + 1, 0, Step::Cert),
        Role::new(ROUND, 0, Step::Propose),
    ] {
        let vote = UnverifiedVote {
            role,
            ..unverified(&world.vote(CERT, BLOCK, 0).unwrap())
        };
        assert_eq!(world.verify(&vote), Err(VoteError::OtherRole), "{role}");
    }
}

/// [COM-1] [COM-3] What was won in one role is worth nothing in another.
#[test]
fn a_proof_of_another_role_is_refused() {
    let world = World::quota();
    let wins = |role| world.vote(role, BLOCK, 0).is_some_and(|vote| vote.drawn() > 0);
    let role = world.role_where(wins);
    let proof = unverified(&world.vote(role, BLOCK, 0).unwrap()).proof;
    let vote = UnverifiedVote {
        proof,
        ..unverified(&world.vote(CERT, BLOCK, 0).unwrap())
    };
    let refused = VoteError::Proof {
        voter: 0,
        cause: VrfError::BadProof,
    };
    assert_eq!(world.verify(&vote), Err(refused));
}

/// [COM-3] The signature covers chain, role and value, and is the voter's.
#[test]
fn a_signature_on_anything_else_is_refused() {
    let world = World::quota();
    let vote = unverified(&world.vote(CERT, BLOCK, 0).unwrap());
    let other_chain = world.other(
        klero_committee::sampling::Digest([1; 32]),
        ROUND,
        *world.context.seed(),
        klero_committee::Profile::clone(world.context.profile()),
    );
    let later = Role::new(ROUND, 1, Step::Cert);
    let messages = [
        world.context.vote_message(CERT, &OTHER_BLOCK),
        world.context.vote_message(CERT, &Value::Bottom),
        world.context.vote_message(SOFT, &BLOCK),
        world.context.vote_message(later, &BLOCK),
        other_chain.vote_message(CERT, &BLOCK),
    ];
    let keys = &world.keys[0];
    let mut signatures: Vec<[u8; 48]> = messages
        .iter()
        .map(|message| keys.sign(Purpose::Vote, message).to_bytes())
        .collect();
    let right = world.context.vote_message(CERT, &BLOCK);
    signatures.push(keys.sign(Purpose::Proposal, &right).to_bytes());
    signatures.push(world.keys[1].sign(Purpose::Vote, &right).to_bytes());
    signatures.push([0; 48]);
    signatures.push([0xff; 48]);
    for signature in signatures {
        let vote = UnverifiedVote {
            signature,
            ..vote.clone()
        };
        assert_eq!(world.verify(&vote), Err(VoteError::Signature(0)));
    }
}
