//! A test network in processes of its own, started as a user starts it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

/// The longest that anything may take that takes a second or two on an idle machine.
pub(crate) const WITHIN: Duration = Duration::from_secs(90);

/// One network at a time: each has as many busy processes as the machine has cores, or more.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Nobody else starts a network while this is held.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `network.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Network {
    pub(crate) genesis: PathBuf,
    pub(crate) nodes: Vec<NodeEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NodeEntry {
    pub(crate) name: String,
    pub(crate) pid: u32,
    pub(crate) dir: PathBuf,
    pub(crate) rpc: String,
    pub(crate) admin: String,
    pub(crate) p2p: String,
}

/// A launcher with its nodes; they end when it is dropped.
pub(crate) struct Launched {
    pub(crate) launcher: Child,
    lines: Receiver<Value>,
    directory: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Launched {
    /// `klero testnet --json` with these arguments, in a new directory.
    pub(crate) fn start(args: &[&str]) -> Self {
        let alone = alone();
        let directory = tempfile::tempdir().unwrap();
        let errors = std::fs::File::create(directory.path().join("stderr")).unwrap();
        let mut launcher = Command::new(env!("CARGO_BIN_EXE_klero"))
            .args(["testnet", "--json", "--dir"])
            .arg(directory.path().join("net"))
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap();
        let output = BufReader::new(launcher.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line} is not JSON"));
                if sender.send(value).is_err() {
                    return;
                }
            }
        });
        Self {
            launcher,
            lines,
            directory,
            _alone: alone,
        }
    }

    /// The directory of the network.
    pub(crate) fn directory(&self) -> PathBuf {
        self.directory.path().join("net")
    }

    /// What the launcher says besides its results.
    pub(crate) fn remarks(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("stderr")).unwrap()
    }

    /// `network.json`, as soon as it is there.
    pub(crate) fn network(&self) -> Network {
        let path = self.directory().join("network.json");
        eventually("network.json is written", || path.exists());
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// The next line; `None` after the last.
    pub(crate) fn line(&self) -> Option<Value> {
        match self.lines.recv_timeout(WITHIN) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("no line for {WITHIN:?}; {}", self.remarks()),
        }
    }

    /// Reads lines up to that of a round.
    pub(crate) fn wait_for_round(&self, round: u64) {
        loop {
            let line = self
                .line()
                .unwrap_or_else(|| panic!("ended before round {round}; {}", self.remarks()));
            if line["round"].as_u64() >= Some(round) {
                return;
            }
        }
    }

    /// Presses Ctrl-C, so to speak.
    pub(crate) fn interrupt(&self) {
        signal(self.launcher.id(), "INT");
    }

    /// Waits until the launcher ends.
    pub(crate) fn end(&mut self) -> ExitStatus {
        eventually("the launcher ends", || {
            self.launcher.try_wait().unwrap().is_some()
        });
        self.launcher.wait().unwrap()
    }
}

impl Drop for Launched {
    fn drop(&mut self) {
        // The nodes end with their launcher, whatever ends it.
        let _ended_already = self.launcher.kill();
        let _status = self.launcher.wait();
    }
}

/// Sends a signal.
pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success(), "cannot send {name} to process {pid}");
}

/// Waits for something that must come.
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + WITHIN;
    while !is_so() {
        assert!(Instant::now() < until, "not within {WITHIN:?}: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Status and text of an answer.
pub(crate) fn get(url: &str) -> Option<(u16, String)> {
    let mut answer = agent().get(url).call().ok()?;
    Some((answer.status().as_u16(), answer.body_mut().read_to_string().ok()?))
}

/// Hands in a transaction; the status of the answer.
pub(crate) fn post(rpc: &str, transaction: &str) -> u16 {
    agent()
        .post(format!("{rpc}/v1/transactions"))
        .send(transaction)
        .unwrap()
        .status()
        .as_u16()
}

/// The last final round of a node; `None` when it does not answer.
pub(crate) fn head(rpc: &str) -> Option<u64> {
    status(rpc)?["final_round"].as_u64()
}

/// Where a node stands; `None` when it does not answer.
pub(crate) fn status(rpc: &str) -> Option<Value> {
    let (code, text) = get(&format!("{rpc}/v1/status"))?;
    assert_eq!(code, 200, "{text}");
    serde_json::from_str(&text).ok()
}

/// Starts a node again by hand, as the launcher tells.
pub(crate) fn start_node(directory: &Path) -> Restarted {
    start_node_with(directory, &[])
}

/// The same, with these variables in its environment.
pub(crate) fn start_node_with(directory: &Path, variables: &[(&str, &Path)]) -> Restarted {
    let log = std::fs::File::create(directory.join("restarted.log")).unwrap();
    let process = Command::new(env!("CARGO_BIN_EXE_klero"))
        .envs(variables.iter().copied())
        .args(["node", "--config"])
        .arg(directory.join("node.toml"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    Restarted(process)
}

/// A node process, killed when dropped.
pub(crate) struct Restarted(Child);

impl Restarted {
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Restarted {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _status = self.0.wait();
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(20)))
        .http_status_as_error(false)
        .proxy(None)
        .build();
    ureq::Agent::new_with_config(config)
}
