//! A network by hand: `klero init`, `klero genesis new`, `klero node`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cli::{json, printed, refused};

/// A node process, killed when dropped, and what it says.
pub(crate) struct Running {
    process: Child,
    events: Receiver<Value>,
}

impl Running {
    pub(crate) fn start(config: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_klero"))
            .args(["node", "--json", "--exit-with-parent", "--config"])
            .arg(config)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let (sender, events) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { process, events }
    }

    /// The first event of a kind that satisfies a condition.
    pub(crate) fn event(&self, kind: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let event = self
                .events
                .recv_timeout(left)
                .expect("the node says nothing more");
            if event["event"] == kind && is_it(&event) {
                return event;
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _status = self.process.wait();
    }
}

pub(crate) const ANY_PORTS: [&str; 4] = ["--rpc", "127.0.0.1:0", "--listen", "/ip4/127.0.0.1/udp/0/quic-v1"];

fn init(here: &Path, args: &[&str]) -> Value {
    json(here, &[&["init", "--json"], args, &ANY_PORTS[..]].concat())
}

/// One validator alone is a quorum. Its keys are new and its log begins with them, so it votes at once.
#[test]
fn a_network_made_by_hand_finalizes() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    let made = init(
        here,
        &[
            "--dir",
            "ada",
            "--network",
            "athens",
            "--stake",
            "1000",
            "--plain",
        ],
    );
    assert_eq!(made["public"], "ada/validators.json");
    let public = ["--network", "athens", "--validators", "ada/validators.json"];
    printed(
        here,
        &[&["genesis", "new", "--out", "ada/genesis.json"], &public[..]].concat(),
    );
    let mut node = Running::start(&here.join("ada/node.toml"));
    let ready = node.event("ready", |_| true);
    assert!(
        ready["rpc"].as_str().unwrap().starts_with("http://127.0.0.1:"),
        "{ready}"
    );
    node.event("final", |event| event["round"].as_u64() >= Some(3));

    // Who joins without keys follows.
    let peer = ready["p2p"][0].as_str().unwrap();
    init(
        here,
        &[
            "--dir",
            "ben",
            "--genesis",
            "ada/genesis.json",
            "--bootnode",
            peer,
        ],
    );
    assert!(!here.join("ben/keys.json").exists());
    let follower = Running::start(&here.join("ben/node.toml"));
    follower.event("final", |event| event["round"].as_u64() >= Some(3));

    // The pipe to its parent closes: the node ends in good order.
    drop(node.process.stdin.take());
    let until = Instant::now() + Duration::from_secs(20);
    let status = loop {
        if let Some(status) = node.process.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < until, "the node goes on without its parent");
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(status.success(), "{status}");
}

#[test]
fn a_key_file_moves_into_the_directory() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    printed(
        here,
        &[
            "keys",
            "new",
            "--plain",
            "--network",
            "athens",
            "--keys",
            "k.json",
            "--public",
            "p.json",
        ],
    );
    printed(
        here,
        &[
            "genesis",
            "new",
            "--network",
            "athens",
            "--validators",
            "p.json",
            "--out",
            "g.json",
        ],
    );
    let before = std::fs::read(here.join("k.json")).unwrap();
    init(here, &["--dir", "ada", "--genesis", "g.json", "--keys", "k.json"]);
    assert!(
        !here.join("k.json").exists(),
        "one key must not lie in two places"
    );
    let moved: Value = serde_json::from_slice(&std::fs::read(here.join("ada/keys.json")).unwrap()).unwrap();
    assert_eq!(moved, serde_json::from_slice::<Value>(&before).unwrap());
}

#[test]
fn a_directory_that_is_not_empty_is_refused() {
    let here = tempfile::tempdir().unwrap();
    let ada = ["--dir", "ada", "--network", "athens", "--plain"];
    init(here.path(), &ada);
    let said = refused(here.path(), &[&["init"], &ada[..]].concat());
    assert!(
        said.contains("ada is not empty") && said.contains("--dir"),
        "{said}"
    );
}

/// What a node of its own network says that is to listen at these two places.
fn said_when_listening(here: &Path, rpc: &str, peers: &str) -> String {
    let listen = ["--rpc", rpc, "--listen", peers];
    printed(
        here,
        &[
            &["init", "--plain", "--dir", "ada", "--network", "athens"],
            &listen[..],
        ]
        .concat(),
    );
    let public = ["--network", "athens", "--validators", "ada/validators.json"];
    printed(
        here,
        &[&["genesis", "new", "--out", "ada/genesis.json"], &public[..]].concat(),
    );
    refused(here, &["node", "--config", "ada/node.toml"])
}

#[test]
fn a_node_whose_http_port_is_taken_names_it() {
    let here = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = said_when_listening(here.path(), &address, "/ip4/127.0.0.1/udp/0/quic-v1");
    assert!(
        said.contains(&address) && said.contains("in use") && said.contains("`rpc`"),
        "{said}"
    );
}

#[test]
fn a_node_whose_port_for_peers_is_taken_names_it() {
    let here = tempfile::tempdir().unwrap();
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = format!(
        "/ip4/127.0.0.1/udp/{}/quic-v1",
        taken.local_addr().unwrap().port()
    );
    let said = said_when_listening(here.path(), "127.0.0.1:0", &address);
    assert!(
        said.contains(&address) && said.contains("in use") && said.contains("`listen`"),
        "{said}"
    );
}
