//! The configuration: few fields, defaults for most, unknown ones refused.

use std::path::{Path, PathBuf};

use klero_node::{ConfigError, NodeConfig, PeeringConfig};

fn load(text: &str) -> (PathBuf, Result<NodeConfig, ConfigError>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("node.toml");
    std::fs::write(&path, text).unwrap();
    (directory.path().to_owned(), NodeConfig::load(&path))
}

#[test]
fn three_fields_are_a_configuration() {
    let (directory, config) = load("name = \"n\"\ngenesis = \"genesis.json\"\ndata = \"data\"\n");
    let config = config.unwrap();
    assert_eq!(config.name, "n");
    assert_eq!(config.genesis, directory.join("genesis.json"));
    assert_eq!(config.data, directory.join("data"));
    assert_eq!(config.keys, None);
    assert!(
        config.rpc.ip().is_loopback(),
        "nobody else reaches the API unless asked for"
    );
    assert!(!config.listen.is_empty() && config.bootnodes.is_empty());
}

#[test]
fn relative_paths_are_relative_to_the_file_and_absolute_ones_stay() {
    let text = "name = \"n\"\ngenesis = \"/etc/genesis.json\"\ndata = \"../data\"\nkeys = \"keys.json\"\n";
    let (directory, config) = load(text);
    let config = config.unwrap();
    assert_eq!(config.genesis, Path::new("/etc/genesis.json"));
    assert_eq!(config.data, directory.join("../data"));
    assert_eq!(
        config.keys,
        Some(directory.join("keys.json").to_str().unwrap().into())
    );
}

#[test]
fn a_configuration_that_is_written_is_read_back() {
    let text = "name = \"n\"\ngenesis = \"/g\"\ndata = \"/d\"\nkeys = \"/k\"\nrpc = \"127.0.0.1:1\"\n\
        listen = [\"/ip4/127.0.0.1/udp/1/quic-v1\"]\nbootnodes = [\"/ip4/127.0.0.1/udp/2/quic-v1\"]\n\
        [admin]\nlisten = \"127.0.0.1:2\"\ntoken = \"/t\"\n";
    let config = load(text).1.unwrap();
    let again = load(&toml::to_string(&config).unwrap()).1.unwrap();
    assert_eq!(again, config);
}

#[test]
fn an_unknown_field_is_refused_by_its_name() {
    let error = load("name = \"n\"\ngenesis = \"g\"\ndata = \"d\"\nport = 1\n")
        .1
        .unwrap_err();
    assert!(matches!(error, ConfigError::Parse { .. }));
    assert!(
        error.to_string().contains("port") && error.to_string().contains("node.toml"),
        "{error}"
    );
}

#[test]
fn a_missing_field_is_named() {
    let error = load("name = \"n\"\ngenesis = \"g\"\n").1.unwrap_err().to_string();
    assert!(error.contains("data"), "{error}");
}

#[test]
fn a_missing_file_is_named_with_what_helps() {
    let error = NodeConfig::load(Path::new("nowhere.toml"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("nowhere.toml") && error.contains("klero testnet"),
        "{error}"
    );
}

#[test]
fn the_admin_api_is_off_unless_asked_for_and_then_on_this_machine_alone() {
    let three = "name = \"n\"\ngenesis = \"g\"\ndata = \"d\"\n";
    assert_eq!(load(three).1.unwrap().admin, None);
    let (directory, config) = load(&format!("{three}[admin]\n"));
    let admin = config.unwrap().admin.unwrap();
    assert!(admin.listen.ip().is_loopback());
    assert_eq!(admin.token, directory.join("admin.token"));
    let error = load(&format!("{three}[admin]\npassword = \"p\"\n"))
        .1
        .unwrap_err();
    assert!(error.to_string().contains("password"), "{error}");
}

const THREE: &str = "name = \"n\"\ngenesis = \"g\"\ndata = \"d\"\n";

#[test]
fn the_network_may_be_left_out_and_is_read_back_when_it_is_not() {
    let config = load(THREE).1.unwrap();
    assert_eq!(config.network, PeeringConfig::default());
    assert!(!toml::to_string(&config).unwrap().contains("network"));
    let text = format!(
        "{THREE}[network]\ndiscovery = false\noutbound = 3\nexternal = [\"/ip4/198.51.100.4/udp/1/quic-v1\"]\n\
         connections = 9\ninbound = 6\nper_address = 2\nhalf_open = 5\nhalf_open_per_address = 4\n"
    );
    let config = load(&text).1.unwrap();
    assert!(!config.network.discovery);
    assert_eq!(
        (config.network.connections, config.network.half_open_per_address),
        (9, 4)
    );
    let again = load(&toml::to_string(&config).unwrap()).1.unwrap();
    assert_eq!(again.network, config.network);
    let error = load(&format!("{THREE}[network]\nmax_peers = 7\n")).1.unwrap_err();
    assert!(error.to_string().contains("max_peers"), "{error}");
}

#[test]
fn the_checkpoint_that_a_joiner_trusts_is_relative_to_the_file_too() {
    let text = "name = \"n\"\ngenesis = \"genesis.json\"\ndata = \"data\"\n[join]\ncheckpoint = \"checkpoint.json\"\n";
    let (directory, config) = load(text);
    let join = config.unwrap().join.unwrap();
    assert_eq!(join.checkpoint, Some(directory.join("checkpoint.json")));
    assert_eq!(join.max_age_hours, 24);
    let (_, config) = load(&format!("{text}trust = true\n"));
    assert!(config.is_err(), "unknown fields are refused here too");
}
