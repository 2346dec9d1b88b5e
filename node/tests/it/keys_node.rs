//! A node with encrypted keys, and the wallet whose operator key lies elsewhere.

use std::path::Path;
use std::time::Duration;

use klero_node::finality::Profile;
use klero_node::keys::{KeyFile, Password};
use klero_node::{KeysConfig, NodeConfig};

use crate::cli::{assert_says, json, printed, refused};
use crate::cli_init::{ANY_PORTS, Running};
use crate::cluster::{Cluster, NETWORK, quick};
use crate::keys_modes::write;

/// The directory of a network of one validator with encrypted keys, whose password is in `p` above it.
fn network(here: &Path) {
    write(&here.join("p"), "a password\n", 0o600);
    let init = [
        "init",
        "--dir",
        "ada",
        "--network",
        "athens",
        "--password-file",
        "p",
    ];
    let said = printed(here, &[&init[..], &ANY_PORTS].concat());
    assert_says(
        &said,
        &["ada/operator.json moves the stake", "the node does not need it"],
    );
    let public = ["--network", "athens", "--validators", "ada/validators.json"];
    let genesis = ["genesis", "new", "--out", "ada/genesis.json"];
    printed(here, &[&genesis[..], &public].concat());
}

/// [E10] With the password of its configuration a node votes; without, or with a file that others can read, it does not
/// start, and says what helps.
#[test]
fn a_node_unlocks_its_keys_with_the_password_of_its_configuration() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    network(here);
    let path = here.join("ada/node.toml");
    let config = NodeConfig::load(&path).unwrap();
    let expected = KeysConfig {
        file: here.join("ada/keys.json"),
        password_file: Some(std::path::absolute(here.join("p")).unwrap()),
        operator: None,
    };
    assert_eq!(config.keys, Some(expected));
    {
        let node = Running::start(&path);
        node.event("final", |event| event["round"].as_u64() >= Some(3));
    }
    let refused = || refused(here, &["node", "--config", "ada/node.toml"]);
    std::fs::rename(here.join("p"), here.join("away")).unwrap();
    write(&here.join("p"), "a password", 0o644);
    assert_says(&refused(), &["password file", "chmod 600"]);
    std::fs::remove_file(here.join("p")).unwrap();
    write(&here.join("p"), "another password", 0o600);
    assert_says(&refused(), &["keys.json", "the password does not fit"]);
    let text = std::fs::read_to_string(&path).unwrap();
    let without: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("password_file"))
        .collect();
    std::fs::write(&path, without.join("\n")).unwrap();
    assert_says(&refused(), &["is encrypted", "`password_file` under `[keys]`"]);
}

/// The operator key comes from a file of its own: the wallet takes it there, and the node too, if it is to.
#[test]
fn stake_moves_with_the_operator_key_alone() {
    let mut cluster = Cluster::new(1, 1, quick(Profile::full()));
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    write(&here.join("p"), "a password", 0o600);
    write(&here.join("q"), "another password", 0o600);
    let mut keys = cluster.keys(0).clone();
    let operators = keys.take_operators();
    keys.create_encrypted(&here.join("keys.json"), &Password::new("a password"))
        .unwrap();
    operators
        .create_encrypted(&here.join("operator.json"), &Password::new("another password"))
        .unwrap();
    cluster.start_all();
    cluster.wait_for(2, Duration::from_secs(60));
    let rpc = cluster.rpc(0);
    let rpc = ["--rpc", &rpc, "--json"];
    let unbond = ["stake", "unbond", "--amount", "1"];

    let said = refused(
        here,
        &[
            &unbond[..],
            &rpc,
            &["--keys", "keys.json", "--password-file", "p"],
        ]
        .concat(),
    );
    assert_says(&said, &["no operator key of account", "--operator"]);
    let said = refused(
        here,
        &[&unbond[..], &rpc, &["--operator", "operator.json"]].concat(),
    );
    assert_says(&said, &["operator.json is encrypted", "--password-file"]);
    let operator = ["--operator", "operator.json", "--operator-password-file", "q"];
    let sent = json(here, &[&unbond[..], &rpc, &operator, &["--wait"]].concat());
    assert!(sent["round"].as_u64() >= Some(3), "{sent}");

    // New keys need the file that they go into.
    let rotate = ["stake", "rotate", "--prepare"];
    let said = refused(here, &[&rotate[..], &rpc, &operator].concat());
    assert_says(&said, &["--keys"]);
    let both = [&operator[..], &["--keys", "keys.json", "--password-file", "p"]].concat();
    printed(here, &[&rotate[..], &rpc, &both].concat());
    let file = KeyFile::open(&here.join("keys.json"), Some(&Password::new("a password"))).unwrap();
    assert_eq!((file.validators.len(), file.operators.len()), (2, 0));
    let sent = json(
        here,
        &[&["stake", "rotate"], &rpc[..], &both, &["--wait"]].concat(),
    );
    assert!(sent["in_force"].as_u64() > sent["round"].as_u64(), "{sent}");
    // Old and new keys are told apart.
    let shown = printed(here, &["keys", "inspect", "keys.json"]);
    assert_says(&shown, &["oldest keys, vote key ", "newest keys, vote key "]);
    a_lost_key_file_is_replaced(here, &rpc, &operator, &file.validators[0].id);
    // The account is public.
    let shown = json(
        here,
        &[&["stake", "show", "--keys", "keys.json"], &rpc[..]].concat(),
    );
    assert_eq!(shown["account"], file.validators[0].id.to_string());
}

/// Where the key file is lost, the operator key replaces the validator's keys by those of another file.
fn a_lost_key_file_is_replaced(here: &Path, rpc: &[&str], operator: &[&str], account: &klero_node::Digest) {
    let new = [
        "keys",
        "new",
        "--network",
        NETWORK,
        "--password-file",
        "p",
        "--keys",
        "new.json",
    ];
    printed(here, &new);
    let instead = [operator, &["--keys", "new.json", "--password-file", "p"]].concat();
    printed(here, &[&["stake", "rotate", "--prepare"], rpc, &instead].concat());
    let replaced = KeyFile::open(&here.join("new.json"), Some(&Password::new("a password"))).unwrap();
    assert_eq!(replaced.validators[1].id, *account);
}

/// Paths of the table are relative to the file; another spelling of it is refused with its place.
#[test]
fn the_table_of_keys_is_read() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("node.toml");
    let load = |keys: &str| {
        let text = format!("name = \"n\"\ngenesis = \"g\"\ndata = \"d\"\n{keys}\n");
        std::fs::write(&path, text).unwrap();
        NodeConfig::load(&path)
    };
    let table = "[keys]\nfile = \"k.json\"\npassword_file = \"/run/p\"\noperator = \"o.json\"";
    let config = load(table).unwrap();
    let expected = KeysConfig {
        file: here.path().join("k.json"),
        password_file: Some("/run/p".into()),
        operator: Some(here.path().join("o.json")),
    };
    assert_eq!(config.keys, Some(expected));
    let written = toml::to_string(&config).unwrap();
    std::fs::write(&path, &written).unwrap();
    assert_eq!(NodeConfig::load(&path).unwrap(), config, "{written}");
    for wrong in [
        "[keys]\npassword = \"secret\"",
        "[keys]\npassword_file = \"p\"",
        "keys = 7",
    ] {
        assert!(load(wrong).is_err(), "{wrong}");
    }
}
