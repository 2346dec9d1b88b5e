//! Describing a node before it starts.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use klero_finality::{Genesis, TrustedCheckpoint};
use klero_net::Multiaddr;

use crate::app::Application;
use crate::app::kv::{KeyValue, KvReader};
use crate::config::{AdminConfig, KeysConfig, NodeConfig};
use crate::core::ForkHook;
use crate::error::NodeError;
use crate::events::NodeEvent;
use crate::join::{Interrupt, JoinFrom};
use crate::keys::{KeyError, KeyFile, Password};
use crate::logs::Logs;
use crate::node::Node;
use crate::peering::PeeringConfig;
use crate::stake_desk::Faucet;
use crate::store::{MemoryStore, RocksStore, Store};
use crate::vote_log::VoteLog;
use crate::witness::Witness;

/// A node to be: by default it has no keys, no network and no API, and keeps everything in memory.
pub struct NodeBuilder {
    pub(crate) name: String,
    pub(crate) genesis: Genesis,
    pub(crate) keys: Option<KeyFile>,
    pub(crate) never_voted: bool,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) witness: Option<Witness>,
    pub(crate) directory: Option<PathBuf>,
    pub(crate) listen: Vec<Multiaddr>,
    pub(crate) bootnodes: Vec<Multiaddr>,
    pub(crate) network: PeeringConfig,
    pub(crate) peer_file: Option<PathBuf>,
    pub(crate) rpc: Option<SocketAddr>,
    pub(crate) admin: Option<AdminConfig>,
    pub(crate) logs: Option<Logs>,
    pub(crate) config: Option<NodeConfig>,
    pub(crate) peers: usize,
    pub(crate) interrupt: Interrupt,
    pub(crate) snapshot_every: Option<u64>,
    pub(crate) join: Option<JoinFrom>,
    pub(crate) equivocates: bool,
    pub(crate) events: Option<Sender<NodeEvent>>,
    pub(crate) kv: Option<KvReader>,
    pub(crate) faucet: Option<Faucet>,
    pub(crate) on_fork: Option<ForkHook>,
    pub(crate) application: Option<Box<dyn Application>>,
}

impl NodeBuilder {
    pub(crate) fn new(genesis: Genesis) -> Self {
        Self {
            name: "klero".into(),
            genesis,
            keys: None,
            never_voted: false,
            store: Arc::new(MemoryStore::default()),
            witness: None,
            directory: None,
            listen: Vec::new(),
            bootnodes: Vec::new(),
            network: PeeringConfig::default(),
            peer_file: None,
            rpc: None,
            admin: None,
            logs: None,
            config: None,
            peers: 0,
            interrupt: Interrupt::default(),
            snapshot_every: None,
            join: None,
            equivocates: false,
            events: None,
            kv: None,
            faucet: None,
            on_fork: None,
            application: None,
        }
    }

    /// The node that a configuration describes: reads its genesis and keys, opens its database. Keys that are encrypted
    /// need `password_file` under `[keys]`.
    ///
    /// # Errors
    /// [`NodeError`] for the first file that is missing or wrong.
    pub fn from_config(config: &NodeConfig) -> Result<Self, NodeError> {
        Self::with_password(config, None)
    }

    /// As [`NodeBuilder::from_config`], with the password of the keys, if they are encrypted and `password_file` is not
    /// given.
    ///
    /// # Errors
    /// [`NodeError`] for the first file that is missing or wrong.
    pub fn with_password(config: &NodeConfig, password: Option<&Password>) -> Result<Self, NodeError> {
        let genesis = read_genesis(&config.genesis)?;
        let mut builder = Self::new(genesis)
            .name(&config.name)
            .data(&config.data)?
            .rpc(config.rpc);
        builder.peers = config.wait_for_peers;
        builder.admin.clone_from(&config.admin);
        builder.config = Some(config.clone());
        builder.network.clone_from(&config.network);
        if let Some(join) = &config.join {
            builder.join = Some(JoinFrom {
                checkpoint: join.checkpoint.as_deref().map(read_checkpoint).transpose()?,
                max_age: Duration::from_secs(join.max_age_hours.saturating_mul(3600)),
            });
        }
        builder.keys = config
            .keys
            .as_ref()
            .map(|keys| read_keys(keys, password))
            .transpose()?;
        if let Some(path) = &config.faucet {
            builder.faucet = Some(Faucet::load(path)?);
        }
        for address in &config.listen {
            builder = builder.listen(parse(address)?);
        }
        for address in &config.bootnodes {
            builder = builder.bootnode(parse(address)?);
        }
        Ok(builder)
    }

