//! A node of which no validator draws says why: on its status, and to Prometheus.

use std::time::Duration;

use klero_node::finality::Profile;
use klero_sampling::seed::SeedSchedule;

use crate::cli::json;
use crate::cluster::{Cluster, quick};

const LONG: Duration = Duration::from_secs(90);

/// Five nodes of a chain in which changes count after eight rounds.
fn cluster() -> Cluster {
    let seeds = SeedSchedule {
        lookback: 2,
        refresh: 2,
    };
    let profile = Profile {
        seeds,
        ..Profile::full()
    };
    let mut cluster = Cluster::new(5, 1, quick(profile));
    cluster.genesis.stake.slash_millionths = 1_000_000;
    cluster
}

fn silent(cluster: &Cluster, node: usize) -> Option<String> {
    cluster.node(node).status().silent
}

/// Whether the metrics of a node have a line.
fn shows(cluster: &Cluster, node: usize, line: &str) -> bool {
    let (_, page) = crate::testnet_launch::get(&format!("{}/metrics", cluster.rpc(node))).unwrap();
    page.lines().any(|other| other == line)
}

fn wait_until_silent(cluster: &Cluster, node: usize) -> String {
    for round in 1.. {
        assert!(round < 200, "it is not silent");
        cluster.wait_for(cluster.node(0).status().final_round + 1, LONG);
        if let Some(why) = silent(cluster, node) {
            return why;
        }
    }
    unreachable!()
}

#[test]
fn who_was_convicted_or_left_is_told_so() {
    let mut cluster = cluster();
    let here = tempfile::tempdir().unwrap();
    (0..4).for_each(|node| cluster.start(node));
    cluster.start_as(4, |builder| builder.equivocating());
    cluster.wait_for(3, LONG);

    let why = wait_until_silent(&cluster, 4);
    let offender = cluster.keys(4).validators[0].id;
    let expected = format!("validator {offender} was convicted of what it signed in round ");
    assert!(why.starts_with(&expected), "{why}");
    for line in [
        "klero_silent{reason=\"convicted\"} 1",
        "klero_silent{reason=\"left\"} 0",
        "klero_validators_held 1",
        "klero_validators_drawing 0",
    ] {
        assert!(shows(&cluster, 4, line), "{line}");
    }
    assert!(shows(&cluster, 0, "klero_validators_drawing 1"));
    assert!(shows(&cluster, 0, "klero_silent{reason=\"convicted\"} 0"));
    assert_eq!(silent(&cluster, 0), None);

    // Reports of its last offences take nonces of those who propose them.
    cluster.wait_for(cluster.node(0).status().final_round + 30, LONG);
    cluster.keys(3).create(&here.path().join("keys.json")).unwrap();
    let rpc = cluster.rpc(0);
    let leave = [
        "stake",
        "leave",
        "--keys",
        "keys.json",
        "--rpc",
        &rpc,
        "--json",
        "--wait",
    ];
    let left = json(here.path(), &leave)["round"].as_u64().unwrap();
    assert_eq!(silent(&cluster, 3), None, "it draws for eight rounds more");
    let leaver = cluster.keys(3).validators[0].id;
    let why = wait_until_silent(&cluster, 3);
    assert_eq!(why, format!("validator {leaver} left in round {left}"));
    assert!(shows(&cluster, 3, "klero_silent{reason=\"left\"} 1"));
}
