//! [BA-3] [BA-4] [BA-5] [BA-7] A value is carried into period 1, and the lowest proposal there is another block, whole and
//! good. The node votes for the carried value in every step and carries it into period 2. The other block gets nothing.

use klero_agreement::committee::{Step, Value};
use klero_agreement::{Entry, Input};

use crate::world::{A, B, ROUND, Watched, World, block, casts, proposes, role};

#[test]
fn the_lowest_proposal_of_another_block_changes_nothing() {
    let world = World::four();
    let lowest = world.ranks(ROUND, 1)[0];
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    node.give(Input::Proposal(world.fresh(ROUND, 1, lowest, block(2))));
    assert_eq!(
        node.machine.lowest().map(|lowest| *lowest.block()),
        Some(block(2))
    );
    assert_eq!(casts(&node.give(Input::Validated(block(2)))), []);
    assert_eq!(casts(&node.filter()), [(Step::Soft, A)]);
    assert_eq!(casts(&node.deadline(0)), [(Step::Next(0), A)]);
    // Two members that entered by ⊥ want the other block.
    node.votes(&world, [2, 3], role(1, Step::Soft), B);
    node.votes(&world, [2, 3], role(1, Step::Next(0)), Value::Bottom);
    assert_eq!(casts(&node.deadline(1)), [(Step::Next(1), A)]);
    let outputs = node.votes(&world, 0..3, role(1, Step::Next(1)), A);
    assert_eq!(node.entry(), Entry::Carried(block(1)));
    assert_eq!(proposes(&outputs), [(2, Some(block(1)))]);
}
