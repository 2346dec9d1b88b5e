//! A node that joins says what it waits for, and ends when it is told to, not when the wait is over.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cli::{json, printed};
use crate::cli_init::ANY_PORTS;

/// A directory of a node that joins a network of which nobody answers.
fn joiner(here: &Path) {
    let init = |args: &[&str]| json(here, &[&["init", "--json"], args, &ANY_PORTS[..]].concat());
    init(&[
        "--plain",
        "--dir",
        "ada",
        "--network",
        "athens",
        "--stake",
        "1000",
    ]);
    let made = ["--network", "athens", "--validators", "ada/validators.json"];
    printed(
        here,
        &[&["genesis", "new", "--out", "genesis.json"], &made[..]].concat(),
    );
    let nobody = [
        "--genesis",
        "genesis.json",
        "--bootnode",
        "/ip4/127.0.0.1/udp/9/quic-v1",
    ];
    init(&[&["--dir", "ben"], &nobody[..]].concat());
    let config = std::fs::read_to_string(here.join("ben/node.toml")).unwrap();
    assert!(config.contains("[join]"), "{config}");
}

fn start(here: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_klero"))
        .args(["node", "--exit-with-parent", "--config"])
        .arg(here.join("ben/node.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until the node says that it waits for a peer, tells it to stop, and sees it end soon and in good order.
fn ends_when(tell: impl FnOnce(&mut Child)) {
    let here = tempfile::tempdir().unwrap();
    joiner(here.path());
    let mut node = start(here.path());
    let mut log = BufReader::new(node.stderr.take().unwrap()).lines();
    assert!(log.any(|line| line.unwrap().contains("waiting at most ten seconds for a peer")));
    // Whoever writes to a closed pipe fails: the rest of the log is read, too.
    std::thread::spawn(move || log.for_each(drop));
    let told = Instant::now();
    tell(&mut node);
    while told.elapsed() < Duration::from_secs(60) {
        if let Some(status) = node.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            assert!(told.elapsed() < Duration::from_secs(7), "{:?}", told.elapsed());
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    node.kill().unwrap();
    panic!("it goes on");
}

#[test]
fn at_a_signal() {
    ends_when(|node| {
        let id = node.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &id])
                .status()
                .unwrap()
                .success()
        );
    });
}

#[test]
fn with_its_parent() {
    ends_when(|node| drop(node.stdin.take()));
}
