//! The one partition of every test run.

use std::time::Duration;

use super::nodes::Nodes;
use super::trouble::endure;
use super::{Counted, witness};

/// [D13] [BA-11] Long enough that the connections die, and short enough to be run each time.
#[test]
fn two_halves_of_four_go_on_after_a_short_partition() {
    let Some(_counted) = Counted::new("a short partition 2-2") else {
        return;
    };
    let mut nodes = Nodes::start(4, |_| ());
    let story = endure(
        "a short partition 2-2",
        &mut nodes,
        Duration::from_secs(20),
        |hosts| hosts.part(&[0, 1], &[2, 3]),
        |nodes| witness::of_two_halves("a short partition 2-2", nodes),
    );
    assert!(
        story.rounds.iter().all(|rounds| *rounds <= 1),
        "{:?}",
        story.rounds
    );
}
