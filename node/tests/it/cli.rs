//! The program `klero` as a user calls it: results, exit statuses, and errors that say what helps.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// For a command that only computes.
const WITHIN: Duration = Duration::from_secs(60);

/// Runs `klero` in a directory to its end, with nothing on standard input.
pub(crate) fn klero(directory: &Path, args: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_klero"))
        .args(args)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let until = Instant::now() + WITHIN;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() >= until {
            child.kill().unwrap();
            panic!("klero {args:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

/// What a command that succeeds prints.
pub(crate) fn printed(directory: &Path, args: &[&str]) -> String {
    let output = klero(directory, args);
    assert!(
        output.status.success(),
        "klero {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The JSON that a command that succeeds prints.
pub(crate) fn json(directory: &Path, args: &[&str]) -> Value {
    let text = printed(directory, args);
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// What a command that fails with status 1 says.
pub(crate) fn refused(directory: &Path, args: &[&str]) -> String {
    let output = klero(directory, args);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "klero {args:?}: {said}");
    assert!(said.contains("error: "), "{said}");
    said
}

pub(crate) fn assert_says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "{word:?} is missing in: {said}");
    }
}

#[test]
fn help_lists_the_commands() {
    let here = tempfile::tempdir().unwrap();
    let help = printed(here.path(), &["--help"]);
    let commands = [
        "testnet",
        "node",
        "init",
        "status",
        "admin",
        "stake",
        "verify",
        "genesis",
        "keys",
        "sortition",
        "analysis",
    ];
    assert_says(&help, &commands);
}

#[test]
fn an_unknown_command_has_status_2() {
    let here = tempfile::tempdir().unwrap();
    assert_eq!(klero(here.path(), &["tesnet"]).status.code(), Some(2));
}

#[test]
fn a_testnet_refuses_a_directory_that_is_not_empty() {
    let here = tempfile::tempdir().unwrap();
    std::fs::create_dir(here.path().join("net")).unwrap();
    std::fs::write(here.path().join("net/mine.txt"), "mine").unwrap();
    let said = refused(here.path(), &["testnet", "--dir", "net", "--rounds", "1"]);
    assert_says(&said, &["net is not empty", "--dir", "rm -r net"]);
    assert_eq!(
        std::fs::read_to_string(here.path().join("net/mine.txt")).unwrap(),
        "mine"
    );
}

#[test]
fn a_testnet_refuses_a_port_in_use() {
    let here = tempfile::tempdir().unwrap();
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    // The highest ports have no room for the others after them; then the range is what is wrong.
    let port = taken.local_addr().unwrap().port().to_string();
    let said = refused(
        here.path(),
        &["testnet", "--dir", "net", "--rounds", "1", "--base-port", &port],
    );
    assert_says(&said, &[&port, "--base-port"]);
    assert!(
        !here.path().join("net").exists(),
        "nothing is made before the ports are known to be free"
    );
}

#[test]
fn a_testnet_refuses_more_nodes_than_validators() {
    let here = tempfile::tempdir().unwrap();
    let said = refused(
        here.path(),
        &["testnet", "--dir", "net", "--nodes", "5", "--validators", "4"],
    );
    assert_says(&said, &["5 nodes share 4 validators", "--validators 5"]);
}

#[test]
fn a_node_without_a_configuration_is_told_how_to_get_one() {
    let here = tempfile::tempdir().unwrap();
    let said = refused(here.path(), &["node", "--config", "node.toml"]);
    assert_says(&said, &["node.toml", "klero testnet"]);
}

#[test]
fn a_configuration_with_an_unknown_field_is_refused() {
    let here = tempfile::tempdir().unwrap();
    let text = "name = \"a\"\ngenesis = \"g.json\"\ndata = \"data\"\nport = 1\n";
    std::fs::write(here.path().join("node.toml"), text).unwrap();
    let said = refused(here.path(), &["node", "--config", "node.toml"]);
    assert_says(&said, &["node.toml", "port"]);
}

#[test]
fn a_status_of_nothing_is_an_error() {
    let here = tempfile::tempdir().unwrap();
    // A port that was free a moment ago and that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let said = refused(
        here.path(),
        &["status", "--rpc", &format!("http://127.0.0.1:{port}")],
    );
    assert_says(&said, &["is the node running"]);
}

#[test]
fn analysis_is_the_program_of_its_own() {
    let here = tempfile::tempdir().unwrap();
    let text = printed(
        here.path(),
        &["analysis", "tail", "poisson", "--mean", "26", "--ge", "71"],
    );
    assert!(text.contains("e-13") || text.contains("2^-"), "{text}");
}
