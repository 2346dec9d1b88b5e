//! Bonding, unbonding, leaving, and when stake is free again.

use klero_stake::{MAX_UNBONDING, Operation, OperationError, Parameters, Receipt, Unbonding};

use crate::world::{PARAMETERS, SCHEDULE, World, id};

/// [STK-3] [STK-6] A bond adds to the stake that votes K rounds later.
#[test]
fn a_bond_votes_later() {
    let mut world = World::new(PARAMETERS, &[(100, 50)]);
    world.perform(0, Operation::Bond { amount: 30 });
    assert_eq!((world.account(0).free, world.account(0).bonded), (20, 130));
    world.run_to(6);
    let lookback = SCHEDULE.electorate_lookback();
    assert_eq!(world.history.drawing_in(lookback).total(), 100);
    assert_eq!(world.history.drawing_in(lookback + 1).total(), 130);
}

/// [STK-3] Who bonds or unbonds runs a validator, and moves something that is there.
#[test]
fn what_is_not_there_is_not_bonded() {
    let world = World::new(PARAMETERS, &[(100, 50), (0, 50)]);
    let bond = |amount| Operation::Bond { amount };
    let unbond = |amount| Operation::Unbond { amount };
    let error = OperationError::NotEnoughFree { needed: 51, free: 50 };
    assert_eq!(world.refusal(0, bond(51)), error);
    assert_eq!(world.refusal(0, bond(0)), OperationError::NoAmount);
    assert_eq!(world.refusal(0, unbond(0)), OperationError::NoAmount);
    for operation in [bond(1), unbond(1), Operation::Leave, Operation::Heartbeat] {
        assert_eq!(world.refusal(1, operation), OperationError::NotValidator);
    }
    // The least bond is 10.
    let error = OperationError::BelowMinBond {
        bonded: 100,
        least: 10,
    };
    for amount in [91, 100, 101, u64::MAX] {
        assert_eq!(world.refusal(0, unbond(amount)), error);
    }
}

/// [STK-4] Stake that unbonds is neither bonded nor free until `unbonding_rounds` have passed, and free then.
#[test]
fn unbonding_takes_its_time() {
    let mut world = World::new(PARAMETERS, &[(100, 0)]);
    world.run_to(2);
    world.perform(0, Operation::Unbond { amount: 40 });
    let entry = Unbonding {
        matures: 3 + 15,
        amount: 40,
    };
    for round in 3..18 {
        world.run_to(round);
        let account = world.account(0);
        assert_eq!((account.free, account.bonded), (0, 60), "{round}");
        assert_eq!(account.unbonding, [entry]);
    }
    let account = id(0);
    let receipts = world.block(&[]);
    assert_eq!(receipts, [Receipt::Matured { account, amount: 40 }]);
    assert_eq!((world.account(0).free, world.account(0).bonded), (40, 60));
    assert!(world.account(0).unbonding.is_empty());
}

/// [STK-4] What matures in a block can be spent from the next one on: a block's operations come first.
#[test]
fn what_matures_is_spent_a_block_later() {
    let mut world = World::new(PARAMETERS, &[(100, 0)]);
    world.perform(0, Operation::Unbond { amount: 40 });
    world.run_to(15);
    let spend = Operation::Transfer {
        to: id(0),
        amount: 40,
    };
    let error = OperationError::NotEnoughFree { needed: 40, free: 0 };
    assert_eq!(world.refusal(0, spend.clone()), error);
    world.run_to(16);
    world.perform(0, spend);
}

/// [STK-3] A validator that leaves is in no electorate K rounds later; its stake unbonds as any other does.
#[test]
fn who_leaves_is_no_validator() {
    let mut world = World::new(PARAMETERS, &[(100, 0), (50, 0)]);
    world.perform(1, Operation::Leave);
    let account = world.account(1).clone();
    assert_eq!(
        (account.bonded, account.unbonding_total(), account.validator),
        (0, 50, None)
    );
    world.run_to(15);
    assert_eq!(world.account(1).free, 0);
    world.run_to(16);
    assert_eq!(world.account(1).free, 50);
    let lookback = SCHEDULE.electorate_lookback();
    assert_eq!(world.history.drawing_in(16 - 15 + lookback).total(), 100);
}

/// [STK-3] An electorate is never empty: the last validator stays, and goes when another has come.
#[test]
fn the_last_validator_cannot_leave() {
    let mut world = World::new(PARAMETERS, &[(100, 0), (50, 0)]);
    let (first, second) = (world.sign(0, Operation::Leave), world.sign(1, Operation::Leave));
    assert!(world.attempt(&[first.clone(), second.clone()]).is_err());
    assert!(world.attempt(&[second, first.clone()]).is_err());
    world.block(&[first]);
    assert_eq!(world.refusal(1, Operation::Leave), OperationError::LastValidator);
}

/// [STK-4] Amounts of one block unbond together; of other blocks apart, up to a limit, so that an account keeps its
/// greatest size.
#[test]
fn amounts_unbond_apart_up_to_a_limit() {
    let parameters = Parameters {
        unbonding_rounds: 100,
        ..PARAMETERS
    };
    let mut world = World::new(parameters, &[(1000, 0)]);
    let unbond = Operation::Unbond { amount: 1 };
    for round in 0..MAX_UNBONDING {
        let pair = [0, 1].map(|later| world.sign_later(0, later, unbond.clone()));
        world.block(&pair);
        assert_eq!(world.account(0).unbonding.len(), round + 1);
    }
    assert_eq!(world.refusal(0, unbond.clone()), OperationError::TooManyUnbonding);
    world.run_to(101);
    world.perform(0, unbond);
    assert_eq!(world.account(0).free, 2 * 2);
}
