//! The nodes of a testnet, each on a host of its own.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use klero_node::events::{FinalEvent, NodeEvent};
use klero_node::keys::KeyFile;
use klero_node::{Digest, NodeConfig};
use serde_json::Value;

use super::hosts::{Hosts, PORT, address};
use super::say;
use crate::testnet_launch::{Launched, Network};

/// The HTTP API of every node, on its own host.
const RPC: &str = "127.0.0.1:8545";

/// A network that runs.
pub(super) struct Nodes {
    pub(super) hosts: Hosts,
    nodes: Vec<Running>,
    /// The directory, and the right to be the only network on this machine.
    _launched: Launched,
}

/// A node process, and what it told so far.
struct Running {
    process: Child,
    log: PathBuf,
    validators: Vec<Digest>,
    told: Arc<Mutex<Vec<NodeEvent>>>,
}

impl Nodes {
    /// A testnet of four nodes, made and started once by `klero testnet`, then each on its own host.
    pub(super) fn start(validators: usize, prepare: impl FnOnce(&mut Hosts)) -> Self {
        let validators = validators.to_string();
        let mut launched = Launched::start(&["--validators", &validators, "--rounds", "2"]);
        let network = launched.network();
        while launched.line().is_some() {}
        assert!(launched.end().success(), "{}", launched.remarks());
        let mut hosts = Hosts::new(network.nodes.len());
        prepare(&mut hosts);
        let nodes = configure(&network).into_iter().enumerate();
        let nodes = nodes
            .map(|(number, config)| Running::start(&hosts, number, &config))
            .collect();
        Self {
            hosts,
            nodes,
            _launched: launched,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.nodes.len()
    }

    /// The final blocks that a node told of, in their order.
    pub(super) fn finals(&self, node: usize) -> Vec<FinalEvent> {
        let told = self.nodes[node]
            .told
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let finals = told.iter().filter_map(|event| match event {
            NodeEvent::Final(event) => Some(event.clone()),
            _ => None,
        });
        finals.collect()
    }

    /// The last final round of each node.
    pub(super) fn heads(&self) -> Vec<u64> {
        let heads = (0..self.count()).map(|node| self.finals(node).last().map_or(0, |last| last.round));
        heads.collect()
    }

    /// What `klero status --json` prints on a node's own host.
    pub(super) fn status(&self, node: usize) -> Value {
        let mut command = self.hosts.host(node).command(env!("CARGO_BIN_EXE_klero"));
        let output = command
            .args(["status", "--json", "--rpc", &format!("http://{RPC}")])
            .output()
            .expect("nsenter");
        let text = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(&text).unwrap_or_else(|error| {
            panic!("{error}: {text} {}", String::from_utf8_lossy(&output.stderr));
        })
    }

    /// The validators of a node.
    pub(super) fn validators(&self, node: usize) -> &[Digest] {
        &self.nodes[node].validators
    }

    /// What a node wrote on its log.
    pub(super) fn log(&self, node: usize) -> String {
        std::fs::read_to_string(&self.nodes[node].log).expect("a log")
    }

    /// Waits until something holds; says whether it did in time.
    pub(super) fn wait(&self, within: Duration, holds: impl Fn(&Self) -> bool) -> bool {
        let until = Instant::now() + within;
        while !holds(self) {
            if Instant::now() > until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        true
    }

    /// [D13] No two nodes have different blocks of a round, and nobody saw two quorums that exclude each other.
    pub(super) fn agree(&self) {
        let mut blocks = BTreeMap::new();
        for node in 0..self.count() {
            for event in self.finals(node) {
                let block = *blocks.entry(event.round).or_insert(event.block);
                assert_eq!(block, event.block, "round {} has two blocks", event.round);
            }
            let told = self.nodes[node]
                .told
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let is_alarm =
                |event: &&NodeEvent| matches!(event, NodeEvent::Alarm { .. } | NodeEvent::Fork { .. });
            assert_eq!(told.iter().find(is_alarm), None, "node {node}");
        }
    }
}

/// Gives the nodes the addresses of their hosts; where their configurations are.
fn configure(network: &Network) -> Vec<PathBuf> {
    let peers = |node: usize| format!("/ip4/{}/udp/{PORT}/quic-v1", address(node));
    let count = network.nodes.len();
    let each = network.nodes.iter().enumerate().map(|(number, node)| {
        let path = node.dir.join("node.toml");
        let text = std::fs::read_to_string(&path).expect("a configuration");
        let mut config: NodeConfig = toml::from_str(&text).expect("a configuration");
        config.rpc = RPC.parse().expect("an address");
        config.listen = vec![format!("/ip4/0.0.0.0/udp/{PORT}/quic-v1")];
        config.bootnodes = (0..count).filter(|other| *other != number).map(peers).collect();
        config.admin = None;
        std::fs::write(&path, toml::to_string(&config).expect("TOML")).expect("written");
        path
    });
    each.collect()
}

impl Running {
    fn start(hosts: &Hosts, number: usize, config: &Path) -> Self {
        let log = config.with_file_name("own-host.log");
        let keys = KeyFile::load(&config.with_file_name("keys.json")).expect("keys");
        let validators = keys.validators.iter().map(|entry| entry.id).collect();
        let mut process = hosts
            .host(number)
            .command(env!("CARGO_BIN_EXE_klero"))
            .args(["node", "--json", "--exit-with-parent", "--config"])
            .arg(config)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("a log"))
            .spawn()
            .expect("nsenter");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        let told = Arc::new(Mutex::new(Vec::new()));
        let telling = Arc::clone(&told);
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                telling.lock().unwrap_or_else(PoisonError::into_inner).push(event);
            }
        });
        Self {
            process,
            log,
            validators,
            told,
        }
    }
}

impl Running {
    /// Keeps the log of a test that failed, or of each if `NETNS_LOGS` is set: nobody can look into a network that is gone.
    fn keep_log(&self) {
        if !std::thread::panicking() && std::env::var_os("NETNS_LOGS").is_none() {
            return;
        }
        let number = self.process.id();
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("netns-{number}.log"));
        match std::fs::copy(&self.log, &kept) {
            Ok(_) => say(&format!("netns: a node's log: {}", kept.display())),
            Err(error) => say(&format!("netns: {} is lost: {error}", self.log.display())),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _status = self.process.wait();
        self.keep_log();
    }
}
