//! Packets that pass in one direction only.

use std::time::Duration;

use super::Counted;
use super::nodes::Nodes;
use super::trouble::endure;

/// [D13] The first hears the second, the second does not hear the first: all go on, by way of the others.
#[test]
#[ignore = "takes minutes and needs root: make netns"]
fn one_who_is_not_heard_by_another_speaks_by_way_of_the_others() {
    let Some(_counted) = Counted::new("one-way loss") else {
        return;
    };
    let mut nodes = Nodes::start(200, |_| ());
    let story = endure(
        "one-way loss",
        &mut nodes,
        Duration::from_secs(60),
        |hosts| hosts.cut(0, 1),
        |_| (),
    );
    assert!(
        story.rounds.iter().all(|rounds| *rounds >= 20),
        "{:?}",
        story.rounds
    );
    story.assert_back_in_time();
}
