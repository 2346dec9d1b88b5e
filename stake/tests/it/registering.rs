//! Registering: how a fifth party becomes a validator.

use klero_stake::committee::ValidatorKeys;
use klero_stake::committee::sampling::vrf::VrfSuite;
use klero_stake::{
    KeysError, MAX_KEY_CHANGES, Operation, OperationError, Parameters, SignedOperation, Status,
};

use crate::world::{CHAIN, PARAMETERS, RULES, SCHEDULE, World, id, keys, operator, proven, proven_for};

fn register(number: u16, index: u8, bond: u64) -> Operation {
    let keys = proven(number, index);
    Operation::Register { keys, bond }
}

/// [STK-3] [STK-6] A fifth party is sent stake, registers, and is in the electorate K rounds later, with the keys and
/// the bond that it brought.
#[test]
fn a_fifth_party_joins() {
    let mut world = World::new(PARAMETERS, &[(100, 500), (100, 0), (100, 0), (100, 0)]);
    world.perform(
        0,
        Operation::Transfer {
            to: id(9),
            amount: 60,
        },
    );
    world.perform(9, register(9, 9, 40));
    assert_eq!((world.account(9).free, world.account(9).bonded), (20, 40));
    let validator = world.account(9).validator.unwrap();
    assert_eq!((validator.status, validator.last_trace), (Status::Active, 2));
    world.run_to(10);
    let lookback = SCHEDULE.electorate_lookback();
    assert_eq!(world.history.drawing_in(2 + lookback - 1).index_of(&id(9)), None);
    let electorate = world.history.drawing_in(2 + lookback);
    let member = electorate.member(electorate.index_of(&id(9)).unwrap()).unwrap();
    assert_eq!(member.stake, 40);
    assert_eq!(member.vote_key, keys(9).vote.public());
    assert_eq!(member.vrf_key, keys(9).vrf.public());
}

/// [STK-3] An account runs one validator.
#[test]
fn a_validator_does_not_register_again() {
    let world = World::new(PARAMETERS, &[(100, 500)]);
    assert_eq!(world.refusal(0, register(9, 0, 40)), OperationError::IsValidator);
}

/// [STK-3] A validator brings the least bond, and has it.
#[test]
fn a_bond_is_required() {
    let world = World::new(PARAMETERS, &[(100, 0), (0, 50)]);
    let error = OperationError::BelowMinBond { bonded: 9, least: 10 };
    assert_eq!(world.refusal(1, register(9, 1, 9)), error);
    let error = OperationError::NotEnoughFree { needed: 51, free: 50 };
    assert_eq!(world.refusal(1, register(9, 1, 51)), error);
}

/// [STK-3] Two keys cost twice the price of an entry.
#[test]
fn keys_have_their_price() {
    let parameters = Parameters {
        entry_price: 3,
        ..PARAMETERS
    };
    let mut world = World::new(parameters, &[(100, 0), (0, 50)]);
    let error = OperationError::NotEnoughFree { needed: 51, free: 50 };
    assert_eq!(world.refusal(1, register(9, 1, 45)), error);
    world.perform(1, register(9, 1, 40));
    assert_eq!((world.account(1).free, world.registry.burnt()), (4, 6));
}

/// [STK-4] [A7] No key comes twice, whoever registers it: not one of the genesis, nor one that another has registered
/// in the same block, nor one of a validator that left.
#[test]
fn a_key_is_registered_once() {
    let mut world = World::new(PARAMETERS, &[(100, 0), (0, 50), (0, 50)]);
    assert_eq!(
        world.refusal(1, register(0, 1, 20)),
        OperationError::KeyUsed("vote")
    );
    let mixed = ValidatorKeys {
        vrf: keys(0).vrf,
        vote: keys(7).vote,
    };
    let mixed = proven_for(&mixed, &CHAIN, &id(1));
    let operation = Operation::Register {
        keys: mixed,
        bond: 20,
    };
    assert_eq!(world.refusal(1, operation), OperationError::KeyUsed("VRF"));

    let (first, second) = (
        world.sign(1, register(5, 1, 20)),
        world.sign(2, register(5, 2, 20)),
    );
    assert!(world.attempt(&[first.clone(), second]).is_err());
    world.block(&[first]);
    world.perform(1, Operation::Leave);
    world.run_to(30);
    assert_eq!(world.account(1).free, 50);
    assert_eq!(
        world.refusal(1, register(5, 1, 20)),
        OperationError::KeyUsed("vote")
    );
    assert_eq!(
        world.refusal(2, register(5, 2, 20)),
        OperationError::KeyUsed("vote")
    );
    assert!(world.registry.is_vote_key_used(&keys(5).vote.public()));
    assert!(world.registry.is_vrf_key_used(&keys(5).vrf.public()));
    world.perform(1, register(6, 1, 20));
}

/// [STK-3] All validators of a chain draw with its suite.
#[test]
fn a_key_of_another_suite_is_refused() {
    let other = ValidatorKeys::from_seed(VrfSuite::Bls12381, &[1; 32]).unwrap();
    let keys = proven_for(&other, &CHAIN, &id(1));
    let operation = Operation::Register { keys, bond: 20 };
    let refused = SignedOperation::sign(&operator(1), &CHAIN, 0, operation).verify(&RULES);
    let error = KeysError::Suite {
        found: VrfSuite::Bls12381,
        expected: VrfSuite::Sr25519,
    };
    assert_eq!(refused, Err(error.into()));
}

/// [STK-3] A block takes a limited number of operations with keys, since each costs a pairing.
#[test]
fn a_block_takes_some_new_keys_only() {
    let mut balances = vec![(100, 0)];
    balances.extend([(0, 50); MAX_KEY_CHANGES + 1]);
    let mut world = World::new(PARAMETERS, &balances);
    let operations: Vec<_> = (1..=MAX_KEY_CHANGES as u8 + 1)
        .map(|index| world.sign(index, register(100 + u16::from(index), index, 20)))
        .collect();
    assert!(world.attempt(&operations).is_err());
    world.block(&operations[1..]);
}
