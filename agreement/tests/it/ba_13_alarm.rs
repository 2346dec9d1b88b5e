//! [BA-13] What raises the alarm, what does not, and what follows.

use klero_agreement::committee::{Role, Step, Value};
use klero_agreement::{Agreement, Alarm, Input, Output, RoundStart};

use crate::world::{A, B, ROUND, Watched, World, block, casts, proposes, relays, role};

const BOTTOM: Value = Value::Bottom;

fn quorum(world: &World, role: Role, value: Value) -> Input {
    Input::Certificate(world.certificate(&[0, 1, 2], role, value))
}

fn alarms(outputs: &[Output]) -> usize {
    outputs
        .iter()
        .filter(|output| matches!(output, Output::Alarm(_)))
        .count()
}

/// After Soft quorums for two values in period 0.
fn alarmed(world: &World) -> Watched {
    let mut node = Watched::new(world);
    node.give(quorum(world, role(0, Step::Soft), A));
    node.give(quorum(world, role(0, Step::Soft), B));
    assert!(node.machine.alarm().is_some());
    node
}

#[test]
fn two_soft_quorums_in_one_period_raise_it() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let soft = role(0, Step::Soft);
    node.votes(&world, 0..3, soft, A);
    let outputs = node.give(quorum(&world, soft, B));
    let alarm = Alarm {
        first: (soft, A),
        second: (soft, B),
    };
    assert!(outputs.contains(&Output::Alarm(alarm)));
    assert_eq!(node.machine.alarm(), Some(&alarm));
    // Both are kept, and others learn of it.
    assert!(outputs.iter().any(|output| matches!(output, Output::Keep(_))));
    assert!(relays(&outputs));
}

#[test]
fn the_second_soft_quorum_may_come_a_period_late() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(quorum(&world, role(0, Step::Soft), A));
    node.enter_period_1(&world, A);
    assert_eq!(alarms(&node.give(quorum(&world, role(0, Step::Soft), B))), 1);
}

/// Found by reading: what came by votes after the node had left the period staged nothing, and was not compared.
#[test]
fn both_soft_quorums_may_come_a_period_late() {
    let world = World::four();
    let soft = role(0, Step::Soft);
    let mut by_votes = Watched::new(&world);
    by_votes.enter_period_1(&world, BOTTOM);
    assert_eq!(alarms(&by_votes.votes(&world, 0..3, soft, A)), 0);
    let mut by_certificate = Watched {
        machine: by_votes.machine.clone(),
    };
    assert_eq!(alarms(&by_votes.votes(&world, 0..3, soft, B)), 1);
    assert_eq!(alarms(&by_certificate.give(quorum(&world, soft, B))), 1);
}

#[test]
fn two_cert_quorums_in_one_round_raise_it_whatever_their_periods() {
    let world = World::four();
    for (first, second) in [(0, 0), (0, 7), (7, 0)] {
        let mut node = Watched::new(&world);
        node.give(quorum(&world, role(first, Step::Cert), A));
        let outputs = node.give(quorum(&world, role(second, Step::Cert), B));
        assert_eq!(alarms(&outputs), 1, "{first} {second}");
    }
}

#[test]
fn counted_votes_raise_it_as_certificates_do() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.votes(&world, 0..3, role(0, Step::Cert), A);
    assert_eq!(alarms(&node.votes(&world, 0..3, role(0, Step::Cert), B)), 1);
}

#[test]
fn next_quorums_for_a_value_and_for_none_are_normal() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(quorum(&world, role(0, Step::Next(0)), A));
    node.give(quorum(&world, role(0, Step::Next(1)), BOTTOM));
    node.give(quorum(&world, role(0, Step::Next(2)), B));
    assert_eq!(node.machine.alarm(), None);
    assert_eq!(casts(&node.deadline(0)), [(Step::Next(0), BOTTOM)]);
}

#[test]
fn soft_quorums_of_two_periods_are_normal() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(quorum(&world, role(0, Step::Soft), A));
    node.give(quorum(&world, role(1, Step::Soft), B));
    assert_eq!(node.machine.alarm(), None);
}

#[test]
fn equivocation_below_a_quorum_halts_nothing() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(Input::Validated(block(1)));
    for step in [Step::Soft, Step::Cert] {
        node.votes(&world, [0], role(0, step), B);
    }
    assert_eq!(
        casts(&node.votes(&world, 0..3, role(0, Step::Soft), A)),
        [(Step::Cert, A)]
    );
    assert_eq!(node.machine.alarm(), None);
}

#[test]
fn after_it_nothing_is_voted_or_proposed_in_this_chain() {
    let world = World::four();
    let mut node = alarmed(&world);
    let mut outputs = node.give(Input::Validated(block(1)));
    outputs.extend(node.deadline(0));
    outputs.extend(node.enter_period_1(&world, BOTTOM));
    outputs.extend(node.give(Input::Start(RoundStart::new(&world.next, 100))));
    outputs.extend(node.give(Input::Proposal(world.fresh(ROUND + 1, 0, 0, block(1)))));
    outputs.extend(node.filter());
    outputs.extend(node.deadline(0));
    assert_eq!((casts(&outputs), proposes(&outputs)), (vec![], vec![]));
    assert_eq!(node.machine.round(), ROUND + 1);
    assert!(node.machine.alarm().is_some());
}

#[test]
fn it_is_raised_once() {
    let world = World::four();
    let mut node = alarmed(&world);
    let first = node.machine.alarm().copied();
    node.give(quorum(&world, role(0, Step::Cert), A));
    assert_eq!(alarms(&node.give(quorum(&world, role(0, Step::Cert), B))), 0);
    assert_eq!(node.machine.alarm().copied(), first);
}

#[test]
fn it_survives_a_restart() {
    let world = World::four();
    let node = alarmed(&world);
    let (machine, _) = Agreement::restore(world.start(), &node.machine.snapshot()).unwrap();
    let mut again = Watched { machine };
    assert_eq!(again.machine.alarm(), node.machine.alarm());
    assert_eq!(casts(&again.deadline(0)), []);
}

/// Every member signs everything in every role, in a bad order: nothing panics, and every invariant holds.
#[test]
fn nothing_that_peers_send_stops_a_node() {
    let world = World::four();
    let steps = [
        Step::Soft,
        Step::Cert,
        Step::Next(0),
        Step::Next(1),
        Step::Next(6),
    ];
    let mut node = Watched::new(&world);
    for round in [ROUND + 1, ROUND, ROUND + 1] {
        for period in [2, 0, 1, 3] {
            for step in steps.into_iter().rev() {
                for value in [B, A] {
                    let place = Role::new(round, period, step);
                    node.votes(&world, (0..4).rev(), place, value);
                    node.give(quorum(&world, place, value));
                }
            }
            for proposer in 0..4 {
                let proposal = world.fresh(round, period, proposer, block(1));
                node.give(Input::Proposal(proposal));
                node.give(Input::Rejected(block(1)));
            }
            node.filter();
            node.deadline(0);
        }
    }
    assert!(node.machine.alarm().is_some());
    node.give(Input::Start(RoundStart::new(&world.next, 100)));
    assert_eq!(node.machine.round(), ROUND + 1);
}