    /// Does this upon a fork, after both certificates are on the disk and the node has stopped voting [FIN-6].
    #[must_use]
    pub fn on_fork(
        mut self,
        hook: impl FnMut(&klero_finality::Fork, &klero_finality::ForkReport) + Send + 'static,
    ) -> Self {
        self.on_fork = Some(ForkHook::new(hook));
        self
    }

    /// For testnets: the API hands out stake of this account.
    #[must_use]
    pub fn faucet(mut self, faucet: Faucet) -> Self {
        self.faucet = Some(faucet);
        self
    }

    /// For testnets: the node signs two values in each Soft and Cert role, and its validators lose their stake for it.
    #[must_use]
    pub fn equivocating(mut self) -> Self {
        self.equivocates = true;
        self
    }

    /// With a name for logs and pages.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    /// With validators' keys. Without the log of their votes the node says nothing, until two rounds that it saw
    /// begin are final [BA-9]; see [`NodeBuilder::new_keys`].
    #[must_use]
    pub fn keys(mut self, keys: KeyFile) -> Self {
        (self.keys, self.never_voted) = (Some(keys), false);
        self
    }

    /// With validators' keys that never voted anywhere, so that the node may vote at once.
    #[must_use]
    pub fn new_keys(mut self, keys: KeyFile) -> Self {
        (self.keys, self.never_voted) = (Some(keys), true);
        self
    }

    /// With this store.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn Store>) -> Self {
        (self.store, self.witness, self.directory) = (store, None, None);
        self
    }

    /// With a database and a file of known peers in this directory, which is made if absent.
    ///
    /// # Errors
    /// [`NodeError::Store`] when it cannot be opened, for example because another process holds it.
    pub fn data(mut self, directory: &Path) -> Result<Self, NodeError> {
        self = self.store(open(directory)?);
        self.witness = Some(witness(directory)?);
        self.directory = Some(directory.to_owned());
        self.peer_file = Some(directory.join("peers.json"));
        Ok(self)
    }

    /// Listens there for peers too.
    #[must_use]
    pub fn listen(mut self, address: Multiaddr) -> Self {
        self.listen.push(address);
        self
    }

    /// Keeps connected to that peer too.
    #[must_use]
    pub fn bootnode(mut self, address: Multiaddr) -> Self {
        self.bootnodes.push(address);
        self
    }

    /// Gets its peers, and takes so many, as told.
    #[must_use]
    pub fn network(mut self, network: PeeringConfig) -> Self {
        self.network = network;
        self
    }

    /// Serves the HTTP API there; port 0 for any.
    #[must_use]
    pub fn rpc(mut self, address: SocketAddr) -> Self {
        self.rpc = Some(address);
        self
    }

    /// Serves the admin API, and makes the file of its token if there is none.
    #[must_use]
    pub fn admin(mut self, admin: AdminConfig) -> Self {
        self.admin = Some(admin);
        self
    }

    /// Lets the admin API show the log of this process, and change what is logged.
    #[must_use]
    pub fn logs(mut self, logs: Logs) -> Self {
        self.logs = Some(logs);
        self
    }

    /// Waits for so many peers before the first step, at most ten seconds.
    #[must_use]
    pub fn wait_for_peers(mut self, peers: usize) -> Self {
        self.peers = peers;
        self
    }

    /// Gives up starting when told so: a node that joins may wait for peers, and fetch for long.
    #[must_use]
    pub fn interrupt(mut self, interrupt: Interrupt) -> Self {
        self.interrupt = interrupt;
        self
    }

    /// With an empty store, begins from a state snapshot of its peers, if they have one that can be trusted.
    #[must_use]
    pub fn join(mut self, from: JoinFrom) -> Self {
        self.join = Some(from);
        self
    }

    /// Makes a state snapshot every so many rounds, at least 1. Without this it is the first multiple of the checkpoints'
    /// interval from 100 rounds on; nodes that join take only those of checkpoints.
    #[must_use]
    pub fn snapshot_every(mut self, rounds: u64) -> Self {
        self.snapshot_every = Some(rounds);
        self
    }

    /// Tells what happens.
    #[must_use]
    pub fn events(mut self, events: Sender<NodeEvent>) -> Self {
        self.events = Some(events);
        self
    }

    /// With an application of one's own.
    #[must_use]
    pub fn application(mut self, application: impl Application) -> Self {
        self.application = Some(Box::new(application));
        self
    }

    /// With the built-in key-value application, in the node's store.
    ///
    /// # Errors
    /// [`NodeError::Application`] when its state cannot be read.
    pub fn key_value(mut self) -> Result<Self, NodeError> {
        self.kv = Some(KvReader::new(Arc::clone(&self.store)));
        self.application = Some(Box::new(KeyValue::open(Arc::clone(&self.store))?));
        Ok(self)
    }

    /// Starts the node.
    ///
    /// # Errors
    /// [`NodeError`] when a part of it cannot start.
    pub fn start(self) -> Result<Node, NodeError> {
        Node::start(self)
    }
}

