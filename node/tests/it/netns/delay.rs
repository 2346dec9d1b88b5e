//! Packets that come late, and some never.

use std::time::Duration;

use super::nodes::Nodes;
use super::trouble::endure;
use super::{Counted, say};

/// [D13] Every packet takes 200 ms to any other host, and five of a hundred get lost.
#[test]
#[ignore = "takes minutes and needs root: make netns"]
fn rounds_go_on_over_slow_and_lossy_links() {
    let title = "200 ms and 5 % loss";
    let Some(_counted) = Counted::new(title) else {
        return;
    };
    let mut nodes = Nodes::start(200, |hosts| {
        let by = hosts.prepare_delay();
        say(&format!("netns: {title}: delayed by {by}"));
    });
    let late = endure(
        "200 ms",
        &mut nodes,
        Duration::from_secs(60),
        |hosts| hosts.delay(200),
        |_| (),
    );
    assert!(
        late.rounds.iter().all(|rounds| *rounds >= 10),
        "{:?}",
        late.rounds
    );
    late.assert_back_in_time();
    let story = endure(
        title,
        &mut nodes,
        Duration::from_secs(120),
        |hosts| {
            hosts.delay(200);
            hosts.lose(5);
        },
        |_| (),
    );
    assert!(
        story.rounds.iter().all(|rounds| *rounds >= 10),
        "{:?}",
        story.rounds
    );
    story.assert_back_in_time();
}
