//! `klero stake` moves stake between and within accounts.

use std::path::Path;
use std::time::Duration;

use klero_node::api::AccountPage;
use klero_node::finality::Profile;
use klero_node::keys::KeyFile;
use klero_stake::GenesisAccount;

use crate::cli::{assert_says, json, printed, refused};
use crate::cluster::{Cluster, NETWORK, quick};
use crate::stake_story::{page, round, stake};

/// A key file for one account, which holds free stake in the genesis.
fn rich(cluster: &mut Cluster, here: &Path, free: u64) {
    let file = KeyFile::generate(NETWORK, 1).unwrap();
    let operator = file.operator(&file.validators[0].id).unwrap().public();
    cluster.genesis.accounts.push(GenesisAccount { operator, free });
    file.create(&here.join("rich.json")).unwrap();
}

/// [STK-2] [STK-3]
#[test]
fn the_wallet_transfers_bonds_and_unbonds() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    let mut cluster = Cluster::new(1, 2, quick(Profile::full()));
    rich(&mut cluster, here, 100);
    cluster.keys(0).create(&here.join("two.json")).unwrap();
    let id = cluster.keys(0).validators[0].id.to_string();
    cluster.start_all();
    let rpc = cluster.rpc(0);
    let account = || page::<AccountPage>(&rpc, &format!("/v1/accounts/{id}"));
    let own = ["--keys", "two.json", "--account", &id];

    let args = ["transfer", "--keys", "rich.json", "--to", &id, "--amount", "30"];
    let sent = stake(here, &rpc, &args);
    assert_eq!(
        (sent["nonce"].as_u64(), sent["in_force"].as_u64()),
        (Some(0), None)
    );
    assert_eq!((account().free, account().bonded), (30, 1_000_000));

    // Two that wait together have different nonces.
    let bond = ["bond", "--amount", "20", "--rpc", &rpc];
    let said = printed(here, &[&["stake"], &bond[..], &own].concat());
    assert_says(&said, &["bond: waits for a block", "320 rounds after its block"]);
    let sent = stake(here, &rpc, &[&["unbond", "--amount", "5"], &own[..]].concat());
    assert_eq!(sent["nonce"], 1);
    let after = account();
    assert_eq!((after.free, after.bonded, after.next_nonce), (10, 1_000_015, 2));
    assert_eq!(
        (after.unbonding[0].amount, after.unbonding[0].matures),
        (5, round(&sent, "free_in"))
    );

    let sent = stake(here, &rpc, &[&["heartbeat"], &own[..]].concat());
    assert!(account().validator.unwrap().last_trace >= round(&sent, "round"));

    let shown = json(
        here,
        &["stake", "show", "--account", &id, "--rpc", &rpc, "--json"],
    );
    assert_eq!(shown["free"], 10);
    let shown = printed(here, &["stake", "show", "--account", &id, "--rpc", &rpc]);
    assert_says(
        &shown,
        &["free        10\n", "bonded      1000015\n", "of the electorate"],
    );
}

#[test]
fn waiting_for_a_block_that_does_not_come_is_an_error() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    let mut cluster = Cluster::new(2, 1, quick(Profile::full()));
    cluster.keys(0).create(&here.join("k.json")).unwrap();
    cluster.start_all();
    cluster.wait_for(1, Duration::from_secs(60));
    cluster.stop(1);
    let rpc = cluster.rpc(0);
    let args = [
        "stake",
        "heartbeat",
        "--keys",
        "k.json",
        "--rpc",
        &rpc,
        "--wait",
        "1",
    ];
    assert_says(
        &refused(here, &args),
        &["no block up to round", "it goes on waiting", "status --rpc"],
    );
}
