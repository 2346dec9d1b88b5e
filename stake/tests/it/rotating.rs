//! New keys for a validator.

use klero_stake::{Operation, OperationError, Parameters};

use crate::world::{PARAMETERS, SCHEDULE, World, id, keys, proven};

/// [STK-3] [STK-6] New keys are in force K rounds after they were registered, and until then the old ones are: in no
/// round has the validator none.
#[test]
fn a_rotation_misses_no_round() {
    let mut world = World::new(PARAMETERS, &[(100, 0), (100, 0)]);
    world.run_to(7);
    let operation = Operation::Rotate { keys: proven(9, 1) };
    world.perform(1, operation);
    world.run_to(20);
    let in_force = 8 + SCHEDULE.electorate_lookback();
    for round in 8..=20 {
        let electorate = world.history.drawing_in(round);
        let member = electorate.member(electorate.index_of(&id(1)).unwrap()).unwrap();
        let number = if round < in_force { 1 } else { 9 };
        assert_eq!(member.vote_key, keys(number).vote.public(), "{round}");
        assert_eq!(member.vrf_key, keys(number).vrf.public(), "{round}");
        assert_eq!(member.stake, 100);
    }
}

/// [STK-3] Who runs no validator has no keys to rotate.
#[test]
fn only_validators_rotate() {
    let world = World::new(PARAMETERS, &[(100, 0), (0, 50)]);
    let operation = Operation::Rotate { keys: proven(9, 1) };
    assert_eq!(world.refusal(1, operation), OperationError::NotValidator);
}

/// [STK-4] Keys that were rotated away do not come back, for their owner neither.
#[test]
fn old_keys_do_not_come_back() {
    let mut world = World::new(PARAMETERS, &[(100, 0), (100, 0)]);
    let rotate = |number| Operation::Rotate {
        keys: proven(number, 1),
    };
    assert_eq!(world.refusal(1, rotate(1)), OperationError::KeyUsed("vote"));
    world.perform(1, rotate(9));
    world.run_to(40);
    for number in [0, 1, 9] {
        assert_eq!(world.refusal(1, rotate(number)), OperationError::KeyUsed("vote"));
    }
    world.perform(1, rotate(10));
}

/// [STK-3] Two new keys cost twice the price of an entry, and without it nothing changes.
#[test]
fn a_rotation_has_its_price() {
    let parameters = Parameters {
        entry_price: 3,
        ..PARAMETERS
    };
    let mut world = World::new(parameters, &[(100, 5), (100, 8)]);
    let error = OperationError::NotEnoughFree { needed: 6, free: 5 };
    let operation = Operation::Rotate { keys: proven(9, 0) };
    assert_eq!(world.refusal(0, operation), error);
    assert!(!world.registry.is_vote_key_used(&keys(9).vote.public()));
    let operation = Operation::Rotate { keys: proven(9, 1) };
    world.perform(1, operation);
    assert_eq!((world.account(1).free, world.registry.burnt()), (2, 6));
}
