//! What happens at the edge of the lookback.

use klero_stake::committee::Electorate;
use klero_stake::committee::sampling::bls;
use klero_stake::{History, Operation, Registry};

use crate::world::{PARAMETERS, SCHEDULE, World, id, keys, proven};

/// The round of the block in which something happens.
const EVENT: u64 = 9;

/// Operator 1's stake and vote key in a round's electorate.
fn seat(electorate: &Electorate, index: u8) -> Option<(u64, bls::PublicKey)> {
    let member = electorate.member(electorate.index_of(&id(index))?)?;
    Some((member.stake, member.vote_key))
}

/// What an event in block 9 makes of an operator's seat: the same up to round 9 + K − 1, that of afterwards from 9 + K
/// on. Three nodes see it: one that was there, one that followed all blocks later, and one that was restarted right
/// after the event.
fn changes_at_the_edge(
    index: u8,
    operation: impl Fn(&World) -> Operation,
    by: u8,
    after: Option<(u64, bls::PublicKey)>,
) {
    let balances = [(100, 100), (100, 100), (0, 100), (100, 100)];
    let mut world = World::new(PARAMETERS, &balances);
    let genesis = World::new(PARAMETERS, &balances);
    let mut later = genesis.history.clone();
    let mut registries: Vec<Registry> = Vec::new();
    let before = seat(&world.history.drawing_in(1), index);
    let mut restarted: Option<History> = None;
    for round in 1..=EVENT + 10 {
        if round == EVENT {
            let operation = operation(&world);
            world.perform(by, operation);
            restarted = Some(world.history.clone());
        } else {
            world.block(&[]);
        }
        registries.push(world.registry.clone());
        if let Some(history) = &mut restarted {
            history.record(round, &world.registry);
        }
    }
    let lookback = SCHEDULE.electorate_lookback();
    for registry in &registries {
        later.record(registry.round(), registry);
    }
    let restarted = restarted.unwrap();
    for round in [
        EVENT,
        EVENT + lookback - 1,
        EVENT + lookback,
        EVENT + lookback + 1,
    ] {
        let expected = if round < EVENT + lookback { before } else { after };
        assert_ne!(before, after);
        for history in [&world.history, &later, &restarted] {
            assert_eq!(seat(&history.drawing_in(round), index), expected, "{round}");
            assert_eq!(history.drawing_in(round), world.history.drawing_in(round));
        }
    }
}

/// [STK-6] [C9] [B1] Stake that joins: a key draws first with a seed that did not exist when it was registered.
#[test]
fn who_joins_draws_k_rounds_later() {
    let register = |_: &World| Operation::Register {
        keys: proven(9, 2),
        bond: 60,
    };
    changes_at_the_edge(2, register, 2, Some((60, keys(9).vote.public())));
}

/// [STK-6] [C9] Stake that leaves, as a whole or in part.
#[test]
fn who_leaves_draws_for_k_rounds() {
    changes_at_the_edge(1, |_| Operation::Leave, 1, None);
    let rest = Some((70, keys(1).vote.public()));
    changes_at_the_edge(1, |_| Operation::Unbond { amount: 30 }, 1, rest);
    let more = Some((130, keys(1).vote.public()));
    changes_at_the_edge(1, |_| Operation::Bond { amount: 30 }, 1, more);
}

/// [STK-6] [C9] Keys that rotate.
#[test]
fn new_keys_draw_k_rounds_later() {
    let rotate = |_: &World| Operation::Rotate { keys: proven(9, 1) };
    changes_at_the_edge(1, rotate, 1, Some((100, keys(9).vote.public())));
}

/// [STK-6] [C9] Stake that is slashed.
#[test]
fn who_is_slashed_draws_for_k_rounds() {
    let report = |world: &World| Operation::Report {
        evidence: world.equivocation(1, EVENT - 2),
    };
    changes_at_the_edge(1, report, 0, None);
}
