//! [BA-8] A Cert quorum of any period decides.

use klero_agreement::committee::{Role, Step, Value};
use klero_agreement::{Input, Output};

use crate::world::{A, B, ROUND, Watched, World, block, casts, decided, fetches, role};

fn certificate(world: &World, period: u32) -> Input {
    Input::Certificate(world.certificate(&[0, 1, 2], role(period, Step::Cert), A))
}

#[test]
fn counted_votes_decide_when_the_body_is_held() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(Input::Held(block(1)));
    let outputs = node.votes(&world, 0..3, role(0, Step::Cert), A);
    assert_eq!(decided(&outputs), Some(block(1)));
}

#[test]
fn a_certificate_of_any_period_decides() {
    let world = World::four();
    for (present, period) in [(0, 0), (0, 9), (4, 0), (4, 3)] {
        let mut node = Watched::new(&world);
        if present > 0 {
            let next = world.certificate(&[0, 1, 2], role(present - 1, Step::Next(0)), B);
            node.give(Input::Certificate(next));
        }
        assert_eq!(node.machine.period(), present);
        node.give(Input::Held(block(1)));
        let outputs = node.give(certificate(&world, period));
        let expected = Output::Decided {
            role: Role::new(ROUND, period, Step::Cert),
            block: block(1),
        };
        assert!(outputs.contains(&expected), "{present} {period}");
    }
}

#[test]
fn without_the_body_it_is_fetched_first() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let outputs = node.give(certificate(&world, 0));
    assert_eq!((decided(&outputs), fetches(&outputs)), (None, vec![block(1)]));
    assert!(node.machine.seeks_body(&block(1)));
    assert_eq!(decided(&node.give(Input::Held(block(1)))), Some(block(1)));
}

#[test]
fn a_body_that_a_quorum_certified_need_not_be_judged() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(certificate(&world, 0));
    node.give(Input::Rejected(block(1)));
    assert_eq!(decided(&node.give(Input::Held(block(1)))), Some(block(1)));
}

#[test]
fn while_the_body_is_fetched_the_node_takes_part() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(certificate(&world, 0));
    assert_eq!(casts(&node.deadline(0)), [(Step::Next(0), Value::Bottom)]);
    node.enter_period_1(&world, B);
    assert_eq!(casts(&node.filter()), [(Step::Soft, B)]);
    // The decision is not forgotten in later periods.
    assert_eq!(decided(&node.give(Input::Held(block(1)))), Some(block(1)));
}

#[test]
fn a_round_is_decided_once() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(Input::Held(block(1)));
    node.give(certificate(&world, 0));
    assert_eq!(decided(&node.give(certificate(&world, 1))), None);
    assert_eq!(decided(&node.give(Input::Held(block(1)))), None);
}
