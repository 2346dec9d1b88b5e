//! [BA-10] How a node moves through the Next steps.

use klero_agreement::committee::{Step, Value};
use klero_agreement::{Resend, TimerKind};

use crate::world::{A, K_MAX, Watched, World, casts, resent, role, timers};

const BOTTOM: Value = Value::Bottom;

/// Two members, hence J seats, vote Next(k).
fn next_votes(node: &mut Watched, world: &World, k: u32) -> Vec<(Step, Value)> {
    casts(&node.votes(world, [2, 3], role(0, Step::Next(k)), BOTTOM))
}

/// In Next(k) of period 0.
fn in_k(world: &World, k: u32) -> Watched {
    let mut node = Watched::new(world);
    node.deadline(0);
    for step in 0..k {
        next_votes(&mut node, world, step);
        node.deadline(step + 1);
    }
    assert_eq!(node.machine.k(), k);
    node
}

#[test]
fn a_node_leaves_k_after_its_deadline_when_j_seats_spoke() {
    let world = World::four();
    let mut node = in_k(&world, 0);
    assert_eq!(next_votes(&mut node, &world, 0), []);
    let outputs = node.deadline(1);
    assert_eq!(casts(&outputs), [(Step::Next(1), BOTTOM)]);
    assert_eq!(timers(&outputs), [(TimerKind::Deadline(2), 2_000, true)]);
}

#[test]
fn with_fewer_than_j_seats_it_stays_and_sends_again() {
    let world = World::four();
    let mut node = in_k(&world, 1);
    node.votes(&world, [3], role(0, Step::Next(1)), BOTTOM);
    for _ in 0..3 {
        let outputs = node.deadline(2);
        assert_eq!((casts(&outputs), node.machine.k()), (vec![], 1));
        assert_eq!(timers(&outputs), [(TimerKind::Deadline(2), 2_000, true)]);
        assert!(resent(&outputs).contains(&Resend::OwnVotes { period: 0 }));
    }
}

#[test]
fn what_was_missing_lets_it_leave_at_once() {
    let world = World::four();
    let mut node = in_k(&world, 0);
    node.deadline(1);
    assert_eq!(node.machine.k(), 0);
    assert_eq!(next_votes(&mut node, &world, 0), [(Step::Next(1), BOTTOM)]);
    // Once only: the next deadline has to pass first.
    assert_eq!(next_votes(&mut node, &world, 1), []);
    assert_eq!(node.machine.k(), 1);
}

#[test]
fn votes_for_different_values_let_it_leave() {
    let world = World::four();
    let mut node = in_k(&world, 0);
    node.votes(&world, [2], role(0, Step::Next(0)), BOTTOM);
    node.votes(&world, [3], role(0, Step::Next(0)), A);
    assert_eq!(casts(&node.deadline(1)), [(Step::Next(1), BOTTOM)]);
}

#[test]
fn a_voters_seats_count_once_whatever_it_signed() {
    let world = World::four();
    let mut node = in_k(&world, 0);
    node.votes(&world, [3], role(0, Step::Next(0)), BOTTOM);
    node.votes(&world, [3], role(0, Step::Next(0)), A);
    assert_eq!(casts(&node.deadline(1)), []);
}

#[test]
fn j_seats_of_a_higher_k_move_a_node_there() {
    let world = World::four();
    for behind in [0, 2] {
        let mut node = in_k(&world, behind);
        let outputs = node.votes(&world, [2, 3], role(0, Step::Next(5)), BOTTOM);
        assert_eq!(node.machine.k(), 5);
        // Not for what was skipped.
        assert_eq!(casts(&outputs), [(Step::Next(5), BOTTOM)]);
        assert_eq!(timers(&outputs), [(TimerKind::Deadline(6), 8_000, true)]);
    }
}

#[test]
fn less_than_j_seats_move_nobody() {
    let world = World::four();
    let mut node = in_k(&world, 1);
    node.votes(&world, [3], role(0, Step::Next(4)), BOTTOM);
    node.votes(&world, [2], role(0, Step::Next(5)), BOTTOM);
    assert_eq!(node.machine.k(), 1);
}

#[test]
fn before_the_first_deadline_next_0_moves_nobody() {
    let world = World::four();
    let mut node = Watched::new(&world);
    assert_eq!(next_votes(&mut node, &world, 0), []);
    assert!(!node.machine.snapshot().first_deadline_passed);
}

#[test]
fn before_the_first_deadline_a_later_k_moves_a_node_past_it() {
    let world = World::four();
    let mut node = Watched::new(&world);
    assert_eq!(next_votes(&mut node, &world, 1), [(Step::Next(1), BOTTOM)]);
    assert!(node.machine.snapshot().first_deadline_passed);
    // The deadlines that were skipped are over.
    assert_eq!(casts(&node.deadline(0)), []);
    assert_eq!(casts(&node.deadline(1)), []);
}

#[test]
fn nobody_goes_beyond_k_max() {
    let world = World::four();
    let mut node = in_k(&world, K_MAX);
    next_votes(&mut node, &world, K_MAX);
    let outputs = node.deadline(K_MAX + 1);
    assert_eq!((casts(&outputs), node.machine.k()), (vec![], K_MAX));
    assert!(!resent(&outputs).is_empty());
    assert_eq!(timers(&outputs).len(), 1);
}

#[test]
fn who_lags_is_answered_once_a_step() {
    let world = World::four();
    let mut node = in_k(&world, 3);
    let own = |k| Resend::OwnVote(role(0, Step::Next(k)));
    let late = node.votes(&world, [0], role(0, Step::Next(1)), A);
    assert_eq!(resent(&late), [own(1), own(3)]);
    let second = node.votes(&world, [1], role(0, Step::Next(1)), A);
    assert_eq!(resent(&second), []);
    // The next step, be it that the node has to stay.
    node.deadline(4);
    let third = node.votes(&world, [1], role(0, Step::Next(2)), A);
    assert_eq!(resent(&third), [own(2), own(3)]);
}

#[test]
fn who_is_level_is_not_answered() {
    let world = World::four();
    let mut node = in_k(&world, 2);
    let level = node.votes(&world, [0], role(0, Step::Next(2)), A);
    assert_eq!(resent(&level), []);
}
