//! One key in two places.

use std::time::{Duration, Instant};

use klero_node::finality::Profile;
use klero_node::keys::KeyFile;

use crate::cluster::{Cluster, quick};

/// Whether a node says that somebody else has its keys.
fn knows_of_twin(cluster: &Cluster, node: usize) -> bool {
    let silent = cluster.node(node).status().silent;
    silent.is_some_and(|cause| cause.contains("another process votes with the keys"))
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn copy(keys: &KeyFile) -> KeyFile {
    serde_json::from_str(&serde_json::to_string(keys).unwrap()).unwrap()
}

/// Five nodes, of which the fifth has no validator of its own.
fn four_validators() -> Cluster {
    let mut cluster = Cluster::new(5, 1, quick(Profile::full()));
    let fifth = cluster.keys(4).validators[0].id;
    cluster
        .genesis
        .validators
        .retain(|validator| validator.id != fifth);
    cluster
}

/// [C4] [E2] A second process with the keys of a validator that votes, and without its log, never speaks: while it waits it
/// hears the other. The chain goes on, and nobody is convicted.
#[test]
fn a_second_process_without_the_log_stays_silent() {
    let mut cluster = four_validators();
    (0..4).for_each(|node| cluster.start(node));
    cluster.wait_for(3, Duration::from_secs(60));
    let stolen = copy(cluster.keys(3));
    cluster.start_as(4, |builder| builder.keys(stolen));
    wait_for("the second process notices", || knows_of_twin(&cluster, 4));
    let head = cluster.node(0).status().final_round;
    cluster.wait_for(head + 10, Duration::from_secs(60));
    assert!(knows_of_twin(&cluster, 4), "it stays silent");
    assert_eq!(cluster.node(3).status().silent, None);
    assert_eq!(cluster.chain(0).registry().burnt(), 0);
}
