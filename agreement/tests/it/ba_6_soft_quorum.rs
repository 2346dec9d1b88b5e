//! [BA-6] What a Soft quorum does.

use klero_agreement::committee::{Step, Value};
use klero_agreement::{Entry, Input, Output};

use crate::world::{A, B, Watched, World, block, fetches, relays, role, timers};

/// [D4] The votes come before their proposal.
#[test]
fn a_soft_quorum_of_the_present_period_stages() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.votes(&world, 0..2, role(0, Step::Soft), A);
    assert_eq!(node.staged(), None);
    let outputs = node.votes(&world, [2], role(0, Step::Soft), A);
    assert_eq!((node.machine.period(), node.staged()), (0, Some(block(1))));
    assert_eq!(fetches(&outputs), [block(1)]);
}

#[test]
fn a_certificate_stages_as_counted_votes_do() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let certificate = world.certificate(&[0, 2, 3], role(0, Step::Soft), A);
    assert!(relays(&node.give(Input::Certificate(certificate))));
    assert_eq!(node.staged(), Some(block(1)));
}

#[test]
fn a_quorum_is_acted_upon_once() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let quorums = |outputs: &[Output]| {
        outputs
            .iter()
            .filter(|it| matches!(it, Output::Quorum { .. }))
            .count()
    };
    assert_eq!(quorums(&node.votes(&world, 0..3, role(0, Step::Soft), A)), 1);
    // One vote more makes no second certificate, and fetches nothing again.
    assert_eq!(node.votes(&world, [3], role(0, Step::Soft), A), [Output::Relay]);
}

#[test]
fn a_soft_quorum_of_a_later_period_moves_and_stages() {
    let world = World::four();
    for period in [1, 9] {
        let mut node = Watched::new(&world);
        let certificate = world.certificate(&[0, 1, 2], role(period, Step::Soft), A);
        let outputs = node.give(Input::Certificate(certificate));
        assert_eq!((node.machine.period(), node.staged()), (period, Some(block(1))));
        assert_eq!(node.entry(), Entry::Staged);
        assert_eq!(timers(&outputs).len(), 2);
    }
}

#[test]
fn a_soft_quorum_of_an_earlier_period_changes_nothing() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, Value::Bottom);
    let certificate = world.certificate(&[0, 1, 2], role(0, Step::Soft), B);
    let before = node.machine.clone();
    assert_eq!(node.give(Input::Certificate(certificate)), []);
    assert!(node.machine == before);
}

#[test]
fn votes_of_an_earlier_period_stage_nothing() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, Value::Bottom);
    let outputs = node.votes(&world, 0..3, role(0, Step::Soft), B);
    assert_eq!((node.machine.period(), node.staged()), (1, None));
    assert_eq!(fetches(&outputs), []);
}
