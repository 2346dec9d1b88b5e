//! Who may speak for an account.

use klero_stake::committee::sampling::Digest;
use klero_stake::{
    BlockError, BlockInputs, Operation, OperationError, OperatorKey, SignedOperation, VerifiedOperation,
};

use crate::members::hash;
use crate::world::{CHAIN, PARAMETERS, RULES, World, id, operator};

fn transfer(amount: u64) -> Operation {
    Operation::Transfer { to: id(1), amount }
}

fn refused(operation: SignedOperation) -> OperationError {
    operation.verify(&RULES).unwrap_err()
}

/// [STK-2] An account's id is the digest of its operator key, and so nobody can have another's.
#[test]
fn an_account_is_named_by_its_operator_key() {
    let key = operator(3).public();
    assert_eq!(key.account(), hash("account", key.as_bytes()));
    let operation = SignedOperation::sign(&operator(3), &CHAIN, 0, transfer(1));
    assert_eq!(*operation.verify(&RULES).unwrap().account(), id(3));
}

/// [STK-2] What is signed: chain, operator, nonce and operation, each in its encoding.
#[test]
fn the_signature_covers_everything() {
    let original = SignedOperation::sign(&operator(0), &CHAIN, 7, transfer(5));
    let mut bytes = CHAIN.0.to_vec();
    bytes.extend(original.operator.as_bytes());
    bytes.extend(7_u64.to_le_bytes());
    bytes.push(0);
    bytes.extend(id(1).0);
    bytes.extend(5_u64.to_le_bytes());
    assert_eq!(original.message(), hash("operation", &bytes));
    let changes: [fn(&mut SignedOperation); 5] = [
        |changed| changed.operator = operator(1).public(),
        |changed| changed.nonce += 1,
        |changed| changed.operation = transfer(6),
        |changed| changed.operation = Operation::Heartbeat,
        |changed| changed.signature[40] ^= 1,
    ];
    for change in changes {
        let mut changed = original.clone();
        change(&mut changed);
        assert_eq!(refused(changed), OperationError::Signature);
    }
    assert!(original.verify(&RULES).is_ok());
}

/// [STK-2] [C15] An operation of another chain is refused, whether it says so or not.
#[test]
fn another_chains_operation_is_refused() {
    let other = Digest([1; 32]);
    let operation = SignedOperation::sign(&operator(0), &other, 0, transfer(1));
    let disguised = SignedOperation {
        chain: CHAIN,
        ..operation.clone()
    };
    assert_eq!(refused(operation), OperationError::Chain(other));
    assert_eq!(refused(disguised), OperationError::Signature);
}

/// [STK-2] A key of small order, for which one signature fits many messages, speaks for nobody: the identity, with
/// R the identity and s = 0, satisfies the equation that is not strict.
#[test]
fn a_key_of_small_order_signs_nothing() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut signature = [0; 64];
    signature[0] = 1;
    let operation = SignedOperation {
        chain: CHAIN,
        operator: OperatorKey::from_bytes(identity),
        nonce: 0,
        operation: transfer(1),
        signature,
    };
    assert_eq!(refused(operation), OperationError::Signature);
}

/// [STK-2] A second encoding of a signature, with s + the group's order, is refused.
#[test]
fn a_signature_has_one_encoding() {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut operation = SignedOperation::sign(&operator(0), &CHAIN, 0, transfer(1));
    let mut carry = 0_u16;
    for (byte, order) in operation.signature[32..].iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(order);
        *byte = carry as u8;
        carry >>= 8;
    }
    assert_eq!(carry, 0);
    assert_eq!(refused(operation), OperationError::Signature);
}

/// [STK-2] Each nonce is used once, in order: nothing is taken twice, none is left out.
#[test]
fn operations_are_taken_once_and_in_order() {
    let mut world = World::new(PARAMETERS, &[(100, 100), (100, 0)]);
    let [first, second, third] = [0, 1, 2].map(|later| world.sign_later(0, later, transfer(10 + later)));
    let refusal = |world: &World, operations: &[VerifiedOperation], place, found, expected| {
        let cause = OperationError::Nonce { found, expected };
        assert_eq!(
            world.attempt(operations),
            Err(BlockError::Operation { place, cause })
        );
    };
    refusal(&world, std::slice::from_ref(&second), 0, 1, 0);
    refusal(&world, &[first.clone(), first.clone()], 1, 0, 1);
    refusal(&world, &[first.clone(), third.clone()], 1, 2, 1);
    world.block(&[first.clone(), second.clone()]);
    refusal(&world, std::slice::from_ref(&first), 0, 0, 2);
    world.block(std::slice::from_ref(&third));
    assert_eq!((world.account(0).nonce, world.account(0).free), (3, 100 - 33));
}

/// [STK-2] Who was never sent anything has no account and asks for nothing.
#[test]
fn an_unknown_account_asks_for_nothing() {
    let world = World::new(PARAMETERS, &[(100, 100)]);
    let unknown = OperationError::UnknownAccount(id(9));
    assert_eq!(world.refusal(9, transfer(1)), unknown);
    assert_eq!(world.refusal(9, Operation::Heartbeat), unknown);
}

/// [STK-1] Blocks come one after another.
#[test]
fn a_block_of_another_round_is_refused() {
    let world = World::new(PARAMETERS, &[(100, 100)]);
    for round in [0, 2, u64::MAX] {
        let inputs = BlockInputs {
            round,
            operations: &[],
            signers: &[],
            proposer: None,
        };
        let refused = world.registry.apply_block(&world.rules, &inputs, &world.history);
        let error = BlockError::Round {
            found: round,
            expected: 1,
        };
        assert_eq!(refused, Err(error));
    }
}
