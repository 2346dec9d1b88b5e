//! A test network that is to end after some rounds.

use crate::testnet_launch::{Launched, get};

const FIELDS: [&str; 8] = [
    "round",
    "period",
    "finality_ms",
    "transactions",
    "seats",
    "threshold",
    "signers",
    "certificate_bytes",
];

fn names(line: &serde_json::Value) -> Vec<String> {
    let mut names: Vec<_> = line.as_object().unwrap().keys().cloned().collect();
    names.sort_unstable();
    names
}

#[test]
fn thirty_rounds_end_with_status_0() {
    let mut net = Launched::start(&["--validators", "4", "--rounds", "30"]);
    let mut fields = FIELDS.map(str::to_owned);
    fields.sort_unstable();
    for round in 1..=30_u64 {
        let line = net.line().unwrap_or_else(|| panic!("{}", net.remarks()));
        assert_eq!(names(&line), fields);
        assert_eq!(line["round"], round);
        assert_eq!(line["threshold"], 3, "3 of 4 are needed");
        assert!(
            line["seats"].as_u64() >= Some(3) && line["signers"].as_u64() >= Some(3),
            "{line}"
        );
        assert!(
            line["finality_ms"].as_f64() > Some(0.0) && line["certificate_bytes"].as_u64() > Some(0),
            "{line}"
        );
    }
    let summary = net.line().unwrap()["summary"].take();
    assert_eq!(summary["rounds"], 30);
    for name in [
        "finality_p50_ms",
        "finality_p95_ms",
        "finality_p99_ms",
        "transactions_per_second",
    ] {
        assert!(summary[name].is_number(), "{name} in {summary}");
    }
    assert_eq!(net.line(), None, "the summary is the last line");
    assert!(net.end().success());
}

/// Everything a script needs, and true.
#[test]
fn network_json_tells_where_everything_is() {
    let net = Launched::start(&["--validators", "4"]);
    let network = net.network();
    assert_eq!(
        network.genesis,
        net.directory().canonicalize().unwrap().join("genesis.json")
    );
    assert!(network.genesis.exists());
    let names: Vec<&str> = network.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["node1", "node2", "node3", "node4"]);
    for node in &network.nodes {
        assert!(node.dir.is_dir() && node.dir.is_absolute());
        assert!(node.p2p.starts_with("/ip4/127.0.0.1/udp/"), "{}", node.p2p);
        let (code, text) = get(&format!("{}/v1/status", node.rpc)).unwrap();
        assert_eq!(code, 200);
        let status: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(status["name"], node.name);
        let command = std::fs::read_to_string(format!("/proc/{}/cmdline", node.pid)).unwrap();
        assert!(command.contains(&format!("{}/node.toml", node.name)), "{command}");
    }
}

/// Of 200 validators the large ones have guaranteed seats and the others draw: at least a quarter of the votes
/// carries a proof.
#[test]
fn two_hundred_validators_draw_lots() {
    let mut net = Launched::start(&["--rounds", "4"]);
    let genesis = std::fs::read_to_string(net.network().genesis).unwrap();
    let genesis: serde_json::Value = serde_json::from_str(&genesis).unwrap();
    let threshold = &genesis["profile"]["cert"]["threshold"];
    for _ in 0..4 {
        let line = net.line().unwrap_or_else(|| panic!("{}", net.remarks()));
        assert_eq!(&line["threshold"], threshold);
        assert!(
            line["seats"].as_u64() >= threshold.as_u64() && line["signers"].as_u64() <= Some(200),
            "{line}"
        );
    }
    let summary = net.line().unwrap()["summary"].take();
    assert!(summary["votes_with_proof"].as_f64() >= Some(0.25), "{summary}");
    assert!(net.end().success());
}

/// The same seed makes the same keys.
#[test]
fn a_seed_makes_the_same_network_again() {
    let keys = || {
        let net = Launched::start(&["--nodes", "1", "--validators", "2", "--seed", "athens"]);
        let network = net.network();
        std::fs::read_to_string(network.nodes[0].dir.join("keys.json")).unwrap()
    };
    assert_eq!(keys(), keys());
}
