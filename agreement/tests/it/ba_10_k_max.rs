//! [BA-10] A Next certificate beyond `k_max`: nobody votes there, so it is refused like such a vote.

use klero_agreement::Input;
use klero_agreement::committee::{Step, Value};

use crate::world::{A, B, K_MAX, Watched, World, relays, role};

fn next(world: &World, period: u32, k: u32, value: Value) -> Input {
    Input::Certificate(world.certificate(&[0, 1, 2], role(period, Step::Next(k)), value))
}

#[test]
fn a_next_certificate_beyond_k_max_moves_nobody() {
    let world = World::four();
    let mut node = Watched::new(&world);
    for k in [K_MAX + 1, u32::MAX] {
        assert_eq!(node.give(next(&world, 0, k, A)), []);
    }
    assert_eq!(node.machine.period(), 0);
    node.give(next(&world, 0, K_MAX, A));
    assert_eq!(node.machine.period(), 1);
}

#[test]
fn a_third_value_in_one_role_tells_nothing_new() {
    let world = World::four();
    let mut node = Watched::new(&world);
    for value in [A, B] {
        assert!(relays(&node.give(next(&world, 0, 2, value))));
    }
    assert_eq!(node.give(next(&world, 0, 2, Value::Bottom)), []);
    // Of another k it is one more certificate.
    assert!(relays(&node.give(next(&world, 0, 3, Value::Bottom))));
}

#[test]
fn no_period_follows_the_last() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(next(&world, u32::MAX - 1, 0, A));
    assert_eq!(node.machine.period(), u32::MAX);
    node.give(next(&world, u32::MAX, 0, A));
    assert_eq!(node.machine.period(), u32::MAX);
}
