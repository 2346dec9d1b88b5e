//! Several who act for one account at the same time: each operation gets a nonce of its own, whoever is first.

use std::path::Path;

use klero_node::api::AccountPage;

use crate::stake_story::{newcomer, page, stake};
use crate::testnet_launch::{Launched, NodeEntry, eventually};

/// How many operations each wallet sends, one after the other.
const EACH: usize = 6;

/// The nonces of the transfers that a wallet sends by a node, each waited for. The account sends them to itself, so that it
/// never runs out; the amount makes those of one wallet differ from those of another.
fn wallet(here: &Path, account: &str, by: &NodeEntry, amount: &str) -> Vec<u64> {
    let args = [
        "transfer", "--keys", "eva.json", "--to", account, "--amount", amount,
    ];
    let send = || stake(here, &by.rpc, &args)["nonce"].as_u64().unwrap();
    (0..EACH).map(|_| send()).collect()
}

/// Found when a wallet waited for ever: the account's node had reported an offence with the same nonce.
#[test]
fn wallets_of_one_account_at_two_nodes_both_get_their_way() {
    let net = Launched::start(&["--validators", "4"]);
    let nodes = net.network().nodes;
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    let account = newcomer(here);
    let account = account.as_str();
    let _grant = stake(here, &nodes[0].rpc, &["faucet", "--keys", "eva.json"]);
    let mut nonces: Vec<u64> = std::thread::scope(|scope| {
        let wallets = [(1, "1"), (3, "2")].map(|(by, amount)| {
            let by = &nodes[by];
            scope.spawn(move || wallet(here, account, by, amount))
        });
        wallets
            .into_iter()
            .flat_map(|wallet| wallet.join().unwrap())
            .collect()
    });
    nonces.sort_unstable();
    let all = 2 * EACH as u64;
    assert_eq!(nonces, (0..all).collect::<Vec<_>>());
    eventually("another node has the last of them", || {
        let after: AccountPage = page(&nodes[0].rpc, &format!("/v1/accounts/{account}"));
        (after.free, after.nonce) == (2, all)
    });
}
