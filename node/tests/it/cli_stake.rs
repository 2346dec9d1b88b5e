//! What `klero stake` refuses, and the command that it names then.

use std::path::Path;

use klero_node::finality::Profile;
use klero_node::keys::KeyFile;
use klero_sampling::vrf::VrfSuite;

use crate::cli::{assert_says, klero, printed, refused};
use crate::cluster::{Cluster, NETWORK, quick};

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

fn keys(here: &Path, args: &[&str]) {
    let file = ["keys", "new", "--plain", "--network", NETWORK, "--keys", "k.json"];
    printed(here, &[&file[..], args].concat());
}

fn stake(here: &Path, rpc: &str, args: &[&str]) -> String {
    refused(here, &[&["stake"], args, &["--rpc", rpc]].concat())
}

#[test]
fn an_operation_without_its_amount_is_no_command() {
    let here = tempfile::tempdir().unwrap();
    let common = ["--keys", "k.json", "--rpc", NOWHERE];
    for wrong in [
        &["bond"][..],
        &["bond", "--amount", "0"],
        &["register"],
        &["transfer", "--amount", "1"],
        &["transfer", "--amount", "1", "--to", "eva"],
        &["rotate", "--prepare", "--wait"],
        &["leave", "--wait", "0"],
    ] {
        let output = klero(here.path(), &[&["stake"], wrong, &common].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
    let nobody = klero(here.path(), &["stake", "show", "--rpc", NOWHERE]);
    assert_eq!(nobody.status.code(), Some(2));
}

#[test]
fn a_node_that_does_not_answer_is_named() {
    let here = tempfile::tempdir().unwrap();
    keys(here.path(), &[]);
    let said = stake(here.path(), NOWHERE, &["leave", "--keys", "k.json"]);
    assert_says(&said, &[NOWHERE, "is the node running"]);
}

#[test]
fn of_several_accounts_one_is_to_be_chosen() {
    let here = tempfile::tempdir().unwrap();
    keys(here.path(), &["--validators", "3"]);
    let said = stake(here.path(), NOWHERE, &["leave", "--keys", "k.json"]);
    assert_says(&said, &["3 accounts", "--account", "klero keys inspect k.json"]);
    let unknown = "00".repeat(32);
    let said = stake(
        here.path(),
        NOWHERE,
        &["leave", "--keys", "k.json", "--account", &unknown],
    );
    assert_says(&said, &["no keys of account", "klero keys inspect k.json"]);
}

#[test]
fn keys_without_their_operator_move_no_stake() {
    let here = tempfile::tempdir().unwrap();
    let mut file = KeyFile::generate(NETWORK, 1).unwrap();
    file.operators.clear();
    file.create(&here.path().join("k.json")).unwrap();
    let said = stake(here.path(), NOWHERE, &["leave", "--keys", "k.json"]);
    assert_says(&said, &["no operator key", "--operator"]);
}

#[test]
fn what_the_chain_does_not_take_is_said_with_what_helps() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    let mut cluster = Cluster::new(1, 1, quick(Profile::full()));
    cluster.keys(0).create(&here.join("own.json")).unwrap();
    cluster.start_all();
    let rpc = cluster.rpc(0);

    keys(here, &[]);
    let said = stake(here, &rpc, &["register", "--keys", "k.json", "--bond", "1"]);
    assert_says(&said, &["is not known", "klero stake faucet"]);
    let said = stake(here, &rpc, &["faucet", "--keys", "k.json"]);
    assert_says(&said, &["hands out no stake", "first node of a testnet"]);
    let said = stake(here, &rpc, &["register", "--keys", "own.json", "--bond", "1"]);
    assert_says(
        &said,
        &[
            "runs a validator already",
            "klero stake bond",
            "klero stake rotate",
        ],
    );
    let said = stake(here, &rpc, &["bond", "--keys", "own.json", "--amount", "5"]);
    assert_says(&said, &["it takes 5 and 0 are free", "klero stake show"]);
    let said = stake(here, &rpc, &["leave", "--keys", "own.json"]);
    assert_says(&said, &["the last active validator cannot leave"]);

    // Keys of another suite than the chain's, for the same account.
    let mut file = KeyFile::load(&here.join("own.json")).unwrap();
    let mut other = KeyFile::load(&here.join("own.json"))
        .unwrap()
        .with_suite(VrfSuite::Bls12381);
    let fresh = KeyFile::generate(NETWORK, 1).unwrap().validators.remove(0);
    (other.validators[0].vote, other.validators[0].draw) = (fresh.vote, fresh.draw);
    file.validators.append(&mut other.validators);
    file.create(&here.join("other.json")).unwrap();
    let said = stake(here, &rpc, &["rotate", "--keys", "other.json"]);
    assert_says(
        &said,
        &["draw with bls12381", "sr25519", "klero keys new --vrf sr25519"],
    );

    // A chain other than the one of the genesis at hand.
    let genesis = Cluster::new(1, 1, quick(Profile::full())).genesis;
    std::fs::write(here.join("g.json"), serde_json::to_string(&genesis).unwrap()).unwrap();
    let said = stake(
        here,
        &rpc,
        &["leave", "--keys", "own.json", "--genesis", "g.json"],
    );
    assert_says(&said, &["runs chain", "ask a node of that chain"]);
}
