//! [BA-4] Cert: once, for what is committable, and only before the first deadline.

use klero_agreement::Input;
use klero_agreement::committee::{Step, Value};

use crate::world::{A, B, ROUND, Watched, World, block, casts, decided, role};

const CERT_A: (Step, Value) = (Step::Cert, A);

fn stage(node: &mut Watched, world: &World) -> Vec<(Step, Value)> {
    casts(&node.votes(world, 0..3, role(0, Step::Soft), A))
}

fn validate(node: &mut Watched) -> Vec<(Step, Value)> {
    casts(&node.give(Input::Validated(block(1))))
}

#[test]
fn cert_is_voted_the_moment_a_staged_body_is_validated() {
    let world = World::four();
    let mut node = Watched::new(&world);
    assert_eq!(stage(&mut node, &world), []);
    assert_eq!(validate(&mut node), [CERT_A]);
}

#[test]
fn cert_is_voted_the_moment_a_validated_body_is_staged() {
    let world = World::four();
    let mut node = Watched::new(&world);
    assert_eq!(validate(&mut node), []);
    assert_eq!(stage(&mut node, &world), [CERT_A]);
}

#[test]
fn a_body_that_is_only_held_is_not_committable() {
    let world = World::four();
    let held = || Input::Held(block(1));
    let mut node = Watched::new(&world);
    assert_eq!(casts(&node.give(held())), []);
    assert_eq!(stage(&mut node, &world), []);
    let mut node = Watched::new(&world);
    assert_eq!(stage(&mut node, &world), []);
    assert_eq!(casts(&node.give(held())), []);
    assert_eq!(validate(&mut node), [CERT_A]);
}

#[test]
fn another_valid_body_is_not_committable() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(Input::Validated(block(2)));
    assert_eq!(stage(&mut node, &world), []);
}

#[test]
fn cert_is_not_voted_after_the_first_deadline() {
    let world = World::four();
    let mut node = Watched::new(&world);
    stage(&mut node, &world);
    node.deadline(0);
    assert_eq!(validate(&mut node), []);
}

#[test]
fn catching_up_in_k_ends_the_time_for_cert() {
    let world = World::four();
    let mut node = Watched::new(&world);
    stage(&mut node, &world);
    node.votes(&world, [0, 1], role(0, Step::Next(1)), B);
    assert_eq!(node.machine.k(), 1);
    assert_eq!(validate(&mut node), []);
}

#[test]
fn cert_is_voted_once() {
    let world = World::four();
    let mut node = Watched::new(&world);
    stage(&mut node, &world);
    validate(&mut node);
    assert_eq!(validate(&mut node), []);
    let fourth = node.votes(&world, [3], role(0, Step::Soft), A);
    assert_eq!(casts(&fourth), []);
}

#[test]
fn a_new_period_votes_cert_anew() {
    let world = World::four();
    let mut node = Watched::new(&world);
    stage(&mut node, &world);
    validate(&mut node);
    node.enter_period_1(&world, A);
    let staged = node.votes(&world, 0..3, role(1, Step::Soft), A);
    assert_eq!(casts(&staged), [CERT_A]);
}

/// Found in review: a driver that kept only the bodies of the lowest and the staged proposals lost one that a Soft
/// quorum chose a moment later. What the machine counts as held, its driver keeps.
#[test]
fn a_body_stays_held_when_a_lower_proposal_comes() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let ranks = world.ranks(ROUND, 0);
    let (low, high) = (ranks[0], ranks[3]);
    node.give(Input::Proposal(world.fresh(ROUND, 0, high, block(1))));
    validate(&mut node);
    node.give(Input::Proposal(world.fresh(ROUND, 0, low, block(2))));
    assert!(!node.machine.needs_body(&block(1)) && node.machine.holds(&block(1)));
    assert_eq!(stage(&mut node, &world), [CERT_A]);
    let outputs = node.votes(&world, 0..3, role(0, Step::Cert), A);
    assert_eq!(node.machine.decision(), Some(&block(1)));
    assert_eq!(decided(&outputs), Some(block(1)));
}
