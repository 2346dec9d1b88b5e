//! The registry over HTTP: accounts, operations, the faucet.

use std::time::{Duration, Instant};

use klero_node::Faucet;
use klero_node::api::{AccountPage, ErrorPage, GrantPage, RegistryPage};
use klero_node::finality::Profile;
use klero_node::keys::{KeyFile, Secret};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;
use klero_stake::{GenesisAccount, Operation, SignedOperation};

use crate::cluster::{Cluster, quick};

const GRANT: u64 = 500;

/// Two nodes, the first with a faucet for three grants.
fn cluster() -> Cluster {
    let mut cluster = Cluster::new(2, 1, quick(Profile::full()));
    let faucet = Faucet {
        operator: Secret::new([3; 32]),
        grant: GRANT,
    };
    cluster.genesis.accounts = vec![GenesisAccount {
        operator: faucet.secret().public(),
        free: 3 * GRANT,
    }];
    cluster.start_as(0, |builder| builder.faucet(faucet));
    cluster.start(1);
    cluster.wait_for(2, Duration::from_secs(60));
    cluster
}

/// Status and body of an answer.
fn call(cluster: &Cluster, node: usize, path: &str, body: Option<&[u8]>) -> (u16, Vec<u8>) {
    let agent =
        ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
    let url = format!("http://{}{path}", cluster.node(node).rpc().unwrap());
    let mut answer = match body {
        Some(body) => agent.post(&url).send(body).unwrap(),
        None => agent.get(&url).call().unwrap(),
    };
    (answer.status().as_u16(), answer.body_mut().read_to_vec().unwrap())
}

fn account(cluster: &Cluster, node: usize, id: &Digest) -> Option<AccountPage> {
    let (status, body) = call(cluster, node, &format!("/v1/accounts/{id}"), None);
    (status == 200).then(|| serde_json::from_slice(&body).unwrap())
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The operator key and the account of a seed.
fn owner(number: u8) -> (klero_stake::OperatorSecret, Digest) {
    let mut keys = KeyFile::empty("a-network").unwrap();
    let id = keys.add(&Secret::new([number; 32])).unwrap().id;
    (keys.operator(&id).unwrap(), id)
}

fn error(answer: &(u16, Vec<u8>)) -> (u16, String) {
    let page: ErrorPage = serde_json::from_slice(&answer.1).unwrap();
    (answer.0, page.error)
}

/// [STK-2] [STK-3] Stake from the faucet reaches every node's registry, and moves on by its owner's signature.
#[test]
fn an_account_gets_stake_and_passes_it_on() {
    let cluster = cluster();
    let (secret, id) = owner(7);
    assert_eq!(account(&cluster, 0, &id), None);
    let (status, body) = call(&cluster, 0, "/v1/faucet", Some(id.to_string().as_bytes()));
    assert_eq!(status, 202, "{}", String::from_utf8_lossy(&body));
    let grant: GrantPage = serde_json::from_slice(&body).unwrap();
    assert_eq!((grant.account, grant.amount), (id, GRANT));
    wait_for("the grant arrives at both nodes", || {
        (0..2).all(|node| account(&cluster, node, &id).is_some_and(|page| page.free == GRANT))
    });
    let again = call(&cluster, 0, "/v1/faucet", Some(id.to_string().as_bytes()));
    assert_eq!(error(&again).0, 409);

    let chain = *cluster.chain(0).id();
    let to = cluster.keys(0).validators[0].id;
    let transfer = |nonce, amount| {
        SignedOperation::sign(&secret, &chain, nonce, Operation::Transfer { to, amount }).encode()
    };
    // Two at once, the second on top of the first; handed to the node that knows less.
    for nonce in 0..2 {
        assert_eq!(
            call(&cluster, 1, "/v1/operations", Some(&transfer(nonce, 100))).0,
            202
        );
    }
    wait_for("both take effect", || {
        (0..2).all(|node| account(&cluster, node, &id).is_some_and(|page| page.free == GRANT - 200))
    });
    let page = account(&cluster, 0, &to).unwrap();
    assert_eq!(
        (page.free, page.bonded, page.index.is_some()),
        (200, 1_000_000, true)
    );
    let registry: RegistryPage = serde_json::from_slice(&call(&cluster, 0, "/v1/registry", None).1).unwrap();
    assert_eq!((registry.supply, registry.burnt), (2_000_000 + 3 * GRANT, 0));
    assert_eq!(
        (registry.accounts, registry.validators, registry.electorate),
        (4, 2, 2)
    );
    assert_eq!(registry.chain, chain);
}

/// [STK-3] What would have no effect is refused with the reason.
#[test]
fn operations_without_effect_are_refused() {
    let cluster = cluster();
    let chain = *cluster.chain(0).id();
    let secret = Secret::new([3; 32]);
    let secret = klero_stake::OperatorSecret::from_seed(secret.expose());
    let (stranger, _) = owner(9);
    let to = Digest([5; 32]);
    let send = |secret: &klero_stake::OperatorSecret, chain: &Digest, nonce, amount| {
        let bytes = SignedOperation::sign(secret, chain, nonce, Operation::Transfer { to, amount }).encode();
        let answer = call(&cluster, 0, "/v1/operations", Some(&bytes));
        error(&answer)
    };
    let cases = [
        (send(&secret, &chain, 5, 1), "nonce 5 where 0 is next"),
        (send(&secret, &chain, 0, 0), "the amount must be at least 1"),
        (
            send(&secret, &chain, 0, 3 * GRANT + 1),
            "it takes 1501 and 1500 are free",
        ),
        (send(&secret, &Digest([1; 32]), 0, 1), "of chain 0101"),
        (send(&stranger, &chain, 0, 1), "is not known"),
    ];
    for ((status, text), expected) in cases {
        assert!(status == 400 && text.contains(expected), "{status} {text}");
    }
    let mut forged =
        SignedOperation::sign(&secret, &chain, 0, Operation::Transfer { to, amount: 1 }).encode();
    *forged.last_mut().unwrap() ^= 1;
    let (status, text) = error(&call(&cluster, 0, "/v1/operations", Some(&forged)));
    assert!(status == 400 && text.contains("signature"), "{text}");
    assert_eq!(call(&cluster, 0, "/v1/operations", Some(b"nonsense")).0, 400);
    assert_eq!(
        call(&cluster, 1, "/v1/faucet", Some(to.to_string().as_bytes())).0,
        404
    );
    assert_eq!(call(&cluster, 0, "/v1/faucet", Some(b"me")).0, 400);
    assert_eq!(call(&cluster, 0, "/v1/accounts/me", None).0, 400);
}
