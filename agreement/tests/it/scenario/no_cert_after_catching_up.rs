//! [BA-4] [BA-5] [BA-10] A node that has waited less than its first deadline hears J in Next(2) and moves there. Then the
//! block is staged and its body comes, still before the time of the first deadline. To move was to pass it: no Cert. The
//! next vote of the node is for the block.

use klero_agreement::Input;
use klero_agreement::committee::{Step, Value};

use crate::world::{A, ROUND, Watched, World, block, casts, role};

#[test]
fn a_value_that_is_committable_after_catching_up_gets_next_and_no_cert() {
    let world = World::four();
    let committable = |node: &mut Watched| {
        let staged = node.votes(&world, 1..4, role(0, Step::Soft), A);
        let judged = node.give(Input::Validated(block(1)));
        casts(&[staged, judged].concat())
    };
    let mut node = Watched::new(&world);
    node.give(Input::Proposal(world.fresh(ROUND, 0, 0, block(1))));
    assert_eq!(casts(&node.filter()), [(Step::Soft, A)]);
    let mut behind = node.clone();
    let moved = node.votes(&world, [2, 3], role(0, Step::Next(2)), Value::Bottom);
    assert_eq!(casts(&moved), [(Step::Next(2), Value::Bottom)]);
    assert_eq!(committable(&mut node), []);
    assert_eq!(casts(&node.deadline(3)), [(Step::Next(3), A)]);
    // Who has not heard them votes Cert.
    assert_eq!(committable(&mut behind), [(Step::Cert, A)]);
}
