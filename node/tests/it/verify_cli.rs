//! `klero verify`: accepts the chain of a network, and refuses every other.

use std::path::Path;

use serde_json::Value;

use crate::cli::{json, klero, printed, refused};
use crate::testnet_launch::{Launched, head};

const ROUNDS: u64 = 6;

/// The chain of a small network in a file, and its genesis; `check` runs while the network does.
fn chain(directory: &Path, check: impl Fn(&str)) {
    let net = Launched::start(&["--validators", "4"]);
    net.wait_for_round(ROUNDS);
    let network = net.network();
    std::fs::copy(&network.genesis, directory.join("genesis.json")).unwrap();
    let rpc = &network.nodes[0].rpc;
    let to = ROUNDS.to_string();
    let args = [
        "verify",
        "--genesis",
        "genesis.json",
        "--rpc",
        rpc,
        "--to",
        &to,
        "--save",
        "chain",
        "--json",
    ];
    let report = json(directory, &args);
    assert_eq!(
        (&report["valid"], &report["round"]),
        (&true.into(), &ROUNDS.into())
    );
    check(rpc);
}

#[test]
fn the_chain_of_a_network_is_accepted() {
    let here = tempfile::tempdir().unwrap();
    chain(here.path(), |rpc| {
        let before = head(rpc).unwrap();
        let report = json(
            here.path(),
            &["verify", "--genesis", "genesis.json", "--rpc", rpc, "--json"],
        );
        assert!(report["round"].as_u64() >= Some(before), "{report}");
        let said = refused(
            here.path(),
            &[
                "verify",
                "--genesis",
                "genesis.json",
                "--rpc",
                rpc,
                "--to",
                "1000000000",
            ],
        );
        assert!(said.contains("is wanted"), "{said}");
    });
    let text = printed(
        here.path(),
        &["verify", "--genesis", "genesis.json", "--chain", "chain"],
    );
    assert!(text.contains(&format!("is valid up to round {ROUNDS}")), "{text}");
}

/// The file holds all bytes of all headers, bodies and certificates.
#[test]
fn a_changed_byte_is_refused_with_its_round() {
    let here = tempfile::tempdir().unwrap();
    chain(here.path(), |_| {});
    let good = std::fs::read(here.path().join("chain")).unwrap();
    let step = good.len() / 40;
    for place in (0..good.len()).step_by(step) {
        let mut bad = good.clone();
        bad[place] ^= 1;
        std::fs::write(here.path().join("bad"), &bad).unwrap();
        let output = klero(
            here.path(),
            &["verify", "--genesis", "genesis.json", "--chain", "bad", "--json"],
        );
        assert_eq!(output.status.code(), Some(1), "byte {place} of {}", good.len());
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["valid"], false);
        assert!(
            (1..=ROUNDS).contains(&answer["round"].as_u64().unwrap()),
            "{answer}"
        );
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(answer["cause"].as_str().unwrap()), "{said}");
    }
}

#[test]
fn another_genesis_refuses_the_chain() {
    let here = tempfile::tempdir().unwrap();
    chain(here.path(), |_| {});
    let path = here.path().join("genesis.json");
    let mut genesis: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    genesis["timestamp"] = (genesis["timestamp"].as_u64().unwrap() - 1).into();
    std::fs::write(&path, genesis.to_string()).unwrap();
    let said = refused(
        here.path(),
        &["verify", "--genesis", "genesis.json", "--chain", "chain"],
    );
    assert!(said.contains("round 1") && said.contains("genesis"), "{said}");
}
