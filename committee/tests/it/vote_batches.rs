//! Votes of many roles and values together: the same verdicts as one by one.

use klero_committee::sampling::bls::Purpose;
use klero_committee::{Role, Signer, Step, UnverifiedVote, Value, Vote, VoteError, verify_votes};
use proptest::prelude::*;

use crate::world::{BLOCK, CERT, ENTROPY, OTHER_BLOCK, ROUND, SOFT, World, stripped, unverified};

#[test]
fn no_votes_have_no_verdicts() {
    assert_eq!(verify_votes(&World::quota().context, &[], &ENTROPY), []);
}

/// [COM-7] One bad vote among many is singled out, and the others count.
#[test]
fn one_bad_vote_is_singled_out() {
    let world = World::quota();
    let good = world.votes(CERT, BLOCK);
    for bad in 0..good.len() {
        let mut votes: Vec<UnverifiedVote> = good.iter().map(unverified).collect();
        let (vote, voter) = (&mut votes[bad], good[bad].voter());
        let message = world.context.vote_message(CERT, &OTHER_BLOCK);
        vote.signature = world.keys[voter as usize]
            .sign(Purpose::Vote, &message)
            .to_bytes();
        let verdicts = verify_votes(&world.context, &votes, &ENTROPY);
        for (place, verdict) in verdicts.into_iter().enumerate() {
            let expected = if place == bad {
                Err(VoteError::Signature(voter))
            } else {
                Ok(good[place].clone())
            };
            assert_eq!(verdict, expected);
        }
    }
}

/// [A5] [COM-7] A sender whose signatures are wrong but add up to the right sum gains nothing.
#[test]
fn signatures_that_are_right_in_sum_only_are_refused() {
    let world = World::full();
    let mut votes: Vec<UnverifiedVote> = world.votes(CERT, BLOCK).iter().map(unverified).collect();
    let first = votes[0].signature;
    votes[0].signature = votes[1].signature;
    votes[1].signature = first;
    let verdicts = verify_votes(&world.context, &votes, &ENTROPY);
    assert_eq!(verdicts[0], Err(VoteError::Signature(0)));
    assert_eq!(verdicts[1], Err(VoteError::Signature(1)));
    assert!(verdicts[2].is_ok() && verdicts[3].is_ok());
}

/// How a vote is spoiled.
#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    Stripped,
    OtherSigner,
    OtherValue,
    NoPoint,
    ProofByte(usize),
    ProofOfOtherRole,
    UnneededProof,
    UnknownVoter,
    OtherRound,
    ProposeStep,
}

fn any_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        6 => Just(Fault::None),
        1 => Just(Fault::Stripped),
        1 => Just(Fault::OtherSigner),
        1 => Just(Fault::OtherValue),
        1 => Just(Fault::NoPoint),
        1 => (0_usize..128).prop_map(Fault::ProofByte),
        1 => Just(Fault::ProofOfOtherRole),
        1 => Just(Fault::UnneededProof),
        1 => Just(Fault::UnknownVoter),
        1 => Just(Fault::OtherRound),
        1 => Just(Fault::ProposeStep),
    ]
}

fn spoil(world: &World, vote: &Vote, fault: Fault) -> UnverifiedVote {
    let mut spoiled = unverified(vote);
    let keys = &world.keys[vote.voter() as usize];
    let sign = |index: usize, value: &Value| {
        let message = world.context.vote_message(vote.role(), value);
        world.keys[index].sign(Purpose::Vote, &message).to_bytes()
    };
    match fault {
        Fault::None => {}
        Fault::Stripped => spoiled = stripped(vote),
        Fault::OtherSigner => spoiled.signature = sign((vote.voter() as usize + 1) % 12, &vote.value()),
        Fault::OtherValue => spoiled.value = OTHER_BLOCK,
        Fault::NoPoint => spoiled.signature = [0x80; 48],
        Fault::ProofByte(place) => {
            if let Some(klero_committee::sampling::vrf::VrfProof::Sr25519(bytes)) = &mut spoiled.proof {
                bytes[place] ^= 1;
            }
        }
        Fault::ProofOfOtherRole => {
            let role = Role::new(ROUND, 9, Step::Cert);
            spoiled.proof = Some(keys.prove(&world.context.input(role)).unwrap());
        }
        Fault::UnneededProof => spoiled.proof = Some(keys.prove(&world.context.input(vote.role())).unwrap()),
        Fault::UnknownVoter => spoiled.voter = 12 + vote.voter(),
        Fault::OtherRound => spoiled.role.round += 1,
        Fault::ProposeStep => spoiled.role.step = Step::Propose,
    }
    spoiled
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    /// [COM-7] Whatever is spoiled how, all together get the verdicts that each gets alone.
    #[test]
    fn a_batch_accepts_what_one_by_one_is_accepted(
        choices in prop::collection::vec((0_usize..4, any::<prop::sample::Index>(), any_fault()), 0..24),
        entropy: [u8; 32],
    ) {
        let world = World::quota();
        let pools = [
            world.votes(CERT, BLOCK),
            world.votes(SOFT, BLOCK),
            world.votes(CERT, OTHER_BLOCK),
            world.votes(Role::new(ROUND, 3, Step::Next(2)), Value::Bottom),
        ];
        let votes: Vec<UnverifiedVote> = choices
            .iter()
            .map(|(pool, index, fault)| spoil(&world, index.get(&pools[*pool]), *fault))
            .collect();
        let together = verify_votes(&world.context, &votes, &entropy);
        let alone: Vec<_> = votes.iter().map(|vote| world.verify(vote)).collect();
        prop_assert_eq!(&together, &alone);
        for ((_, _, fault), verdict) in choices.iter().zip(&together) {
            if matches!(fault, Fault::None) {
                prop_assert!(verdict.is_ok());
            }
        }
    }
}
