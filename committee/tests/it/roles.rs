//! Roles: what they are drawn for, what is signed in them, and that each has a committee of its own.

use std::collections::BTreeSet;

use klero_committee::sampling::Digest;
use klero_committee::{Role, Step, Value};

use crate::world::{BLOCK, CHAIN, OTHER_BLOCK, ROUND, SEED, STAKES, World};

/// [ENC-3] One byte for the kind and four for k.
#[test]
fn steps_have_codes_of_five_bytes() {
    let codes = [
        Step::Propose,
        Step::Soft,
        Step::Cert,
        Step::Next(0),
        Step::Next(0x0102_0304),
    ]
    .map(Step::code);
    assert_eq!(
        codes,
        [
            [0; 5],
            [1, 0, 0, 0, 0],
            [2, 0, 0, 0, 0],
            [3, 0, 0, 0, 0],
            [3, 1, 2, 3, 4]
        ]
    );
}

/// [ENC-3] One byte for the kind and the digest, zeros for ⊥.
#[test]
fn values_have_codes_of_33_bytes() {
    let mut block = [7; 33];
    block[0] = 1;
    assert_eq!(Value::Block(Digest([7; 32])).code(), block);
    assert_eq!(Value::Bottom.code(), [0; 33]);
    assert_eq!(BLOCK.block(), Some(&Digest([0xb1; 32])));
    assert_eq!(Value::Bottom.block(), None);
}

/// [ENC-3] [COM-3] What is signed is the digest of 82 bytes: chain id, round, period, step, value.
#[test]
fn messages_have_the_layout_of_the_specification() {
    let world = World::full();
    let role = Role::new(0x0102, 0x0304, Step::Next(5));
    let mut bytes = CHAIN.0.to_vec();
    bytes.extend([0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 3, 0, 0, 0, 5, 1]);
    bytes.extend([0xb1; 32]);
    assert_eq!(bytes.len(), 82);
    let vote = world.context.vote_message(role, &BLOCK);
    assert_eq!(vote.0, blake3::derive_key("klero v1 vote", &bytes));
    let proposal = world.context.proposal_message(role, &Digest([0xb1; 32]));
    assert_eq!(proposal.0, blake3::derive_key("klero v1 proposal", &bytes));
}

/// [ENC-3] Every part of role and value changes what is signed.
#[test]
fn messages_of_different_roles_and_values_differ() {
    let world = World::full();
    let mut messages = BTreeSet::new();
    let mut count = 0;
    for round in [1, 2] {
        for period in [0, 1] {
            for step in [
                Step::Propose,
                Step::Soft,
                Step::Cert,
                Step::Next(0),
                Step::Next(1),
            ] {
                for value in [Value::Bottom, BLOCK, OTHER_BLOCK, Value::Block(Digest::ZERO)] {
                    messages.insert(world.context.vote_message(Role::new(round, period, step), &value));
                    count += 1;
                }
            }
        }
    }
    assert_eq!(messages.len(), count);
}

/// [COM-1] Having drawn a seat in one step says nothing about the next: among 400 pairs of roles, a holder of half
/// a seat wins in both about as often as chance has it, a quarter of the time. The draws are fixed by the keys.
#[test]
fn a_seat_in_one_step_says_nothing_about_another() {
    let world = World::quota();
    let voter = STAKES.iter().position(|stake| *stake == 10).unwrap() as u32;
    let wins = |period, step| {
        let role = Role::new(ROUND, period, step);
        world.vote(role, BLOCK, voter).is_some()
    };
    let pairs: Vec<(bool, bool)> = (0..400)
        .map(|period| (wins(period, Step::Soft), wins(period, Step::Cert)))
        .collect();
    let soft = pairs.iter().filter(|(soft, _)| *soft).count();
    let both = pairs.iter().filter(|(soft, cert)| *soft && *cert).count();
    // q = 40 · 10 / 808 = 0.495; four standard deviations are 40 and 35.
    assert!((158..=238).contains(&soft), "{soft}");
    assert!((63..=133).contains(&both), "{both}");
}

/// [COM-1] Each k of Next has a committee of its own too.
#[test]
fn each_call_of_next_has_a_committee_of_its_own() {
    let world = World::quota();
    let committees: BTreeSet<Vec<u32>> = (0..40)
        .map(|k| {
            let votes = world.votes(Role::new(ROUND, 0, Step::Next(k)), BLOCK);
            votes.iter().map(|vote| vote.voter()).collect()
        })
        .collect();
    // Five members draw, with fractions from 0.15 to 0.99.
    assert!(committees.len() >= 8, "{}", committees.len());
    // [COM-1] Holders of guaranteed seats sit in all of them.
    assert!(
        committees
            .iter()
            .all(|committee| committee[..7] == [0, 1, 2, 3, 4, 5, 6])
    );
}

#[test]
fn roles_have_one_encoding_and_order_by_time() {
    let role = Role::new(2, 3, Step::Next(4));
    let bytes = borsh::to_vec(&role).unwrap();
    assert_eq!(bytes, [2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 3, 4, 0, 0, 0]);
    assert_eq!(borsh::from_slice::<Role>(&bytes).unwrap(), role);
    assert_eq!(borsh::to_vec(&Value::Bottom).unwrap(), [0]);
    let steps = [
        Step::Propose,
        Step::Soft,
        Step::Cert,
        Step::Next(0),
        Step::Next(1),
    ];
    assert!(steps.is_sorted());
    assert!(Role::new(1, 9, Step::Next(9)) < Role::new(2, 0, Step::Propose));
    assert_eq!(role.to_string(), "round 2 period 3 Next(4)");
}

/// [SEED-5] The seed of the context is what its committees are drawn with.
#[test]
fn another_seed_draws_other_committees() {
    let world = World::quota();
    let profile = klero_committee::Profile::clone(world.context.profile());
    let other = world.other(CHAIN, ROUND, Digest([9; 32]), profile);
    assert_eq!((*world.context.seed(), world.context.round()), (SEED, ROUND));
    assert_eq!(*world.context.chain(), CHAIN);
    let role = Role::new(ROUND, 0, Step::Soft);
    assert_ne!(world.context.input(role), other.input(role));
}
