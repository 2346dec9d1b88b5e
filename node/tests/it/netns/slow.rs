//! A host whose link is too narrow for the traffic of a fast network.

use std::time::Duration;

use super::nodes::Nodes;
use super::trouble::endure;
use super::{Counted, say};

const KILOBITS: u32 = 512;

/// [D13] The others go on without waiting for it, and it is there again when its link is.
#[test]
#[ignore = "takes minutes and needs root: make netns"]
fn a_slow_link_holds_up_nobody_else() {
    let title = "a slow link";
    let Some(_counted) = Counted::new(title) else {
        return;
    };
    let mut nodes = Nodes::start(200, |_| ());
    let story = endure(
        title,
        &mut nodes,
        Duration::from_secs(120),
        |hosts| hosts.slow(3, KILOBITS),
        |nodes| {
            let (received, sent) = nodes.hosts.bytes(3);
            say(&format!(
                "netns: {title}: so far it received {received} bytes and sent {sent}"
            ));
        },
    );
    assert!(
        story.rounds[..3].iter().all(|rounds| *rounds >= 20),
        "{:?}",
        story.rounds
    );
    story.assert_back_in_time();
}
