//! Hosts that do not reach each other for two minutes.

use std::time::Duration;

use super::nodes::Nodes;
use super::trouble::endure;
use super::{Counted, witness};

const LASTS: Duration = Duration::from_secs(120);

/// [D13] [BA-11] Neither half has a quorum: both stop, and go on together.
#[test]
#[ignore = "takes minutes and needs root: make netns"]
fn two_halves_stop_and_go_on_together() {
    let Some(_counted) = Counted::new("partition 2-2") else {
        return;
    };
    let mut nodes = Nodes::start(200, |_| ());
    let story = endure(
        "partition 2-2",
        &mut nodes,
        LASTS,
        |hosts| hosts.part(&[0, 1], &[2, 3]),
        |nodes| witness::of_two_halves("partition 2-2", nodes),
    );
    // What was on its way when the line was drawn may still have arrived.
    assert!(
        story.rounds.iter().all(|rounds| *rounds <= 1),
        "{:?}",
        story.rounds
    );
    story.assert_back_in_time();
}

/// [D13] [BA-11] Three of four are a quorum and go on; the fourth stops, and catches up.
#[test]
#[ignore = "takes minutes and needs root: make netns"]
fn three_go_on_and_the_fourth_catches_up() {
    let Some(_counted) = Counted::new("partition 3-1") else {
        return;
    };
    let mut nodes = Nodes::start(200, |_| ());
    let story = endure(
        "partition 3-1",
        &mut nodes,
        LASTS,
        |hosts| hosts.part(&[0, 1, 2], &[3]),
        |nodes| witness::of_the_fourth("partition 3-1", nodes),
    );
    assert!(
        story.rounds[..3].iter().all(|rounds| *rounds >= 20),
        "{:?}",
        story.rounds
    );
    assert!(story.rounds[3] <= 1, "{:?}", story.rounds);
    story.assert_back_in_time();
}
