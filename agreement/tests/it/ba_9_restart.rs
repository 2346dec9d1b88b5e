//! [BA-9] What the log holds, and that a restart resumes exactly there.

use klero_agreement::committee::{Step, Value};
use klero_agreement::{Agreement, Entry, Input, Output, RoundStart, Snapshot, TimerKind};

use crate::world::{A, B, ROUND, Watched, World, block, casts, proposes, role, timers};

/// Through the bytes of the log and back; with what the restart asked for.
fn restart(world: &World, node: &Watched) -> (Watched, Vec<Output>) {
    let bytes = borsh::to_vec(&node.machine.snapshot()).unwrap();
    let snapshot: Snapshot = borsh::from_slice(&bytes).unwrap();
    let (machine, outputs) = Agreement::restore(world.start(), &snapshot).unwrap();
    (Watched { machine }, outputs)
}

/// A node that voted Cert for A in period 0.
fn certified(world: &World) -> Watched {
    let mut node = Watched::new(world);
    node.give(Input::Validated(block(1)));
    assert_eq!(
        casts(&node.votes(world, 0..3, role(0, Step::Soft), A)),
        [(Step::Cert, A)]
    );
    node
}

#[test]
fn a_restart_resumes_with_the_same_state() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    node.votes(&world, 0..3, role(0, Step::Next(1)), Value::Bottom);
    node.give(Input::Validated(block(2)));
    node.votes(&world, 0..3, role(1, Step::Soft), B);
    node.deadline(0);
    node.votes(&world, [0, 1], role(1, Step::Next(0)), Value::Bottom);
    node.deadline(1);
    let (again, _) = restart(&world, &node);
    assert_eq!(again.machine.snapshot(), node.machine.snapshot());
    let snapshot = again.machine.snapshot();
    assert_eq!((snapshot.round, snapshot.period, snapshot.k), (ROUND, 1, 1));
    assert_eq!(snapshot.staged, Some((block(2), true)));
    assert!(snapshot.previous_bottom && snapshot.first_deadline_passed);
}

#[test]
fn a_restart_speaks_nowhere_a_second_time() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(Input::Proposal(world.fresh(ROUND, 0, 0, block(1))));
    assert_eq!(casts(&node.filter()), [(Step::Soft, A)]);
    let (mut again, outputs) = restart(&world, &node);
    assert_eq!((proposes(&outputs), casts(&outputs)), (vec![], vec![]));
    // The other proposal comes first this time.
    again.give(Input::Proposal(world.fresh(ROUND, 0, 1, block(2))));
    assert_eq!(casts(&again.filter()), []);
}

#[test]
fn a_restart_does_not_forget_what_was_staged() {
    let world = World::four();
    let (mut again, _) = restart(&world, &certified(&world));
    for k in 0..4 {
        assert_eq!(casts(&again.deadline(k)), [(Step::Next(k), A)]);
        again.votes(&world, [2, 3], role(0, Step::Next(k)), Value::Bottom);
    }
}

#[test]
fn a_staged_value_whose_body_was_not_judged_is_not_committable_after_a_restart() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.votes(&world, 0..3, role(0, Step::Soft), A);
    let (mut again, _) = restart(&world, &node);
    assert_eq!(again.staged(), Some(block(1)));
    assert_eq!(casts(&again.give(Input::Validated(block(1)))), [(Step::Cert, A)]);
}

#[test]
fn a_restart_after_the_first_deadline_votes_no_cert() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.deadline(0);
    let (mut again, _) = restart(&world, &node);
    again.give(Input::Validated(block(1)));
    assert_eq!(casts(&again.votes(&world, 0..3, role(0, Step::Soft), A)), []);
}

#[test]
fn a_restart_still_carries_the_value_of_the_period_before() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    let (mut again, outputs) = restart(&world, &node);
    assert_eq!(
        (again.entry(), proposes(&outputs)),
        (Entry::Carried(block(1)), vec![])
    );
    again.give(Input::Proposal(world.fresh(ROUND, 1, 0, block(2))));
    assert_eq!(casts(&again.filter()), [(Step::Soft, A)]);
}

#[test]
fn the_time_of_the_present_step_starts_anew() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let (_, outputs) = restart(&world, &node);
    let from_the_start = [
        (TimerKind::Filter, 100, false),
        (TimerKind::Deadline(0), 4_000, true),
    ];
    assert_eq!(timers(&outputs), from_the_start);
    node.deadline(0);
    node.votes(&world, [0, 1], role(0, Step::Next(0)), Value::Bottom);
    node.deadline(1);
    let (_, outputs) = restart(&world, &node);
    assert_eq!(timers(&outputs), [(TimerKind::Deadline(2), 2_000, true)]);
}

#[test]
fn a_snapshot_of_another_round_resumes_nothing() {
    let world = World::four();
    let snapshot = certified(&world).machine.snapshot();
    let start = RoundStart::new(&world.next, 100);
    assert_eq!(Agreement::restore(start, &snapshot), None);
}

#[test]
fn certificates_handed_in_again_change_nothing_that_was_logged() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let next = world.certificate(&[0, 1, 2], role(0, Step::Next(0)), A);
    let soft = world.certificate(&[0, 1, 2], role(1, Step::Soft), A);
    node.give(Input::Certificate(next.clone()));
    node.give(Input::Certificate(soft.clone()));
    let (mut again, _) = restart(&world, &node);
    for certificate in [next, soft] {
        assert_eq!(casts(&again.give(Input::Certificate(certificate))), []);
    }
    assert_eq!(again.machine.snapshot(), node.machine.snapshot());
}
