//! [C3] Memory stays bounded by the electorate, whatever its members send [BA-10].
//!
//! Memory is measured as the length of the state written out; it grows with everything that is kept.

use klero_agreement::committee::{Role, Step, Value};
use klero_agreement::{Agreement, Input, RoundStart, check_invariants};

use crate::world::{K_MAX, ROUND, World, block, role, value};

const MESSAGES: u32 = 1_000_000;
const VALUES: u8 = 6;

/// Votes and proposals of all members in two rounds and many periods, each step up to beyond `k_max`, for many
/// values.
fn table(world: &World) -> Vec<Input> {
    let mut table = Vec::new();
    for (round, period) in (0..5)
        .map(|period| (ROUND, period))
        .chain([(ROUND + 1, 0), (ROUND + 1, 1)])
    {
        for member in 0..4 {
            let next = (0..=K_MAX + 2).map(Step::Next);
            for step in [Step::Soft, Step::Cert].into_iter().chain(next) {
                let place = Role {
                    round,
                    ..role(period, step)
                };
                for number in 0..VALUES {
                    table.push(Input::Vote(world.vote(member, place, value(number))));
                }
                if matches!(step, Step::Next(_)) {
                    table.push(Input::Vote(world.vote(member, place, Value::Bottom)));
                }
            }
            for number in 0..VALUES {
                let fresh = world.fresh(round, period, member, block(number));
                table.push(Input::Proposal(fresh));
                if period > 0 && round == ROUND {
                    table.push(Input::Proposal(world.again(period, member, block(number))));
                }
            }
        }
    }
    table
}

fn size(machine: &Agreement) -> usize {
    format!("{machine:?}").len()
}

/// A machine of four members in this round.
fn machine(world: &World, round: u64) -> Agreement {
    let start = RoundStart {
        round,
        ..world.start()
    };
    Agreement::new(start).0
}

/// Hands in messages of the table in an order that looks random; the greatest size, asked for now and then.
fn flood(machine: &mut Agreement, table: &[Input], count: u32) -> usize {
    let (mut greatest, mut state) = (0, 1_u64);
    for number in 0..count {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let place = usize::try_from(state >> 33).unwrap() % table.len();
        machine.handle(table[place].clone());
        if number % 50_000 == 0 || number + 1 == count {
            assert_eq!(check_invariants(machine), Ok(()));
            greatest = greatest.max(size(machine));
        }
    }
    greatest
}

/// What four members may occupy: in each of three periods and of the next round's first, two votes in Soft, in
/// Cert and in each of six Next steps; sixteen proposals; and as much again for the books about them.
fn bound(table: &[Input]) -> usize {
    let longest = table
        .iter()
        .map(|input| format!("{input:?}").len())
        .max()
        .unwrap();
    let votes = 4 * 4 * 2 * (2 + 6);
    let proposals = 4 * 16;
    2 * (votes + proposals) * longest
}

#[test]
fn a_million_votes_and_proposals_leave_memory_bounded() {
    let world = World::four();
    let table = table(&world);
    let mut machine = machine(&world, ROUND);
    let greatest = flood(&mut machine, &table, MESSAGES);
    assert!(greatest < bound(&table), "{greatest} of {}", bound(&table));
    // All that can be kept is kept soon; more of the same changes nothing.
    let later = flood(&mut machine, &table, 100_000);
    assert!(later <= greatest, "{later} after {greatest}");
}

#[test]
fn of_far_rounds_nothing_is_kept() {
    let world = World::four();
    let table = table(&world);
    let mut early = machine(&world, ROUND - 4);
    let empty = size(&early);
    flood(&mut early, &table, 100_000);
    assert_eq!(size(&early), empty);
    let mut late = machine(&world, ROUND + 4);
    flood(&mut late, &table, 100_000);
    assert_eq!(size(&late), size(&machine(&world, ROUND + 4)));
}

#[test]
fn of_the_next_round_its_first_period_alone_is_kept() {
    let world = World::four();
    let table = table(&world);
    let mut machine = machine(&world, ROUND - 1);
    let greatest = flood(&mut machine, &table, 100_000);
    assert!(greatest < bound(&table) / 2, "{greatest} of {}", bound(&table));
}

/// Peers choose which bodies they send; those that no rule needs make room.
#[test]
fn a_hundred_thousand_bodies_leave_memory_bounded() {
    let world = World::four();
    let mut machine = machine(&world, ROUND);
    machine.handle(Input::Certificate(world.certificate(
        &[0, 1, 2],
        role(0, Step::Soft),
        value(1),
    )));
    machine.handle(Input::Validated(block(1)));
    for number in 0..100_000_u32 {
        let mut digest = block(9);
        digest.0[..4].copy_from_slice(&number.to_be_bytes());
        let kinds = [Input::Held, Input::Validated, Input::Rejected];
        machine.handle(kinds[number as usize % 3](digest));
    }
    assert_eq!(check_invariants(&machine), Ok(()));
    assert!(size(&machine) < 200_000, "{}", size(&machine));
    // The staged body is no such body.
    assert!(machine.holds(&block(1)));
}
