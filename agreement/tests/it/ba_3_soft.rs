//! [BA-3] What Soft is for.

use klero_agreement::committee::{Step, Value};
use klero_agreement::{Input, Output};

use crate::world::{A, B, ROUND, Watched, World, block, casts, role};

const SOFT_A: [(Step, Value); 1] = [(Step::Soft, A)];
const SOFT_B: [(Step, Value); 1] = [(Step::Soft, B)];

fn fresh(world: &World, period: u32, number: u8) -> Input {
    Input::Proposal(world.fresh(ROUND, period, 0, block(number)))
}

/// In period 1 with value(0) = A and bottom(0) seen.
fn with_value_and_bottom(world: &World) -> Watched {
    let mut node = Watched::new(world);
    node.enter_period_1(world, A);
    node.votes(world, 0..3, role(0, Step::Next(1)), Value::Bottom);
    node
}

#[test]
fn nothing_is_due_before_the_filter_time() {
    let world = World::four();
    let mut node = Watched::new(&world);
    assert_eq!(casts(&node.give(fresh(&world, 0, 1))), []);
    assert_eq!(casts(&node.filter()), SOFT_A);
}

#[test]
fn a_fresh_proposal_is_voted_for_with_the_test_of_its_timestamp() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(fresh(&world, 0, 1));
    let expected = Output::Cast {
        role: role(0, Step::Soft),
        value: A,
        fresh: true,
    };
    assert_eq!(node.filter(), [expected]);
}

#[test]
fn a_carried_value_comes_before_a_fresh_proposal() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    node.give(fresh(&world, 1, 2));
    let expected = Output::Cast {
        role: role(1, Step::Soft),
        value: A,
        fresh: false,
    };
    assert_eq!(node.filter(), [expected]);
}

#[test]
fn value_with_bottom_binds_nobody() {
    let world = World::four();
    let mut node = with_value_and_bottom(&world);
    node.give(fresh(&world, 1, 2));
    assert_eq!(casts(&node.filter()), SOFT_B);
}

#[test]
fn value_with_bottom_is_voted_for_when_proposed_again() {
    let world = World::four();
    let mut node = with_value_and_bottom(&world);
    node.give(Input::Proposal(world.again(1, 0, block(1))));
    assert_eq!(casts(&node.filter()), SOFT_A);
}

#[test]
fn what_is_proposed_again_without_a_next_quorum_gets_no_vote() {
    let world = World::four();
    let mut node = with_value_and_bottom(&world);
    node.give(Input::Proposal(world.again(1, 0, block(2))));
    assert_eq!(casts(&node.filter()), []);
}

#[test]
fn after_bottom_alone_only_a_fresh_proposal_gets_a_vote() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, Value::Bottom);
    node.give(Input::Proposal(world.again(1, 0, block(1))));
    assert_eq!(casts(&node.filter()), []);
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, Value::Bottom);
    node.give(fresh(&world, 1, 2));
    assert_eq!(casts(&node.filter()), SOFT_B);
}

#[test]
fn soft_is_voted_once() {
    let world = World::four();
    let ranks = world.ranks(ROUND, 0);
    let mut node = Watched::new(&world);
    let high = world.fresh(ROUND, 0, ranks[3], block(1));
    node.give(Input::Proposal(high));
    assert_eq!(casts(&node.filter()), SOFT_A);
    let low = world.fresh(ROUND, 0, ranks[0], block(2));
    assert_eq!(casts(&node.give(Input::Proposal(low))), []);
    assert_eq!(casts(&node.filter()), []);
}

#[test]
fn a_candidate_that_comes_late_is_voted_for_before_the_first_deadline() {
    let world = World::four();
    let mut node = Watched::new(&world);
    assert_eq!(casts(&node.filter()), []);
    assert_eq!(casts(&node.give(fresh(&world, 0, 1))), SOFT_A);
}

#[test]
fn a_next_quorum_that_comes_late_is_a_candidate_too() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.votes(&world, 0..3, role(1, Step::Soft), A);
    assert_eq!(casts(&node.filter()), []);
    let late = node.votes(&world, 0..3, role(0, Step::Next(0)), A);
    assert_eq!(casts(&late), SOFT_A);
}

#[test]
fn a_candidate_after_the_first_deadline_is_not_voted_for() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.filter();
    node.deadline(0);
    assert_eq!(casts(&node.give(fresh(&world, 0, 1))), []);
}

#[test]
fn a_block_found_invalid_gets_no_vote() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(fresh(&world, 0, 1));
    node.give(Input::Rejected(block(1)));
    assert_eq!(casts(&node.filter()), []);
}

#[test]
fn the_next_lowest_takes_the_place_of_an_invalid_block() {
    let world = World::four();
    let ranks = world.ranks(ROUND, 0);
    let mut node = Watched::new(&world);
    for (proposer, number) in [(ranks[1], 2), (ranks[0], 1)] {
        node.give(Input::Proposal(world.fresh(ROUND, 0, proposer, block(number))));
    }
    node.give(Input::Rejected(block(1)));
    assert_eq!(casts(&node.filter()), SOFT_B);
}

#[test]
fn the_body_need_not_be_held() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(fresh(&world, 0, 1));
    // No input said that the body is here.
    assert_eq!(casts(&node.filter()), SOFT_A);
}
