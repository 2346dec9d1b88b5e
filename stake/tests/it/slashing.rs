//! What an offence costs.

use klero_stake::committee::Step;
use klero_stake::{Account, Operation, OperationError, Parameters, Unbonding};

use crate::world::{PARAMETERS, SCHEDULE, World, block, burnt, id, proven};

const fn unbond(amount: u64) -> Operation {
    Operation::Unbond { amount }
}

/// [STK-5] A conviction burns the share of the genesis, and what is left unbonds; free stake and others are not
/// touched, and the reporter gains nothing.
#[test]
fn a_conviction_burns_the_share_and_ends_the_validator() {
    let mut world = World::new(PARAMETERS, &[(100, 7), (205, 8), (100, 9)]);
    let report = world.report(2, world.equivocation(1, 1));
    assert_eq!(burnt(&world.block(&[report])), [21]);
    assert_eq!(world.registry.burnt(), 21);
    let expected = Account {
        free: 8,
        unbonding: vec![Unbonding {
            matures: 1 + 15,
            amount: 184,
        }],
        ..Account::default()
    };
    assert_eq!(world.account(1), &expected);
    assert_eq!((world.account(0).bonded, world.account(0).free), (100, 7));
    assert_eq!((world.account(2).bonded, world.account(2).free), (100, 9));
    world.run_to(10);
    let in_force = 1 + SCHEDULE.electorate_lookback();
    assert_eq!(world.history.drawing_in(in_force).index_of(&id(1)), None);
}

/// [STK-5] Who was convicted may come back with other keys, a new bond, and the same liability.
#[test]
fn a_convicted_operator_comes_back_with_other_keys() {
    let mut world = World::new(PARAMETERS, &[(100, 0), (200, 50)]);
    let report = world.report(0, world.equivocation(1, 1));
    world.block(&[report]);
    let old = Operation::Register {
        keys: proven(1, 1),
        bond: 50,
    };
    assert_eq!(world.refusal(1, old), OperationError::KeyUsed("vote"));
    let keys = proven(9, 1);
    world.perform(1, Operation::Register { keys, bond: 50 });
    // What the old keys did in another round is still to be paid for, with the new bond too.
    let report = world.report(0, world.equivocation(1, 2));
    assert_eq!(burnt(&world.block(&[report])), [(180 + 50) / 10]);
}

/// [STK-5] [C10] Unbonding and conviction in one round: in either order of operations the same is burnt and the same
/// is left.
#[test]
fn to_unbond_first_saves_nothing() {
    let outcomes = [false, true].map(|unbond_first| {
        let mut world = World::new(PARAMETERS, &[(100, 0), (205, 0)]);
        let report = world.report(0, world.equivocation(1, 1));
        let escape = world.sign(1, Operation::Leave);
        if unbond_first {
            world.block(&[escape, report]);
        } else {
            // Convicted, it runs no validator that could leave.
            assert!(world.attempt(&[report.clone(), escape]).is_err());
            world.block(&[report]);
        }
        let account = world.account(1).clone();
        (world.registry.burnt(), account.unbonding, account.validator)
    });
    assert_eq!(outcomes[0], outcomes[1]);
    assert_eq!(outcomes[0].0, 21);
    // In parts: the sum of what is bonded and unbonds is what counts, not how it is divided.
    for part in [1, 5, 77, 195] {
        let mut world = World::new(PARAMETERS, &[(100, 0), (205, 0)]);
        world.perform(1, unbond(part));
        let report = world.report(0, world.equivocation(1, 1));
        assert_eq!(burnt(&world.block(&[report])), [21]);
    }
}

/// [STK-4] [C10] Evidence in the block in which stake matures comes before: the stake is still liable. One block later
/// it is free. No genesis may have evidence live so long; the order is what is tested.
#[test]
fn evidence_comes_before_what_matures() {
    let parameters = Parameters {
        evidence_age: 13,
        ..PARAMETERS
    };
    let mut world = World::new(parameters, &[(100, 0), (205, 0)]);
    world.perform(1, Operation::Leave);
    world.run_to(15);
    let said = [(Step::Soft, block(1)), (Step::Soft, block(2))];
    // The electorate of round 4 is the genesis's.
    let report = world.report(0, world.evidence((1, 1), (4, 0), said));
    assert_eq!(burnt(&world.block(&[report])), [21]);
    let account = world.account(1);
    assert_eq!((account.free, account.unbonding_total()), (184, 0));
    // Another offence of the round finds nothing any more, which is no failure.
    let report = world.report(0, world.evidence((1, 1), (4, 1), said));
    assert_eq!(burnt(&world.block(&[report])), [0]);
    assert_eq!(world.account(1).free, 184);
}

