//! A data directory that is not the newest of its keys: its node says nothing until it is safe.

use std::path::Path;
use std::time::{Duration, Instant};

use klero_node::events::NodeEvent;
use klero_node::finality::Profile;

use crate::cluster::{Cluster, quick};

const LONG: Duration = Duration::from_secs(60);

/// The bytes of all files of a directory, and what puts them back without making files anew: as a disk that is set back
/// to an earlier state.
struct State(Vec<(std::path::PathBuf, Vec<u8>)>);

impl State {
    fn of(directory: &Path) -> Self {
        let mut files = Vec::new();
        for place in [directory.to_owned(), directory.join("db")] {
            for entry in std::fs::read_dir(place).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    files.push((path.clone(), std::fs::read(path).unwrap()));
                }
            }
        }
        Self(files)
    }

    fn put_back(&self, directory: &Path) {
        std::fs::remove_dir_all(directory.join("db")).unwrap();
        std::fs::create_dir(directory.join("db")).unwrap();
        for (path, bytes) in &self.0 {
            std::fs::write(path, bytes).unwrap();
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("db")).unwrap();
    for (path, bytes) in State::of(from).0 {
        std::fs::write(to.join(path.strip_prefix(from).unwrap()), bytes).unwrap();
    }
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let until = Instant::now() + LONG;
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn silent(cluster: &Cluster, node: usize) -> String {
    cluster.node(node).status().silent.unwrap_or_default()
}

/// No node saw two votes of one validator in one role.
fn assert_no_equivocation(cluster: &Cluster, nodes: &[usize]) {
    for node in nodes {
        let events = cluster.events(*node);
        let seen: Vec<_> = events
            .iter()
            .filter(|event| matches!(event, NodeEvent::Evidence(_)))
            .collect();
        assert!(seen.is_empty(), "{seen:?}");
    }
}

fn more_rounds(cluster: &Cluster, node: usize, rounds: u64) {
    let goal = cluster.node(node).status().final_round + rounds;
    assert!(cluster.node(node).wait_for_round(goal, LONG));
}

/// [C4] [E2]
#[test]
fn a_directory_that_was_copied_and_put_back_is_silent_until_two_rounds_were_seen() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(3, LONG);
    cluster.stop(3);
    let backup = tempfile::tempdir().unwrap();
    copy(&cluster.data(3), &backup.path().join("data"));
    cluster.start(3);
    more_rounds(&cluster, 3, 5);
    cluster.stop(3);
    std::fs::remove_dir_all(cluster.data(3)).unwrap();
    copy(&backup.path().join("data"), &cluster.data(3));

    cluster.start(3);
    eventually("the node says why it is silent", || {
        silent(&cluster, 3).contains("the data directory is a copy")
    });
    eventually("the node votes again", || silent(&cluster, 3).is_empty());
    cluster.stop(0);
    more_rounds(&cluster, 3, 2);
    assert_no_equivocation(&cluster, &[1, 2, 3]);
}

/// [C4] A disk that is set back shows nothing within; the certificates since then do.
#[test]
fn a_log_older_than_the_certificates_it_sees_is_silent() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(3, LONG);
    cluster.stop(3);
    let state = State::of(&cluster.data(3));
    cluster.start(3);
    eventually("the node votes", || silent(&cluster, 3).is_empty());
    // Without one of the others every certificate needs its vote.
    cluster.stop(0);
    more_rounds(&cluster, 3, 3);
    cluster.start(0);
    more_rounds(&cluster, 0, 1);
    cluster.stop(3);
    state.put_back(&cluster.data(3));

    cluster.start(3);
    eventually("the node says why it is silent", || {
        let silent = silent(&cluster, 3);
        assert!(!silent.contains("is a copy"), "{silent}");
        silent.contains("it is an old copy")
    });
    eventually("the node votes again", || silent(&cluster, 3).is_empty());
    assert_no_equivocation(&cluster, &[0, 1, 2, 3]);
}

