//! A fifth party joins a test network of four, signs, and leaves.

use std::path::Path;

use klero_node::api::{AccountPage, CertificatePage, RegistryPage};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cli::{json, printed};
use crate::cli_init::{ANY_PORTS, Running};
use crate::testnet_launch::{Launched, Network, NodeEntry, eventually, get};

/// How long an operation may wait for its block.
const PATIENCE: &str = "50";

/// A page of a node's API.
pub(crate) fn page<T: DeserializeOwned>(rpc: &str, path: &str) -> T {
    let (status, text) = get(&format!("{rpc}{path}")).expect("the node answers");
    assert_eq!(status, 200, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// What `klero stake` prints in JSON when its operation is in a block.
pub(crate) fn stake(here: &Path, rpc: &str, args: &[&str]) -> Value {
    let how = ["--rpc", rpc, "--json", "--wait", PATIENCE];
    json(here, &[&["stake"], args, &how[..]].concat())
}

/// The round that a field names.
pub(crate) fn round(sent: &Value, field: &str) -> u64 {
    sent[field]
        .as_u64()
        .unwrap_or_else(|| panic!("no {field} in {sent}"))
}

/// Reads an account again and again until a round is final; its pages, in which it is in the electorate of the round
/// under way when `is_drawn` says so of that round.
fn watch(rpc: &str, account: &str, until: u64, is_drawn: impl Fn(u64) -> bool) -> AccountPage {
    let mut last = None;
    eventually("the electorate changes", || {
        let page: AccountPage = page(rpc, &format!("/v1/accounts/{account}"));
        assert_eq!(page.index.is_some(), is_drawn(page.round + 1), "{page:?}");
        let is_there = page.round >= until;
        last = Some(page);
        is_there
    });
    last.unwrap()
}

/// The party's directory with new keys, and its account.
pub(crate) fn newcomer(here: &Path) -> String {
    let network = ["--plain", "--network", "klero-testnet", "--keys", "eva.json"];
    let public = json(here, &[&["keys", "new", "--json"], &network[..]].concat());
    public["validators"][0]["id"].as_str().unwrap().to_owned()
}

/// Its node, which follows the network, and the node's API.
fn follower(here: &Path, genesis: &Path, peers: &[NodeEntry]) -> (Running, String) {
    let genesis = genesis.to_str().unwrap();
    let chain = ["--dir", "eva", "--genesis", genesis, "--keys", "eva.json"];
    let peers: Vec<&str> = peers.iter().flat_map(|node| ["--bootnode", &node.p2p]).collect();
    printed(here, &[&["init"], &chain[..], &peers, &ANY_PORTS].concat());
    let node = Running::start(&here.join("eva/node.toml"));
    let rpc = node.event("ready", |_| true)["rpc"].as_str().unwrap().to_owned();
    (node, rpc)
}

/// Whether the certificate of a round that a node keeps shows a member's signature.
fn is_signer(rpc: &str, round: u64, member: u32) -> bool {
    let page: CertificatePage = page(rpc, &format!("/v1/certificates/{round}"));
    page.certificate.signers.contains(member)
}

/// [STK-3] [STK-6] Registered in round r it draws in round r + K and not before, and left in round l it draws in round
/// l + K − 1 and no more. With two of six units it is needed: five make a quorum.
#[test]
fn a_fifth_party_joins_signs_and_leaves() {
    let net = Launched::start(&["--validators", "4"]);
    let network = net.network();
    let ada = network.nodes[0].rpc.as_str();
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    let account = newcomer(here);
    let grant = stake(here, ada, &["faucet", "--keys", "eva.json"]);
    assert_eq!(
        (grant["amount"].as_u64(), grant["account"].as_str()),
        (Some(2), Some(account.as_str()))
    );
    let (_eva, own) = follower(here, &network.genesis, &network.nodes);

    let keys = ["--keys", "eva/keys.json"];
    let registered = stake(here, ada, &[&["register", "--bond", "1"], &keys[..]].concat());
    let bonded = stake(here, ada, &[&["bond", "--amount", "1"], &keys[..]].concat());
    let lookback = page::<RegistryPage>(ada, "/v1/registry").lookback;
    assert_eq!(lookback, 40);
    let (first, both) = (round(&registered, "in_force"), round(&bonded, "in_force"));
    assert_eq!(first, round(&registered, "round") + lookback);
    let drawn = watch(ada, &account, both + 2, |round| round >= first);
    assert_eq!((drawn.free, drawn.bonded), (0, 2));
    let index = drawn.index.unwrap();
    for round in both..both + 3 {
        assert!(
            is_signer(ada, round, index),
            "round {round} needs the fifth party's signature"
        );
    }

    let left = stake(here, ada, &[&["leave"], &keys[..]].concat());
    let end = round(&left, "in_force");
    assert_eq!(end, round(&left, "round") + lookback);
    let after = watch(ada, &account, end + 1, |round| round < end);
    assert!(is_signer(ada, end - 1, index), "its last round needs it as well");
    assert_eq!((after.free, after.bonded, after.validator), (0, 0, None));
    let unbonding: Vec<_> = after
        .unbonding
        .iter()
        .map(|part| (part.matures, part.amount))
        .collect();
    assert_eq!(unbonding, [(round(&left, "free_in"), 2)]);
    assert_eq!(page::<RegistryPage>(ada, "/v1/registry").electorate, 4);

    // A client that trusts the genesis alone follows the electorates, from the newcomer's node.
    let genesis = network.genesis.to_str().unwrap();
    let verified = json(here, &["verify", "--genesis", genesis, "--rpc", &own, "--json"]);
    assert!(verified["round"].as_u64() >= Some(end), "{verified}");

    hop(here, &network, genesis);
}

/// A light client that hops by checkpoints over the whole story arrives at the same block, whichever node of the testnet it
/// asks.
fn hop(here: &Path, network: &Network, genesis: &str) {
    let ada = network.nodes[0].rpc.as_str();
    for node in &network.nodes {
        let hopped = json(
            here,
            &[
                "verify",
                "--genesis",
                genesis,
                "--rpc",
                &node.rpc,
                "--checkpoints",
                "--json",
            ],
        );
        assert!(hopped["checkpoints"].as_u64() >= Some(1), "{hopped}");
        let round = hopped["round"].to_string();
        let walked = json(
            here,
            &[
                "verify",
                "--genesis",
                genesis,
                "--rpc",
                ada,
                "--to",
                &round,
                "--json",
            ],
        );
        assert_eq!(hopped["block"], walked["block"]);
    }
}
