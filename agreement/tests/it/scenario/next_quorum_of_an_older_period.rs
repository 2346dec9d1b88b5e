//! [BA-7] A node is in period 2. Votes and a certificate that would have ended period 0 come only now, for a value that
//! is not carried. Nothing at all changes.

use klero_agreement::Input;
use klero_agreement::committee::{Step, Value};

use crate::world::{A, B, Watched, World, role};

#[test]
fn the_end_of_a_period_long_past_changes_nothing() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    node.votes(&world, 0..3, role(1, Step::Next(0)), A);
    assert_eq!(node.machine.period(), 2);
    let before = node.machine.clone();
    for value in [B, Value::Bottom] {
        let certificate = world.certificate(&[1, 2, 3], role(0, Step::Next(1)), value);
        assert_eq!(node.give(Input::Certificate(certificate)), []);
        assert_eq!(node.votes(&world, 1..4, role(0, Step::Next(1)), value), []);
    }
    assert_eq!(node.machine, before);
    // Of the period before it does.
    let certificate = world.certificate(&[1, 2, 3], role(1, Step::Next(1)), Value::Bottom);
    node.give(Input::Certificate(certificate));
    assert!(node.machine.snapshot().previous_bottom);
}