/// [STK-4] Under parameters that a genesis may have, what had weight in a round is liable until evidence about the
/// round is too old, for whoever unbonds at the earliest moment that still votes in it.
#[test]
fn stake_is_liable_for_as_long_as_evidence_counts() {
    let lookback = SCHEDULE.electorate_lookback();
    let parameters = Parameters {
        unbonding_rounds: PARAMETERS.evidence_age + lookback + 1,
        ..PARAMETERS
    };
    assert_eq!(parameters.validate(&SCHEDULE), Ok(()));
    // Unbonds in block 3, and votes with all of it up to round 3 + K − 1.
    let offence = 3 + lookback - 1;
    let mut world = World::new(parameters, &[(100, 0), (200, 0)]);
    world.run_to(2);
    world.perform(1, unbond(190));
    world.run_to(offence + PARAMETERS.evidence_age - 1);
    let electorate = world.history.drawing_in(offence);
    assert_eq!(electorate.total(), 300);
    let report = world.report(0, world.equivocation(1, offence));
    assert_eq!(burnt(&world.block(&[report])), [20]);
}

/// [STK-5] A share is rounded up, so that the smallest stake pays; all of it is as much as there is.
#[test]
fn a_slash_takes_what_is_there() {
    for (millionths, stake, taken) in [
        (1, 1, 1),
        (1, 1_000_001, 2),
        (100_000, 19, 2),
        (1_000_000, 205, 205),
        (999_999, 1 << 62, (1 << 62) - (1 << 62) / 1_000_000),
    ] {
        let parameters = Parameters {
            slash_millionths: millionths,
            ..PARAMETERS
        };
        let mut world = World::new(parameters, &[(100, 0), (stake, 0)]);
        let report = world.report(0, world.equivocation(1, 1));
        assert_eq!(burnt(&world.block(&[report])), [taken], "{millionths} of {stake}");
    }
}

/// [STK-5] Offences one after another take their share of what the ones before have left, to the end.
#[test]
fn repeated_offences_leave_less_and_less() {
    let parameters = Parameters {
        slash_millionths: 500_000,
        ..PARAMETERS
    };
    let mut world = World::new(parameters, &[(100, 0), (10, 0)]);
    world.run_to(1);
    for (period, taken) in (0..).zip([5, 3, 1, 1, 0, 0]) {
        let said = [(Step::Soft, block(1)), (Step::Soft, block(2))];
        let report = world.report(0, world.evidence((1, 1), (1, period), said));
        assert_eq!(burnt(&world.block(&[report])), [taken]);
    }
    assert_eq!((world.registry.burnt(), world.account(1).total()), (10, 0));
}

/// [STK-5] Nobody is left to draw: the last validator is slashed, and goes on with what it has. With nothing left, the
/// electorate before stays in force.
#[test]
fn an_electorate_is_never_empty() {
    for (millionths, left) in [(100_000, 90), (1_000_000, 0)] {
        let parameters = Parameters {
            slash_millionths: millionths,
            ..PARAMETERS
        };
        let mut world = World::new(parameters, &[(100, 0), (0, 20)]);
        let report = world.report(1, world.equivocation(0, 1));
        world.block(&[report]);
        assert_eq!(world.account(0).bonded, left);
        assert_eq!(world.registry.electorate().is_ok(), left > 0);
        world.run_to(10);
        assert_eq!(
            world.history.drawing_in(10).total(),
            left.max(if left > 0 { 0 } else { 100 })
        );
    }
}

/// [STK-5] Whoever reports itself pays like anyone.
#[test]
fn an_offender_may_report_itself() {
    let mut world = World::new(PARAMETERS, &[(100, 0), (200, 5)]);
    let report = world.report(1, world.equivocation(1, 1));
    assert_eq!(burnt(&world.block(&[report])), [20]);
    let account = world.account(1);
    assert_eq!(
        (account.nonce, account.free, account.unbonding_total()),
        (1, 5, 180)
    );
}