/// Marks, in a data directory that was made together with the keys of these validators, that they never voted, so that
/// their node may vote at once [BA-9].
///
/// # Errors
/// [`NodeError::Store`] when the directory cannot be written, or a node runs in it.
pub fn mark_never_voted(
    data: &Path,
    validators: impl IntoIterator<Item = klero_sampling::Digest>,
) -> Result<(), NodeError> {
    let log = VoteLog::new(open(data)?);
    log.mark_never_voted(validators.into_iter())?;
    Ok(())
}

/// The witness of the vote log in a data directory.
fn witness(directory: &Path) -> Result<Witness, NodeError> {
    let path = directory.join("witness");
    Witness::open(&path).map_err(|cause| NodeError::Directory { path, cause })
}

/// Reads the keys that a configuration names.
fn read_keys(config: &KeysConfig, given: Option<&Password>) -> Result<KeyFile, KeyError> {
    let from_file = config.password_file.as_deref().map(Password::load).transpose()?;
    let password = from_file.as_ref().or(given);
    if !KeyFile::public_part(&config.file)?.is_encrypted {
        tracing::warn!(
            keys = %config.file.display(),
            "FOR TEST NETWORKS ONLY: the keys are not encrypted; encrypt them with `klero keys encrypt`"
        );
    }
    let mut keys = KeyFile::open(&config.file, password)?;
    if let Some(path) = &config.operator {
        keys.operators
            .append(&mut KeyFile::open(path, password)?.operators);
    }
    Ok(keys)
}

fn open(directory: &Path) -> Result<Arc<dyn Store>, NodeError> {
    let make = |cause| NodeError::Directory {
        path: directory.to_owned(),
        cause,
    };
    std::fs::create_dir_all(directory).map_err(make)?;
    Ok(Arc::new(RocksStore::open(&directory.join("db"))?))
}

/// Reads a genesis file.
///
/// # Errors
/// [`NodeError::Genesis`] when it is missing or malformed; whether it is right is for the chain to say.
pub fn read_genesis(path: &Path) -> Result<Genesis, NodeError> {
    let refused = |cause: String| NodeError::Genesis {
        path: path.to_owned(),
        cause,
    };
    let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| refused(error.to_string()))
}

fn read_checkpoint(path: &Path) -> Result<TrustedCheckpoint, NodeError> {
    let refused = |cause: String| NodeError::Checkpoint(format!("{}: {cause}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| refused(error.to_string()))
}

pub(crate) fn parse(address: &str) -> Result<Multiaddr, NodeError> {
    let refused = |error: klero_net::MultiaddrError| NodeError::Address {
        address: address.into(),
        cause: error.to_string(),
    };
    address.parse().map_err(refused)
}
