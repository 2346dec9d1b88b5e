//! Blocks: what they may hold, and what a refusal leaves behind.

use klero_stake::committee::sampling::codec::Wire;
use klero_stake::{
    Account, BlockError, GenesisAccount, MAX_OPERATIONS, Operation, OperationError, Registry, RegistryError,
    SignedOperation,
};

use crate::members::members;
use crate::world::{PARAMETERS, World, id, operator, proven};

/// [STK-3] [FIN-1] One operation without effect spoils the whole block: what stands in a final block took effect.
#[test]
fn an_operation_without_effect_is_in_no_block() {
    let world = World::new(PARAMETERS, &[(100, 50), (100, 50)]);
    let fine = world.sign(0, Operation::Bond { amount: 5 });
    let spoilt = world.sign(1, Operation::Bond { amount: 51 });
    let cause = OperationError::NotEnoughFree { needed: 51, free: 50 };
    let error = BlockError::Operation { place: 1, cause };
    assert_eq!(world.attempt(&[fine, spoilt]), Err(error));
}

/// [STK-3] [ENC-4] A block takes a limited number of operations.
#[test]
fn a_block_takes_some_operations_only() {
    let mut world = World::new(PARAMETERS, &[(100, 0), (100, 0)]);
    let beat = |later| world.sign_later(0, later, Operation::Heartbeat);
    let operations: Vec<_> = (0..=MAX_OPERATIONS as u64).map(beat).collect();
    let cause = OperationError::BlockFull("operations");
    let place = MAX_OPERATIONS;
    assert_eq!(
        world.attempt(&operations),
        Err(BlockError::Operation { place, cause })
    );
    world.block(&operations[..MAX_OPERATIONS]);
    assert_eq!(world.account(0).nonce, MAX_OPERATIONS as u64);
}

/// [ENC-2] [ENC-4] Each operation is read from what it writes, and stays below the limit, with the longest keys too.
#[test]
fn operations_are_read_from_what_they_write() {
    let world = World::new(PARAMETERS, &[(100, 50), (100, 50)]);
    let evidence = world.equivocation(1, 1);
    let operations = [
        Operation::Transfer { to: id(1), amount: 5 },
        Operation::Register {
            keys: proven(9, 0),
            bond: 20,
        },
        Operation::Bond { amount: 5 },
        Operation::Unbond { amount: 5 },
        Operation::Rotate { keys: proven(8, 0) },
        Operation::Leave,
        Operation::Report { evidence },
        Operation::Heartbeat,
    ];
    for (tag, operation) in (0_u8..).zip(operations) {
        let signed = SignedOperation::sign(&operator(0), &crate::world::CHAIN, 3, operation);
        let bytes = signed.encode();
        assert_eq!(bytes[32 + 32 + 8], tag);
        // The longest VRF key and proof are those of bls12381 and sr25519.
        assert!(bytes.len() + 96 <= SignedOperation::MAX_BYTES, "{}", bytes.len());
        assert_eq!(SignedOperation::decode(&bytes), Ok(signed));
        let longer = [bytes.as_slice(), &[0]].concat();
        assert!(SignedOperation::decode(&longer).is_err());
        assert!(SignedOperation::decode(&bytes[..bytes.len() - 1]).is_err());
    }
}

/// [STK-2] A genesis gives accounts free stake beside that of the validators; together they are the supply.
#[test]
fn a_genesis_has_accounts() {
    let account = |index, free| GenesisAccount {
        operator: operator(index).public(),
        free,
    };
    let registry = Registry::with_accounts(members(&[5, 7]), &[account(3, 11), account(4, 0)]).unwrap();
    assert_eq!(
        (registry.supply(), registry.burnt(), registry.round()),
        (23, 0, 0)
    );
    assert!(registry.is_balanced());
    let expected = Account {
        free: 11,
        ..Account::default()
    };
    assert_eq!(registry.account(&id(3)), Some(&expected));
    assert_eq!(registry.accounts().len(), 4);
    let twice = Registry::with_accounts(members(&[5, 7]), &[account(3, 11), account(3, 0)]);
    assert_eq!(twice, Err(RegistryError::AccountTwice(id(3))));
    for free in [u64::MAX, 1 << 63, (1 << 63) - 11] {
        let much = Registry::with_accounts(members(&[5, 7]), &[account(3, free)]);
        assert_eq!(much, Err(RegistryError::Supply));
    }
    assert!(Registry::with_accounts(members(&[5, 7]), &[account(3, (1 << 63) - 12)]).is_ok());
}
