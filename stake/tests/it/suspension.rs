//! Suspension of the absent, and heartbeats.

use klero_stake::committee::Ratio;
use klero_stake::{BlockInputs, Operation, Parameters, Receipt, Status};

use crate::world::{PARAMETERS, SCHEDULE, World, id};

fn parameters(numerator: u32, denominator: u32) -> Parameters {
    Parameters {
        activity_window: 5,
        least_active_share: Ratio {
            numerator,
            denominator,
        },
        ..PARAMETERS
    }
}

fn suspended(receipts: &[Receipt]) -> Vec<u8> {
    let index = |account| (0..30).find(|index| id(*index) == account).unwrap();
    let of = |receipt: &Receipt| match receipt {
        Receipt::Suspended { account } => Some(index(*account)),
        _ => None,
    };
    receipts.iter().filter_map(of).collect()
}

/// [STK-7] A validator without a trace for the window is suspended, not a round before, and leaves the electorate K
/// rounds later; its stake stays bonded.
#[test]
fn the_absent_are_suspended() {
    let mut world = World::new(parameters(1, 2), &[(100, 0), (100, 0), (100, 0)]);
    for round in 1..=4 {
        assert_eq!(suspended(&world.block_with(&[], &[0, 1])), [], "{round}");
    }
    assert_eq!(suspended(&world.block_with(&[], &[0, 1])), [2]);
    assert_eq!(world.account(2).validator.unwrap().status, Status::Suspended);
    assert_eq!(world.account(2).bonded, 100);
    for _ in 6..=10 {
        assert_eq!(suspended(&world.block_with(&[], &[0, 1])), []);
    }
    let in_force = 5 + SCHEDULE.electorate_lookback();
    assert!(world.history.drawing_in(in_force - 1).index_of(&id(2)).is_some());
    assert_eq!(world.history.drawing_in(in_force).index_of(&id(2)), None);
}

/// [STK-7] A signature in a certificate, a final block of its own and a heartbeat each put off suspension by a window.
#[test]
fn each_trace_counts() {
    for trace in ["signer", "proposer", "heartbeat"] {
        let mut world = World::new(parameters(1, 2), &[(100, 0), (100, 0), (100, 0)]);
        for round in 1..=8_u64 {
            let operations = match (trace, round) {
                ("heartbeat", 3) => vec![world.sign(2, Operation::Heartbeat)],
                _ => Vec::new(),
            };
            let others = [id(0), id(1), id(2)];
            let inputs = BlockInputs {
                round,
                operations: &operations,
                signers: &others[..if trace == "signer" && round == 3 { 3 } else { 2 }],
                proposer: (trace == "proposer" && round == 3).then_some(id(2)),
            };
            let applied = world
                .registry
                .apply_block(&world.rules, &inputs, &world.history)
                .unwrap();
            world.registry = applied.registry;
            let expected: &[u8] = if round == 8 { &[2] } else { &[] };
            assert_eq!(suspended(&applied.receipts), expected, "{trace} {round}");
        }
    }
}

/// [STK-7] A heartbeat ends a suspension; the validator draws again K rounds later.
#[test]
fn a_heartbeat_ends_a_suspension() {
    let mut world = World::new(parameters(1, 2), &[(100, 0), (100, 0), (100, 0)]);
    for _ in 1..=9 {
        world.block_with(&[], &[0, 1]);
    }
    // A signature does not: until it is in force, a suspended validator still votes.
    world.block_with(&[], &[0, 1, 2]);
    assert_eq!(world.account(2).validator.unwrap().status, Status::Suspended);
    let heartbeat = world.sign(2, Operation::Heartbeat);
    let receipts = world.block_with(&[heartbeat], &[0, 1]);
    assert!(receipts.contains(&Receipt::Returned { account: id(2) }));
    assert_eq!(world.account(2).validator.unwrap().status, Status::Active);
    for _ in 12..=15 {
        world.block_with(&[], &[0, 1]);
    }
    let back = 11 + SCHEDULE.electorate_lookback();
    assert_eq!(world.history.drawing_in(back - 1).index_of(&id(2)), None);
    assert!(world.history.drawing_in(back).index_of(&id(2)).is_some());
}

/// [STK-7] Suspension leaves the least share of all validators' stake active, to the unit.
#[test]
fn suspension_stops_at_the_least_share() {
    // 300 of 400 are three quarters.
    for (numerator, denominator, expected) in [
        (3, 4, vec![1]),
        (751, 1000, vec![]),
        (1, 1, vec![]),
        (1, 4, vec![1]),
    ] {
        let mut world = World::new(parameters(numerator, denominator), &[(300, 0), (100, 0)]);
        for _ in 1..=4 {
            world.block_with(&[], &[0]);
        }
        assert_eq!(
            suspended(&world.block_with(&[], &[0])),
            expected,
            "{numerator}/{denominator}"
        );
    }
}

/// [STK-7] Who was absent longest goes first, of equals the lower id; one that is too large is passed over.
#[test]
fn the_longest_absent_go_first() {
    let mut world = World::new(
        parameters(6, 10),
        &[(500, 0), (100, 0), (100, 0), (100, 0), (200, 0)],
    );
    world.block_with(&[], &[0, 1, 2, 3]);
    world.block_with(&[], &[0, 1, 2]);
    world.block_with(&[], &[0]);
    // Last seen: 4 never, 3 in round 1, 1 and 2 in round 2; of 1000 may 400 go.
    world.block_with(&[], &[0]);
    assert_eq!(suspended(&world.block_with(&[], &[0])), [4]);
    assert_eq!(suspended(&world.block_with(&[], &[0])), [3]);
    let lower = if id(1) < id(2) { 1 } else { 2 };
    assert_eq!(suspended(&world.block_with(&[], &[0])), [lower]);
    assert_eq!(suspended(&world.block_with(&[], &[0])), []);

    let mut world = World::new(parameters(6, 10), &[(500, 0), (450, 0), (50, 0)]);
    for _ in 1..=4 {
        world.block_with(&[], &[0]);
    }
    assert_eq!(suspended(&world.block_with(&[], &[0])), [2]);
}

/// [STK-7] Nobody leaves a trace: suspension keeps the least share, and never empties the electorate.
#[test]
fn suspension_never_empties_the_electorate() {
    let mut world = World::new(parameters(1, u32::MAX), &[(100, 0), (100, 0), (100, 0)]);
    let gone: usize = (0..40).map(|_| suspended(&world.block(&[])).len()).sum();
    assert_eq!(gone, 2);
    assert_eq!(world.registry.electorate().unwrap().len(), 1);
}

/// [STK-7] Stake of the suspended counts as the validators' all the same: their share cannot be suspended twice.
#[test]
fn the_share_is_of_all_that_is_bonded() {
    let mut world = World::new(parameters(2, 3), &[(100, 0), (100, 0), (100, 0)]);
    for _ in 1..=30 {
        world.block_with(&[], &[0]);
    }
    let active = [1, 2].map(|index| world.account(index).validator.unwrap().status == Status::Active);
    assert_eq!(active.into_iter().filter(|active| *active).count(), 1);
    // When the suspended one leaves, all of the 200 that stay bonded are active; of those 100 would not be enough.
    let absent = if active[0] { 2 } else { 1 };
    let leave = world.sign(absent, Operation::Leave);
    world.block_with(&[leave], &[0]);
    for _ in 1..=10 {
        assert_eq!(suspended(&world.block_with(&[], &[0])), []);
    }
    assert_eq!(world.registry.electorate().unwrap().len(), 2);
}
