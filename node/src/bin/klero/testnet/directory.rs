//! The directory of a test network: genesis, a directory for each node, and `network.json`.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use klero_node::{AdminConfig, NodeConfig, PeeringConfig};
use serde::Serialize;

use super::plan::Plan;
use super::ports::Ports;
use crate::{genesis, output};

/// The most other nodes that a node is told of; it hears of the rest from these.
const MOST_BOOTNODES: usize = 8;

/// The first node's file with the account that hands out stake.
const FAUCET: &str = "faucet.json";

/// The directory, by its absolute path.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
}

/// `network.json`: everything that a script needs.
#[derive(Debug, Serialize)]
pub(crate) struct NetworkFile {
    /// The path of the genesis file.
    pub(crate) genesis: PathBuf,
    /// The nodes.
    pub(crate) nodes: Vec<NodeEntry>,
}

/// One node in `network.json`.
#[derive(Debug, Serialize)]
pub(crate) struct NodeEntry {
    /// Its name.
    pub(crate) name: String,
    /// Its process id.
    pub(crate) pid: u32,
    /// Its directory.
    pub(crate) dir: PathBuf,
    /// Its HTTP API.
    pub(crate) rpc: String,
    /// Its admin API; the token is in the file `admin.token` of its directory.
    pub(crate) admin: String,
    /// Its address for peers.
    pub(crate) p2p: String,
}

impl Directory {
    /// Makes the directory, or takes an empty one; without a path a new one among the temporary files.
    pub(crate) fn new(path: Option<&Path>) -> anyhow::Result<Self> {
        let path = match path {
            Some(path) => {
                take_empty(path)?;
                path.to_owned()
            }
            None => tempfile::Builder::new()
                .prefix("klero-testnet-")
                .tempdir()
                .context("cannot make a temporary directory: choose one with --dir")?
                .keep(),
        };
        let path = path
            .canonicalize()
            .with_context(|| format!("cannot find {}", path.display()))?;
        Ok(Self { path })
    }

    /// The path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of the genesis file.
    pub(crate) fn genesis(&self) -> PathBuf {
        self.path.join("genesis.json")
    }

    /// The directory of a node.
    pub(crate) fn node(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The configuration of a node.
    pub(crate) fn config(&self, name: &str) -> PathBuf {
        self.node(name).join("node.toml")
    }

    /// Writes the genesis and, for each node, keys and an empty log.
    pub(crate) fn write(&self, plan: &Plan) -> anyhow::Result<()> {
        genesis::create(&plan.genesis, &self.genesis())?;
        for (place, node) in plan.nodes.iter().enumerate() {
            let dir = self.node(&node.name);
            std::fs::create_dir(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
            node.keys.create(&dir.join("keys.json"))?;
            if place == 0 {
                plan.faucet.create(&dir.join(FAUCET))?;
            }
            // The keys were made just now: nobody voted with them.
            klero_node::mark_never_voted(&dir.join("data"), node.keys.accounts())
                .with_context(|| format!("cannot make the log of {}", node.name))?;
        }
        Ok(())
    }

    /// Writes the configurations of the nodes, over those with other ports if there are any.
    pub(crate) fn configure(&self, plan: &Plan, ports: &[Ports]) -> anyhow::Result<()> {
        let peers: Vec<String> = ports.iter().map(Ports::peers).collect::<Result<_, _>>()?;
        for (place, (node, ports)) in plan.nodes.iter().zip(ports).enumerate() {
            let others = (1..peers.len()).map(|distance| peers[(place + distance) % peers.len()].clone());
            let bootnodes: Vec<String> = others.take(MOST_BOOTNODES).collect();
            let config = NodeConfig {
                name: node.name.clone(),
                genesis: "../genesis.json".into(),
                data: "data".into(),
                keys: Some("keys.json".into()),
                faucet: (place == 0).then(|| FAUCET.into()),
                rpc: ports.rpc()?,
                listen: vec![ports.peers()?],
                wait_for_peers: bootnodes.len(),
                join: None,
                network: PeeringConfig::default(),
                bootnodes,
                admin: Some(AdminConfig {
                    listen: ports.admin()?,
                    token: "admin.token".into(),
                }),
            };
            let path = self.config(&node.name);
            std::fs::write(&path, toml::to_string(&config)?)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    /// Writes `network.json` in one piece, so that a script that waits for it never reads half of it.
    pub(crate) fn write_network(&self, network: &NetworkFile) -> anyhow::Result<()> {
        let (part, whole) = (
            self.path.join("network.json.part"),
            self.path.join("network.json"),
        );
        let text = format!("{}\n", serde_json::to_string_pretty(network)?);
        std::fs::write(&part, text)
            .and_then(|()| std::fs::rename(&part, &whole))
            .with_context(|| format!("cannot write {}", whole.display()))
    }
}

fn take_empty(path: &Path) -> anyhow::Result<()> {
    let shown = path.display();
    match std::fs::read_dir(path) {
        Ok(mut entries) => {
            ensure!(
                entries.next().is_none(),
                "{shown} is not empty: choose another --dir, or remove it with `rm -r {}`",
                output::shell(path)
            );
            Ok(())
        }
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => std::fs::create_dir_all(path)
            .with_context(|| format!("cannot make {shown}: choose another --dir")),
        Err(cause) => Err(cause).with_context(|| format!("cannot use {shown}: choose another --dir")),
    }
}
