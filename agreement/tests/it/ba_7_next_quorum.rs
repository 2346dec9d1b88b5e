//! [BA-7] What a Next quorum does, and which bodies are kept.

use klero_agreement::committee::{Step, Value};
use klero_agreement::{Entry, Input};

use crate::world::{A, B, C, Watched, World, block, casts, decided, fetches, role};

fn certificate(world: &World, period: u32, k: u32, value: Value) -> Input {
    Input::Certificate(world.certificate(&[0, 1, 2], role(period, Step::Next(k)), value))
}

#[test]
fn a_next_quorum_of_any_k_ends_the_period() {
    let world = World::four();
    for k in [0, 3] {
        for (value, entry) in [(Value::Bottom, Entry::Bottom), (A, Entry::Carried(block(1)))] {
            let mut node = Watched::new(&world);
            node.give(certificate(&world, 0, k, value));
            assert_eq!((node.machine.period(), node.entry()), (1, entry));
        }
    }
}

#[test]
fn without_a_quorum_no_period_ends() {
    let world = World::four();
    let mut node = Watched::new(&world);
    for k in 0..3 {
        let next = role(0, Step::Next(k));
        // J seats; then one vote more, but for another value.
        node.votes(&world, 0..2, next, A);
        node.votes(&world, [2], next, Value::Bottom);
        node.deadline(k);
        assert_eq!((node.machine.period(), node.entry()), (0, Entry::RoundStart));
    }
    node.votes(&world, [2], role(0, Step::Next(2)), A);
    assert_eq!(
        (node.machine.period(), node.entry()),
        (1, Entry::Carried(block(1)))
    );
}

#[test]
fn a_next_quorum_of_a_later_period_moves_beyond_it() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(certificate(&world, 7, 0, A));
    assert_eq!(
        (node.machine.period(), node.entry()),
        (8, Entry::Carried(block(1)))
    );
}

#[test]
fn one_of_the_period_before_is_recorded_late() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    node.give(certificate(&world, 0, 2, Value::Bottom));
    let snapshot = node.machine.snapshot();
    assert_eq!(node.machine.period(), 1);
    assert_eq!(snapshot.previous_value, Some(block(1)));
    assert!(snapshot.previous_bottom);
}

#[test]
fn two_values_of_one_period_count_as_bottom() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    node.give(certificate(&world, 0, 1, B));
    let snapshot = node.machine.snapshot();
    assert_eq!(snapshot.previous_value, Some(block(1)));
    assert!(snapshot.previous_bottom);
    // It is no alarm either.
    assert_eq!(node.machine.alarm(), None);
    assert_eq!(casts(&node.filter()), []);
}

#[test]
fn one_of_a_period_long_past_changes_nothing() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(certificate(&world, 1, 0, A));
    let before = node.machine.clone();
    assert_eq!(node.give(certificate(&world, 0, 0, B)), []);
    assert!(node.machine == before);
}

#[test]
fn bodies_that_later_periods_need_are_kept() {
    let world = World::four();
    let mut node = Watched::new(&world);
    // σ(0) = B and value(0) = A.
    node.votes(&world, 0..3, role(0, Step::Soft), B);
    node.give(certificate(&world, 0, 0, A));
    // σ(1) = C.
    node.votes(&world, 0..3, role(1, Step::Soft), C);
    for number in [1, 2, 3] {
        assert!(node.machine.needs_body(&block(number)), "{number}");
    }
    assert!(!node.machine.needs_body(&block(4)));
}

#[test]
fn the_body_that_was_carried_last_is_kept_through_empty_periods() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(certificate(&world, 0, 0, A));
    for period in 1..6 {
        node.give(certificate(&world, period, 0, Value::Bottom));
        assert!(node.machine.needs_body(&block(1)));
    }
    // Until another value is carried.
    node.give(certificate(&world, 6, 0, B));
    assert!(node.machine.needs_body(&block(2)));
    assert!(!node.machine.needs_body(&block(1)));
}

#[test]
fn a_body_that_is_kept_need_not_be_fetched_again() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(Input::Validated(block(1)));
    node.give(certificate(&world, 0, 0, A));
    for period in 1..4 {
        node.give(certificate(&world, period, 0, Value::Bottom));
    }
    let cert = world.certificate(&[0, 1, 2], role(0, Step::Cert), A);
    let outputs = node.give(Input::Certificate(cert));
    assert_eq!((decided(&outputs), fetches(&outputs)), (Some(block(1)), vec![]));
}

#[test]
fn a_body_that_no_rule_needs_is_forgotten() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.votes(&world, 0..3, role(0, Step::Soft), A);
    assert!(node.machine.needs_body(&block(1)));
    node.give(certificate(&world, 0, 0, Value::Bottom));
    // σ(p − 1).
    assert!(node.machine.needs_body(&block(1)));
    node.give(certificate(&world, 1, 0, Value::Bottom));
    assert!(!node.machine.needs_body(&block(1)));
}
