//! What the nodes themselves say of their trouble, while it lasts.

use std::time::{Duration, Instant};

use klero_node::{Cause, Stall};
use serde_json::Value;

use super::nodes::Nodes;
use super::say;

/// After so many seconds of a stall the last line of a log was written when the connections had died.
const LINES_LATER: u64 = 30;

/// The explanation of a node that sees a stall, once as many peers are left as the trouble leaves.
fn stall(title: &str, nodes: &Nodes, node: usize, peers: u64) -> Stall {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let status = nodes.status(node);
        let stall: Option<Stall> = serde_json::from_value(status["stall"].clone()).expect("a stall");
        if let Some(stall) = stall.filter(|stall| stall.peers == peers) {
            say(&format!(
                "netns: {title}: node{} says: {}",
                node + 1,
                stall.explanation
            ));
            return stall;
        }
        assert!(Instant::now() < until, "{status:#}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The last line of the ten seconds, by its fields.
fn last_line(nodes: &Nodes, node: usize) -> String {
    let log = nodes.log(node);
    let line = log.lines().rfind(|line| line.contains("ten seconds"));
    line.unwrap_or_else(|| panic!("no line: {log}")).to_owned()
}

fn assert_says(line: &str, fields: &[&str]) {
    for field in fields {
        assert!(line.contains(field), "{field} is not in: {line}");
    }
}

/// Two and two: every node names the validators of the other side, and no others, and that their two nodes are gone.
pub(super) fn of_two_halves(title: &str, nodes: &Nodes) {
    for node in 0..nodes.count() {
        let far = if node < 2 { [2, 3] } else { [0, 1] };
        let theirs: Vec<_> = far
            .iter()
            .flat_map(|node| nodes.validators(*node).to_vec())
            .collect();
        let stall = stall(title, nodes, node, 1);
        assert_eq!(stall.cause, Cause::Quiet, "{stall:#?}");
        assert_eq!(stall.quiet_count, theirs.len() as u64, "{stall:#?}");
        assert!((450_000..550_000).contains(&stall.quiet_millionths), "{stall:#?}");
        assert!(
            stall.quiet.iter().all(|quiet| theirs.contains(&quiet.validator)),
            "{stall:#?}"
        );
        assert_eq!((stall.peers, stall.peers_gone.len()), (1, 2), "{stall:#?}");
        assert!(stall.seats < stall.needed && stall.silent.is_none(), "{stall:#?}");
        if stall.seconds >= LINES_LATER {
            let fields = [
                "step=\"next\"",
                "peers=1",
                "rounds=0",
                "lag=0",
                "votes=true",
                "duties=",
            ];
            assert_says(&last_line(nodes, node), &fields);
        }
    }
    say(&format!("netns: {title}: node1 logs: {}", last_line(nodes, 0)));
}

/// Three and one: the three see no stall, the one knows that it is cut off.
pub(super) fn of_the_fourth(title: &str, nodes: &Nodes) {
    for node in 0..3 {
        let status = nodes.status(node);
        assert_eq!(
            (&status["stall"], &status["peers"]),
            (&Value::Null, &2.into()),
            "{status:#}"
        );
    }
    let stall = stall(title, nodes, 3, 0);
    assert_eq!((stall.cause, stall.peers), (Cause::NoPeers, 0), "{stall:#?}");
    assert!((700_000..800_000).contains(&stall.quiet_millionths), "{stall:#?}");
    assert_says(&last_line(nodes, 3), &["peers=0", "rounds=0", "votes=true"]);
}
