//! A fifth node joins a running network as a user has it join, and a whole network is stopped and started again.

use std::path::Path;

use klero_node::api::BundlePage;

use crate::cli::{assert_says, json, printed, refused};
use crate::cli_init::{ANY_PORTS, Running};
use crate::testnet_launch::{Launched, NodeEntry, eventually, get, head, start_node, status};

/// The first round after which the nodes of a testnet have a snapshot, with some to spare.
const SNAPSHOT: u64 = 100;

/// The bundle is the genesis that the launcher wrote, and names the node's address; gives its hash.
fn check_bundle(here: &Path, node: &NodeEntry, genesis: &str) -> String {
    let (code, page) = get(&format!("{}/v1/bundle", node.rpc)).unwrap();
    assert_eq!(code, 200, "{page}");
    let bundle: BundlePage = serde_json::from_str(&page).unwrap();
    let hash = printed(here, &["genesis", "hash", genesis]).trim().to_owned();
    assert_eq!(bundle.chain.to_string(), hash);
    assert!(bundle.bootnodes.contains(&node.p2p), "{:?}", bundle.bootnodes);
    hash
}

/// A wrong hash is refused, with both, and nothing is made.
fn wrong_hashes_are_refused(here: &Path, rpc: &str, genesis: &str, hash: &str) {
    let wrong = "00".repeat(32);
    for from in [["--join", rpc], ["--genesis", genesis]] {
        let rest = ["--dir", "eva", "--genesis-hash", &wrong];
        let said = refused(here, &[&["init"], &from[..], &rest].concat());
        assert_says(&said, &[&wrong, hash]);
        assert!(!here.join("eva").exists());
    }
}

/// [NET-4] [FIN-4]
#[test]
fn a_fifth_node_joins_from_a_snapshot_and_follows() {
    let net = Launched::start(&["--validators", "4"]);
    let nodes = net.network().nodes;
    net.wait_for_round(3);
    let rpc = nodes[0].rpc.as_str();
    let here = tempfile::tempdir().unwrap();
    let here = here.path();

    let genesis = net.network().genesis;
    let file = genesis.to_str().unwrap();
    let hash = check_bundle(here, &nodes[0], file);
    wrong_hashes_are_refused(here, rpc, file, &hash);

    eventually("a snapshot is vouched for", || {
        let status = status(rpc);
        status.is_some_and(|status| status["checkpoint_round"].as_u64() >= Some(SNAPSHOT))
    });
    eventually("the next block is final", || head(rpc) > Some(SNAPSHOT + 5));
    let right = [
        &[
            "init",
            "--json",
            "--join",
            rpc,
            "--dir",
            "eva",
            "--genesis-hash",
            &hash,
        ][..],
        &ANY_PORTS,
    ];
    let made = json(here, &right.concat());
    assert_eq!(made["hash"].as_str(), Some(hash.as_str()));
    assert!(made["checkpoint"]["round"].as_u64() >= Some(SNAPSHOT), "{made}");
    assert!(here.join("eva/checkpoint.json").exists());
    follows(&here.join("eva"), rpc);

    // By hand it is the same; the words for people tell the hash.
    let by_hand = [
        "init",
        "--genesis",
        file,
        "--bootnodes",
        &nodes[1].p2p,
        "--dir",
        "ben",
    ];
    let said = printed(here, &[&by_hand[..], &ANY_PORTS].concat());
    assert_says(&said, &[&hash, "compare"]);
    follows(&here.join("ben"), rpc);
}

/// The node of a directory starts after the first blocks, and keeps up.
fn follows(directory: &Path, rpc: &str) {
    let node = Running::start(&directory.join("node.toml"));
    let ready = node.event("ready", |_| true);
    let own = ready["rpc"].as_str().unwrap().to_owned();
    let first = node.event("final", |_| true)["round"].as_u64().unwrap();
    assert!(first > SNAPSHOT, "it replayed from round {first}");
    let goal = head(rpc).unwrap() + 10;
    node.event("final", |event| event["round"].as_u64() >= Some(goal));
    let block = |rpc: &str, round: u64| get(&format!("{rpc}/v1/blocks/{round}")).unwrap();
    assert_eq!(block(&own, 1).0, 404);
    // The one that joined may be the first of the two to have it.
    eventually("the other has it", || head(rpc).is_some_and(|head| head >= goal));
    assert_eq!(block(&own, goal), block(rpc, goal));
}

/// [BA-9] [BA-11] Stopped in good order, and killed.
#[test]
fn a_whole_network_that_was_stopped_goes_on_at_its_height() {
    let mut net = Launched::start(&["--validators", "8"]);
    let nodes = net.network().nodes;
    net.wait_for_round(8);
    net.interrupt();
    assert!(net.end().success(), "{}", net.remarks());
    let mut height = 8;
    for _ in 0..2 {
        let running: Vec<_> = nodes.iter().map(|node| start_node(&node.dir)).collect();
        for node in &nodes {
            eventually("every node goes on", || head(&node.rpc) >= Some(height + 5));
        }
        let (_, text) = get(&format!("{}/v1/blocks/{height}", nodes[0].rpc)).unwrap();
        let others = nodes
            .iter()
            .map(|node| get(&format!("{}/v1/blocks/{height}", node.rpc)).unwrap().1);
        assert!(others.into_iter().all(|other| other == text), "one chain");
        height = nodes.iter().filter_map(|node| head(&node.rpc)).max().unwrap();
        // Dropping kills.
        drop(running);
    }
}
