//! [BA-4] [BA-5] Period 1 stages one block while the body of another, of period 0, is judged good. That is no reason for
//! Cert, nor is it that the right body is held and not judged. The verdict on the staged block is.

use klero_agreement::Input;
use klero_agreement::committee::{Step, Value};

use crate::world::{A, ROUND, Watched, World, block, casts, fetches, role};

#[test]
fn the_body_of_another_period_is_no_reason_for_cert() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(Input::Proposal(world.fresh(ROUND, 0, 1, block(2))));
    node.enter_period_1(&world, Value::Bottom);
    let staged = node.votes(&world, 0..3, role(1, Step::Soft), A);
    assert_eq!(fetches(&staged), [block(1)]);
    assert_eq!(casts(&node.give(Input::Validated(block(2)))), []);
    assert_eq!(casts(&node.give(Input::Held(block(1)))), []);
    let mut late = node.clone();
    assert_eq!(casts(&node.give(Input::Validated(block(1)))), [(Step::Cert, A)]);
    // Without the verdict the period ends with nothing.
    assert_eq!(casts(&late.deadline(0)), [(Step::Next(0), Value::Bottom)]);
}
