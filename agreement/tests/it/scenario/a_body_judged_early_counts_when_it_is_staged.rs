//! [BA-4] [BA-7] A body was judged in period 0, where its block was the lowest proposal and got no Soft quorum at this node.
//! Period 1 carries the block and stages it. The verdict still counts: Cert is voted at once, and nobody is asked for the
//! body.

use klero_agreement::Input;
use klero_agreement::committee::Step;

use crate::world::{A, ROUND, Watched, World, block, casts, fetches, role};

#[test]
fn a_verdict_of_period_0_counts_in_period_1() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(Input::Proposal(world.fresh(ROUND, 0, 1, block(1))));
    assert_eq!(casts(&node.give(Input::Validated(block(1)))), []);
    let entered = node.enter_period_1(&world, A);
    assert_eq!(casts(&node.filter()), [(Step::Soft, A)]);
    let staged = node.votes(&world, 0..3, role(1, Step::Soft), A);
    assert_eq!(casts(&staged), [(Step::Cert, A)]);
    assert_eq!(fetches(&[entered, staged].concat()), []);
}
