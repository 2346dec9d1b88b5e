//! Transfers, and how accounts come into being.

use klero_stake::{Operation, OperationError, Parameters};

use crate::world::{PARAMETERS, World, id};

const fn to(index: klero_stake::committee::sampling::Digest, amount: u64) -> Operation {
    Operation::Transfer { to: index, amount }
}

/// [STK-3] A transfer moves free stake and nothing else.
#[test]
fn a_transfer_moves_free_stake() {
    let mut world = World::new(PARAMETERS, &[(100, 50), (100, 7)]);
    world.perform(0, to(id(1), 20));
    assert_eq!((world.account(0).free, world.account(0).bonded), (30, 100));
    assert_eq!((world.account(1).free, world.account(1).bonded), (27, 100));
    world.perform(0, to(id(1), 30));
    assert_eq!((world.account(0).free, world.account(1).free), (0, 57));
}

/// [STK-3] Nobody transfers more than is free, or nothing.
#[test]
fn only_what_is_free_can_be_transferred() {
    let world = World::new(PARAMETERS, &[(100, 50), (100, 7)]);
    for amount in [51, 150, u64::MAX] {
        let (needed, free) = (amount, 50);
        let error = OperationError::NotEnoughFree { needed, free };
        assert_eq!(world.refusal(0, to(id(1), amount)), error);
    }
    assert_eq!(world.refusal(0, to(id(1), 0)), OperationError::NoAmount);
}

/// [STK-3] A transfer to oneself makes nothing.
#[test]
fn a_transfer_to_oneself_changes_the_nonce_alone() {
    let mut world = World::new(PARAMETERS, &[(100, 50)]);
    let before = world.account(0).clone();
    world.perform(0, to(id(0), 50));
    let mut expected = before;
    expected.nonce = 1;
    assert_eq!(world.account(0), &expected);
}

/// [STK-3] A fifth party has an account as soon as somebody sends it something, and pays with it in the same block.
#[test]
fn a_transfer_makes_an_account() {
    let mut world = World::new(PARAMETERS, &[(100, 50)]);
    assert_eq!(world.registry.account(&id(5)), None);
    let gift = world.sign(0, to(id(5), 20));
    let forward = world.sign(5, to(id(6), 5));
    assert!(world.attempt(&[forward.clone(), gift.clone()]).is_err());
    world.block(&[gift, forward]);
    assert_eq!((world.account(5).free, world.account(5).nonce), (15, 1));
    assert_eq!((world.account(6).free, world.account(6).nonce), (5, 0));
}

/// [STK-3] A new account costs its sender the price of an entry, which is burnt; a known one costs nothing.
#[test]
fn a_new_account_has_its_price() {
    let parameters = Parameters {
        entry_price: 3,
        ..PARAMETERS
    };
    let mut world = World::new(parameters, &[(100, 50)]);
    let error = OperationError::NotEnoughFree { needed: 51, free: 50 };
    assert_eq!(world.refusal(0, to(id(5), 48)), error);
    world.perform(0, to(id(5), 40));
    assert_eq!(
        (
            world.account(0).free,
            world.account(5).free,
            world.registry.burnt()
        ),
        (7, 40, 3)
    );
    world.perform(0, to(id(5), 7));
    assert_eq!(
        (
            world.account(0).free,
            world.account(5).free,
            world.registry.burnt()
        ),
        (0, 47, 3)
    );
}

/// [STK-2] An account that gave everything away stays, so that its old operations cannot be taken again.
#[test]
fn an_empty_account_keeps_its_nonce() {
    let mut world = World::new(PARAMETERS, &[(100, 50)]);
    world.perform(0, to(id(5), 20));
    let first = world.sign(5, to(id(0), 20));
    world.block(std::slice::from_ref(&first));
    world.perform(0, to(id(5), 20));
    assert!(world.attempt(&[first]).is_err());
    assert_eq!((world.account(5).free, world.account(5).nonce), (20, 1));
}
