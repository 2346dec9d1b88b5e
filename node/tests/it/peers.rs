//! Nodes that know one other find the rest, and find them again without it. What their configuration cannot have is
//! refused with what helps.

use std::time::{Duration, Instant};

use klero_node::finality::{Genesis, Profile};
use klero_node::keys::KeyFile;
use klero_node::{Node, PeeringConfig};

use crate::cluster::{Cluster, NETWORK, quick};

const MINUTE: Duration = Duration::from_secs(60);

fn wait_for_peers(cluster: &Cluster, nodes: &[usize], count: u64) {
    let until = Instant::now() + MINUTE;
    for node in nodes {
        while cluster.node(*node).status().peers < count {
            assert!(
                Instant::now() < until,
                "node {node}: {:?}",
                cluster.node(*node).status()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn a_network_outlives_its_boot_node_and_takes_back_who_remembers_it() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.introduced_by(0);
    cluster.start_all();
    wait_for_peers(&cluster, &[0, 1, 2, 3], 3);

    cluster.stop(0);
    let round = cluster.node(1).status().final_round;
    cluster.wait_for(round + 2, MINUTE);

    // Of the four only two are up, so that nothing is final without the third.
    cluster.stop(3);
    cluster.start(3);
    let round = cluster.node(1).status().final_round;
    cluster.wait_for(round + 2, MINUTE);
    let text = std::fs::read_to_string(cluster.data(3).join("peers.json")).unwrap();
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["chain"], cluster.genesis.chain_id().to_string());
    assert!(!file["addresses"].as_array().unwrap().is_empty());
}

/// The error of a node that is configured so.
fn refusal(listen: &str, bootnode: Option<&str>, network: PeeringConfig) -> String {
    let keys = KeyFile::generate(NETWORK, 1).unwrap();
    let genesis = Genesis::new(NETWORK, 1, Profile::full(), keys.genesis_validators(1).unwrap());
    let builder = Node::builder(genesis).new_keys(keys).key_value().unwrap();
    let builder = builder.listen(listen.parse().unwrap()).network(network);
    let builder = match bootnode {
        Some(address) => builder.bootnode(address.parse().unwrap()),
        None => builder,
    };
    builder.start().err().unwrap().to_string()
}

#[test]
fn what_cannot_be_is_refused_with_what_helps() {
    let listen = "/ip4/127.0.0.1/udp/0/quic-v1";
    let sound = PeeringConfig::default();
    for address in [
        "/dnsaddr/example.org",
        "/ip4/9.9.9.9/udp/7",
        "/ip4/9.9.9.9/tcp/7/ws",
        "/unix/a",
    ] {
        let error = refusal(listen, Some(address), sound.clone());
        assert!(
            error.contains(address) && error.contains("/dns4") && error.contains("/udp/PORT/quic-v1"),
            "{error}"
        );
    }
    for external in [
        "/dns4/example.org/tcp/7",
        "/ip4/0.0.0.0/tcp/7",
        "/ip4/9.9.9.9/tcp/0",
    ] {
        let external = PeeringConfig {
            external: vec![external.into()],
            ..sound.clone()
        };
        let error = refusal(listen, None, external.clone());
        assert!(
            error.contains(&external.external[0]) && error.contains("/ip4"),
            "{error}"
        );
    }
    let crowded = PeeringConfig {
        inbound: 380,
        ..sound.clone()
    };
    let error = refusal(listen, None, crowded);
    assert!(
        error.contains("`inbound` = 380") && error.contains("raise `connections`"),
        "{error}"
    );
    let shut = PeeringConfig {
        half_open: 0,
        ..sound
    };
    let error = refusal(listen, None, shut);
    assert!(error.contains("`half_open` is 0"), "{error}");
}

/// Peers remember addresses with the ids of those who are there, and would not know a node again that has another each time.
#[test]
fn a_node_without_keys_has_the_same_name_after_a_restart() {
    let (keys, here) = (
        KeyFile::generate(NETWORK, 1).unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let genesis = Genesis::new(
        NETWORK,
        1,
        quick(Profile::full()),
        keys.genesis_validators(1).unwrap(),
    );
    let name = |data: &str| {
        let builder = Node::builder(genesis.clone())
            .data(&here.path().join(data))
            .unwrap();
        let listening = builder.listen("/ip4/127.0.0.1/tcp/0".parse().unwrap());
        let node = listening.key_value().unwrap().start().unwrap();
        let address = node.addresses().remove(0);
        node.stop().unwrap();
        let (_, name) = address.rsplit_once("/p2p/").unwrap();
        name.to_owned()
    };
    let first = name("a");
    assert_eq!(first, name("a"));
    assert_ne!(first, name("b"));
    let file = here.path().join("a/identity.json");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}
