//! [BA-10] Which messages matter, and which are passed on.

use klero_agreement::committee::{Proposal, Role, Step, Value};
use klero_agreement::{Input, RoundStart};

use crate::world::{A, B, K_MAX, ROUND, Watched, World, block, casts, relays, role};

const BOTTOM: Value = Value::Bottom;

/// In period 3, entered for no block.
fn in_period_3(world: &World) -> Watched {
    let mut node = Watched::new(world);
    let certificate = world.certificate(&[0, 1, 2], role(2, Step::Next(0)), BOTTOM);
    node.give(Input::Certificate(certificate));
    assert_eq!(node.machine.period(), 3);
    node
}

#[test]
fn votes_of_the_neighbouring_periods_are_relevant() {
    let world = World::four();
    for step in [Step::Soft, Step::Cert, Step::Next(0)] {
        let mut node = in_period_3(&world);
        for (period, is_relevant) in [(1, false), (2, true), (3, true), (4, true), (5, false)] {
            let outputs = node.votes(&world, [0], role(period, step), A);
            assert_eq!(relays(&outputs), is_relevant, "{step:?} of {period}");
        }
    }
}

#[test]
fn votes_of_the_next_rounds_first_period_are_held() {
    let world = World::four();
    let mut node = Watched::new(&world);
    for voter in 0..3 {
        let early = node.votes(&world, [voter], Role::new(ROUND + 1, 0, Step::Soft), A);
        assert!(relays(&early));
    }
    assert_eq!(node.staged(), None);
    assert!(!relays(&node.votes(
        &world,
        [0],
        Role::new(ROUND + 1, 1, Step::Soft),
        A
    )));
    let outputs = node.give(Input::Start(RoundStart::new(&world.next, 100)));
    assert_eq!(node.staged(), Some(block(1)));
    // They were passed on when they came.
    assert!(!relays(&outputs));
}

#[test]
fn next_votes_of_the_next_round_are_held_two_highest_a_member() {
    let world = World::four();
    let next = |k| Role::new(ROUND + 1, 0, Step::Next(k));
    let mut node = Watched::new(&world);
    for k in [2, 3, 4] {
        assert!(relays(&node.votes(&world, [2, 3], next(k), BOTTOM)));
    }
    assert!(!relays(&node.votes(&world, [2], next(2), BOTTOM)));
    assert!(!relays(&node.votes(&world, [2], next(K_MAX + 1), BOTTOM)));
    // J seats of Next(4) are waiting when the round begins.
    let outputs = node.give(Input::Start(RoundStart::new(&world.next, 100)));
    assert_eq!(node.machine.k(), 4);
    assert!(casts(&outputs).contains(&(Step::Next(4), BOTTOM)));
}

#[test]
fn a_proposal_of_the_next_round_is_held_and_passed_on_while_it_is_the_lowest() {
    let world = World::four();
    let ranks = world.ranks(ROUND + 1, 0);
    let proposal = |place: usize| world.fresh(ROUND + 1, 0, ranks[place], block(place as u8 + 1));
    let mut node = Watched::new(&world);
    for (place, passed_on) in [(2, true), (3, false), (0, true), (1, false)] {
        let outputs = node.give(Input::Proposal(proposal(place)));
        assert_eq!(relays(&outputs), passed_on, "{place}");
        assert!(node.machine.needs_body(&block(place as u8 + 1)));
    }
    node.give(Input::Start(RoundStart::new(&world.next, 100)));
    assert_eq!(node.machine.lowest().map(Proposal::block), Some(&block(1)));
}

#[test]
fn of_next_votes_the_two_highest_and_those_near_the_own_k_are_kept() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let outputs = |node: &mut Watched, k| relays(&node.votes(&world, [3], role(0, Step::Next(k)), BOTTOM));
    for k in [3, 4, 6, 0, 1] {
        assert!(outputs(&mut node, k), "{k}");
    }
    // 6 and 4 are the highest, 0 and 1 are near; 3 was pushed out and is refused now.
    assert!(!outputs(&mut node, 3));
    assert!(!outputs(&mut node, 2));
    assert_eq!(node.machine.progress(Step::Next(3)).0, 0);
    for k in [0, 1, 4, 6] {
        assert_eq!(node.machine.progress(Step::Next(k)).0, 10, "{k}");
    }
}

#[test]
fn a_next_vote_beyond_k_max_is_refused() {
    let world = World::four();
    let mut node = Watched::new(&world);
    assert!(relays(&node.votes(
        &world,
        [3],
        role(0, Step::Next(K_MAX)),
        BOTTOM
    )));
    let before = node.machine.clone();
    assert_eq!(
        node.votes(&world, [3], role(0, Step::Next(K_MAX + 1)), BOTTOM),
        []
    );
    assert!(node.machine == before);
}

#[test]
fn a_proposal_is_passed_on_while_it_is_the_lowest_of_its_period() {
    let world = World::four();
    for (round, period) in [(ROUND, 3), (ROUND, 4)] {
        let ranks = world.ranks(round, period);
        let mut node = in_period_3(&world);
        for (place, passed_on) in [(2, true), (3, false), (1, true), (2, false), (0, true)] {
            let proposal = world.fresh(round, period, ranks[place], block(place as u8 + 1));
            assert_eq!(relays(&node.give(Input::Proposal(proposal))), passed_on);
        }
    }
}

#[test]
fn proposals_of_other_periods_are_dropped() {
    let world = World::four();
    let mut node = in_period_3(&world);
    for period in [0, 2, 5] {
        let proposal = world.fresh(ROUND, period, 0, block(1));
        assert_eq!(node.give(Input::Proposal(proposal)), []);
    }
}

#[test]
fn one_certificate_of_a_role_and_value_is_passed_on() {
    let world = World::four();
    for step in [Step::Soft, Step::Cert, Step::Next(2)] {
        let mut node = Watched::new(&world);
        let first = world.certificate(&[0, 1, 2], role(0, step), A);
        let second = world.certificate(&[1, 2, 3], role(0, step), A);
        assert!(relays(&node.give(Input::Certificate(first))));
        assert_eq!(node.give(Input::Certificate(second)), []);
    }
}

#[test]
fn certificates_matter_as_long_as_their_step_does() {
    let world = World::four();
    let table = [
        (Step::Soft, 2, false),
        (Step::Soft, 3, true),
        (Step::Next(0), 1, false),
        (Step::Next(0), 2, true),
        (Step::Cert, 0, true),
    ];
    for (step, period, matters) in table {
        let mut node = in_period_3(&world);
        let certificate = world.certificate(&[0, 1, 2], role(period, step), B);
        let outputs = node.give(Input::Certificate(certificate));
        assert_eq!(relays(&outputs), matters, "{step:?} of {period}");
    }
}

#[test]
fn three_bodies_are_sought_whatever_the_proposals_say() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    node.give(Input::Proposal(world.fresh(ROUND, 1, 0, block(4))));
    node.votes(&world, 0..3, role(1, Step::Soft), B);
    let cert = world.certificate(&[0, 1, 2], role(0, Step::Cert), crate::world::C);
    node.give(Input::Certificate(cert));
    let sought: Vec<u8> = (1..=5)
        .filter(|number| node.machine.seeks_body(&block(*number)))
        .collect();
    assert_eq!(sought, [1, 2, 3]);
    // That of the lowest proposal comes with it.
    assert!(node.machine.needs_body(&block(4)));
}
