//! [BA-3] [BA-7] [BA-11] A node enters period 1 by its Soft quorum and does not know how period 0 ended. The Next quorum of
//! period 0 comes later. It is remembered: the node votes Soft for the value that it carries, its log holds it, and what
//! it sends again contains the certificate.

use klero_agreement::committee::Step;
use klero_agreement::{Entry, Resend};

use crate::world::{A, Watched, World, block, casts, resent, role};

#[test]
fn the_next_quorum_of_the_period_before_comes_late() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.votes(&world, 0..3, role(1, Step::Soft), A);
    assert_eq!((node.machine.period(), node.entry()), (1, Entry::Staged));
    assert_eq!(casts(&node.filter()), []);
    assert_eq!(node.machine.snapshot().previous_value, None);
    let late = node.votes(&world, 0..3, role(0, Step::Next(2)), A);
    assert_eq!(casts(&late), [(Step::Soft, A)]);
    assert_eq!(node.machine.period(), 1);
    assert_eq!(node.machine.snapshot().previous_value, Some(block(1)));
    let again = resent(&node.deadline(0));
    assert!(again.contains(&Resend::Certificate(role(0, Step::Next(2)), A)));
}
