//! [A10] Bad signatures hidden among good ones: each is found, and the one that it claims to be of is named, so that
//! whoever sent it pays. How many checks that takes is tested where the batch is split, in `klero-sampling`.

use klero_committee::sampling::SeatScheme;
use klero_committee::sampling::bls::Purpose;
use klero_committee::{Signer, UnverifiedVote, Vote, VoteError, verify_votes};
use proptest::prelude::*;

use crate::world::{BLOCK, CERT, ENTROPY, OTHER_BLOCK, World, profile, unverified};

const MEMBERS: usize = 64;

/// The votes of 64 equal members, those named with a signature on something else.
fn votes(world: &World, good: &[Vote], bad: &[usize]) -> Vec<UnverifiedVote> {
    let mut votes: Vec<UnverifiedVote> = good.iter().map(unverified).collect();
    let message = world.context.vote_message(CERT, &OTHER_BLOCK);
    for place in bad {
        let signature = world.keys[*place].sign(Purpose::Vote, &message);
        votes[*place].signature = signature.to_bytes();
    }
    votes
}

fn check(world: &World, good: &[Vote], bad: &[usize]) {
    let verdicts = verify_votes(&world.context, &votes(world, good, bad), &ENTROPY);
    assert_eq!(verdicts.len(), MEMBERS);
    for (place, verdict) in verdicts.into_iter().enumerate() {
        let expected = match bad.contains(&place) {
            true => Err(VoteError::Signature(place as u32)),
            false => Ok(good[place].clone()),
        };
        assert_eq!(verdict, expected, "{place} of {bad:?}");
    }
}

/// [A10] [COM-7] None, few, many and all bad.
#[test]
fn the_senders_of_bad_signatures_are_named() {
    let world = World::new(&[1; MEMBERS], profile(SeatScheme::Full, 40, 30));
    let good = world.votes(CERT, BLOCK);
    for bad in [
        vec![],
        vec![0],
        vec![63],
        vec![0, 63],
        (0..64).step_by(7).collect(),
        (0..64).collect(),
    ] {
        check(&world, &good, &bad);
    }
    let picks = prop::collection::btree_set(0..MEMBERS, 0..MEMBERS);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(24)
    };
    let outcome = proptest::test_runner::TestRunner::new(config).run(&picks, |bad| {
        check(&world, &good, &Vec::from_iter(bad));
        Ok(())
    });
    outcome.unwrap();
}
