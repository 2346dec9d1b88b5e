//! [BA-5] What Next(k) is for.

use klero_agreement::Input;
use klero_agreement::committee::{Step, Value};

use crate::world::{A, B, Watched, World, block, casts, role};

fn next(k: u32, value: Value) -> [(Step, Value); 1] {
    [(Step::Next(k), value)]
}

#[test]
fn without_anything_next_is_for_no_block() {
    let world = World::four();
    let mut node = Watched::new(&world);
    assert_eq!(casts(&node.deadline(0)), next(0, Value::Bottom));
}

#[test]
fn a_committable_value_comes_first() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    node.votes(&world, 0..3, role(1, Step::Soft), B);
    node.give(Input::Validated(block(2)));
    assert_eq!(casts(&node.deadline(0)), next(0, B));
}

#[test]
fn a_staged_value_without_its_valid_body_is_not_voted_for() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.votes(&world, 0..3, role(0, Step::Soft), A);
    assert_eq!(casts(&node.deadline(0)), next(0, Value::Bottom));
}

#[test]
fn the_carried_value_comes_next() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    assert_eq!(casts(&node.deadline(0)), next(0, A));
}

#[test]
fn a_carried_value_with_bottom_binds_nobody() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    node.votes(&world, 0..3, role(0, Step::Next(1)), Value::Bottom);
    assert_eq!(casts(&node.deadline(0)), next(0, Value::Bottom));
}

#[test]
fn what_becomes_committable_late_is_in_the_next_k() {
    let world = World::four();
    let mut node = Watched::new(&world);
    assert_eq!(casts(&node.deadline(0)), next(0, Value::Bottom));
    node.votes(&world, 0..3, role(0, Step::Soft), A);
    node.give(Input::Validated(block(1)));
    node.votes(&world, [0, 1], role(0, Step::Next(0)), Value::Bottom);
    assert_eq!(casts(&node.deadline(1)), next(1, A));
}

#[test]
fn who_voted_cert_votes_next_for_the_same_in_every_k() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.votes(&world, 0..3, role(0, Step::Soft), A);
    assert_eq!(casts(&node.give(Input::Validated(block(1)))), [(Step::Cert, A)]);
    for k in 0..4 {
        assert_eq!(casts(&node.deadline(k)), next(k, A));
        // The others want no block.
        node.votes(&world, [2, 3], role(0, Step::Next(k)), Value::Bottom);
    }
}

#[test]
fn each_deadline_is_voted_at_once() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.deadline(0);
    assert_eq!(casts(&node.deadline(0)), []);
}