/// [C4] [E2] In a round that stands still no certificate tells; a peer that heard the later votes does.
#[test]
fn a_log_that_lacks_votes_of_the_round_under_way_is_silent() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(3, LONG);
    cluster.stop(2);
    cluster.stop(3);
    eventually("both wait in the same round", || {
        let (first, second) = (cluster.node(0).status(), cluster.node(1).status());
        first.round == second.round && first.k > 0 && second.k > 0
    });
    cluster.stop(1);
    let state = State::of(&cluster.data(1));
    cluster.start(1);
    let before = cluster.node(0).status();
    eventually("the node goes on to later steps", || {
        let status = cluster.node(1).status();
        status.silent.is_none() && (status.period, status.k) > (before.period, before.k + 1)
    });
    cluster.stop(1);
    state.put_back(&cluster.data(1));

    cluster.start(1);
    eventually("the node says why it is silent", || {
        silent(&cluster, 1).contains("the vote log lacks the vote in")
    });
    // The two others come back: with the first they are a quorum, and two rounds later the fourth votes, too.
    cluster.start(2);
    cluster.start(3);
    eventually("the node votes again", || silent(&cluster, 1).is_empty());
    assert_no_equivocation(&cluster, &[0, 1, 2, 3]);
}

/// [E2] Two processes with one log each, of which one is a copy of the other: whoever hears the other falls silent.
#[test]
fn a_second_process_with_a_copied_directory_never_votes() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(3, LONG);
    cluster.stop(3);
    let twin_data = tempfile::tempdir().unwrap();
    copy(&cluster.data(3), &twin_data.path().join("data"));
    cluster.start(3);
    more_rounds(&cluster, 3, 2);

    let keys = cluster.keys(3).clone();
    // A node identity of its own: two processes with one would be one to their peers.
    let keys = klero_node::keys::KeyFile {
        node_seed: Some(klero_node::keys::Secret::random().unwrap()),
        ..keys
    };
    let mut builder = klero_node::Node::builder(cluster.genesis.clone())
        .data(&twin_data.path().join("data"))
        .unwrap();
    for node in 0..4 {
        builder = builder.bootnode(cluster.node(node).addresses()[0].parse().unwrap());
    }
    let twin = builder.keys(keys).key_value().unwrap().start().unwrap();
    assert!(twin.status().silent.is_some() || twin.status().final_round <= 3);
    eventually("the copy hears the original", || {
        let silent = twin.status().silent.unwrap_or_default();
        silent.contains("another process votes with the keys")
    });
    more_rounds(&cluster, 0, 3);
    assert_eq!(silent(&cluster, 3), "", "the original goes on");
    assert_no_equivocation(&cluster, &[0, 1, 2, 3]);
}

/// [BA-9] A network that was set up anew from keys alone has nobody to wait for: the operator can vouch for it.
#[test]
fn the_operator_ends_a_silence_that_nothing_else_can_end() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(3, LONG);
    let token = tempfile::tempdir().unwrap();
    for node in [2, 3] {
        cluster.stop(node);
        std::fs::remove_dir_all(cluster.data(node)).unwrap();
        let admin = klero_node::AdminConfig {
            listen: "127.0.0.1:0".parse().unwrap(),
            token: token.path().join(format!("token{node}")),
        };
        cluster.start_as(node, |builder| builder.admin(admin));
    }
    eventually("both are silent", || {
        [2, 3]
            .iter()
            .all(|node| silent(&cluster, *node).contains("these keys have no vote log here"))
    });
    let stuck = cluster.node(0).status().final_round;
    std::thread::sleep(Duration::from_secs(2));
    assert!(
        cluster.node(0).status().final_round <= stuck + 1,
        "half of the stake is silent"
    );
    for node in [2, 3] {
        let secret = std::fs::read_to_string(token.path().join(format!("token{node}"))).unwrap();
        let url = format!("http://{}/v1/admin/voting", cluster.node(node).admin().unwrap());
        let mut answer = ureq::put(url)
            .header("authorization", format!("Bearer {}", secret.trim()))
            .header("content-type", "application/json")
            .send(r#"{"paused":false,"trust_log":true}"#)
            .unwrap();
        let page: serde_json::Value =
            serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        assert_eq!(page["silent"], serde_json::Value::Null, "{page}");
    }
    more_rounds(&cluster, 0, 3);
}
