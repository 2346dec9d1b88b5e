//! Junk evidence by the hundred thousand.

use klero_stake::committee::Step;
use klero_stake::committee::sampling::codec::Wire;
use klero_stake::evidence::Statement;
use klero_stake::{
    BlockError, Evidence, EvidenceError, MAX_REPORTS, Operation, OperationError, Screen, SignedOperation,
    Transition,
};

use crate::world::{CHAIN, PARAMETERS, World, block, operator};

const JUNK: u32 = 100_000;
const SENDERS: u8 = 20;

fn world() -> World {
    let mut balances = vec![(100, 0), (100, 0)];
    balances.extend([(0, 10); SENDERS as usize]);
    World::new(PARAMETERS, &balances)
}

/// [C11] [STK-5] A hundred thousand reports, none of them true, from twenty accounts in every way of being wrong: as
/// many pairings as there are accounts, and not one block takes any.
#[test]
fn junk_is_cheap_to_refuse() {
    let mut world = world();
    world.run_to(1);
    let [valid, old] = [world.equivocation(1, 1), world.equivocation(1, 1)];
    let mut transition = Transition::begin(&world.registry, &world.rules, &world.history).unwrap();
    let before = transition.registry().clone();
    let mut screen = Screen::new();
    let (mut dear, mut unread, mut cheap) = (0, 0, 0);
    for number in 0..JUNK {
        let sender = 2 + (number % u32::from(SENDERS)) as u8;
        // True signatures, of another period.
        let mut evidence = valid.clone();
        evidence.period = 1 + number;
        let mut nonce = 0;
        match number / u32::from(SENDERS) % 6 {
            0 => evidence.first = evidence.second,
            1 => evidence.round = 90 + u64::from(number),
            2 => evidence.voter = 2 + number,
            3 => nonce = 1 + u64::from(number),
            _ => {}
        }
        let operation = Operation::Report { evidence };
        let mut signed = SignedOperation::sign(&operator(sender), &CHAIN, nonce, operation);
        if number / u32::from(SENDERS) % 6 == 4 {
            signed.signature[3] ^= 1;
        }
        let offered = signed
            .verify(&world.rules)
            .and_then(|verified| screen.apply(&mut transition, &verified));
        match offered.unwrap_err() {
            OperationError::Evidence(EvidenceError::Signature(_)) => dear += 1,
            OperationError::Liar(_) => unread += 1,
            _ => cheap += 1,
        }
    }
    assert_eq!(dear, u32::from(SENDERS));
    assert_eq!(dear + unread + cheap, JUNK);
    assert!(unread > JUNK / 7 && cheap > JUNK / 4);
    assert_eq!(transition.registry(), &before);
    // Whoever did not lie is still heard, in the same block.
    let report = world.report(0, valid);
    assert_eq!(screen.apply(&mut transition, &report), Ok(()));
    // The liars' other operations are taken too.
    let amount = 5;
    let to = crate::world::id(0);
    let transfer = world.sign(2, Operation::Transfer { to, amount });
    assert_eq!(screen.apply(&mut transition, &transfer), Ok(()));
    let report = world.report(2, old);
    assert!(matches!(
        screen.apply(&mut transition, &report),
        Err(OperationError::Liar(_))
    ));
}

/// [C11] A block takes some reports only, so that one of a dishonest proposer costs a validator at most one false one:
/// the rest is not looked at.
#[test]
fn a_block_takes_some_reports_only() {
    let mut world = world();
    world.run_to(3);
    let said = [(Step::Soft, block(1)), (Step::Soft, block(2))];
    let reports: Vec<_> = (0..=MAX_REPORTS as u32)
        .map(|period| {
            let evidence = world.evidence((1, 1), (3, period), said);
            world.sign_later(0, u64::from(period), Operation::Report { evidence })
        })
        .collect();
    let error = BlockError::Operation {
        place: MAX_REPORTS,
        cause: OperationError::BlockFull("reports"),
    };
    assert_eq!(world.attempt(&reports), Err(error));
    world.block(&reports[..MAX_REPORTS]);
}

/// [C11] [ENC-4] Evidence has a fixed size, whatever it says, and an operation that carries it stays below the limit.
#[test]
fn evidence_is_small() {
    let world = world();
    let largest = Statement {
        step: Step::Next(u32::MAX),
        value: block(9),
        signature: [7; 48],
    };
    let mut evidence = world.equivocation(1, 1);
    (evidence.first, evidence.second) = (largest, largest);
    assert_eq!(evidence.encode().len(), Evidence::MAX_BYTES);
    let operation = Operation::Report { evidence };
    let signed = SignedOperation::sign(&operator(0), &CHAIN, 0, operation);
    assert_eq!(signed.encode().len(), 32 + 32 + 8 + 1 + Evidence::MAX_BYTES + 64);
}
