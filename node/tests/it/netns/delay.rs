//! Packets that come late, and some never.

use std::time::Duration;

use super::hosts::Hosts;
use super::nodes::Nodes;
use super::trouble::endure;
use super::{Counted, say};

/// [D13] Every packet takes 200 ms to any other host, and then five of a hundred get lost as well: with votes that fill a
/// packet or two, and with those of 200 validators.
#[test]
#[ignore = "takes minutes and needs root: make netns"]
fn rounds_go_on_over_slow_and_lossy_links() {
    let Some(_counted) = Counted::new("200 ms and 5 % loss") else {
        return;
    };
    for validators in [4, 200] {
        let mut nodes = Nodes::start(validators, |hosts| {
            let by = hosts.prepare_delay();
            say(&format!("netns: {validators} validators: delayed by {by}"));
        });
        for (percent, seconds) in [(0, 60), (5, 120)] {
            let title = format!("{validators} validators, 200 ms and {percent} % loss");
            let begin = |hosts: &mut Hosts| {
                hosts.delay(200);
                hosts.lose(percent);
            };
            let story = endure(&title, &mut nodes, Duration::from_secs(seconds), begin, |_| ());
            assert!(
                story.rounds.iter().all(|rounds| *rounds >= 10),
                "{:?}",
                story.rounds
            );
            story.assert_back_in_time();
        }
    }
}
