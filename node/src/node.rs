//! A running node: its parts, put together and taken apart.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Sender as EventSender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use klero_finality::Chain;
use klero_net::{Network, NetworkConfig, identity};
use klero_sampling::Digest;
use klero_stake::OperatorSecret;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::BlockStore;
use crate::api::admin::Office;
use crate::api::{ApiState, Bundle};
use crate::app::{Application, PoolError};
use crate::app_thread;
use crate::bounds::genesis_bounds;
use crate::builder::NodeBuilder;
use crate::config::{AdminConfig, NodeConfig};
use crate::core::{self, Core, CoreError, Links, OwnKeys};
use crate::error::NodeError;
use crate::events::NodeEvent;
use crate::join::Joiner;
use crate::keys::{KeyError, KeyFile, Secret, create_secret, load_secret};
use crate::level::LevelPage;
use crate::logs::Logs;
use crate::parts::{self, Connected, Parts, Watches};
use crate::past::PastRounds;
use crate::peer_file::PeerFile;
use crate::snapshot::{self, Restored, Snapshots};
use crate::status::{SharedStatus, Status};
use crate::submit::Submitter;
use crate::token::Token;
use crate::verify::Verifier;
use crate::vote_log::VoteLog;
use crate::witness::Witness;

/// Clients' transactions that wait for the application's thread; more wait in their connections.
const SUBMISSIONS: usize = 256;
/// How long a node waits for the peers that its configuration asks for.
const PEERS_WITHIN: Duration = Duration::from_secs(10);
/// Peers' subscriptions follow their handshakes; what is sent before they came is lost.
const SUBSCRIPTIONS: Duration = Duration::from_millis(300);
/// How long stopping may take.
const STOP_WITHIN: Duration = Duration::from_secs(3);

/// How a node came by its chain when it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restart {
    /// The round of the state snapshot that it was read from; none when every block was replayed.
    pub snapshot: Option<u64>,
    /// The blocks that were replayed.
    pub replayed: u64,
}

/// A running node. It stops when it is dropped or by [`Node::stop`].
pub struct Node {
    rpc: Option<SocketAddr>,
    admin: Option<SocketAddr>,
    addresses: Vec<String>,
    status: SharedStatus,
    submitter: Submitter,
    blocks: BlockStore,
    restart: Restart,
    core: Option<JoinHandle<Result<(), CoreError>>>,
    application: Option<app_thread::Running>,
    failed: Receiver<String>,
    stop: Option<Sender<()>>,
    stop_apis: Vec<oneshot::Sender<()>>,
    verifier: Verifier,
    watches: Option<Watches>,
    network: Network,
    peers: PeerFile,
    runtime: Option<Runtime>,
}

impl Node {
    /// Begins to describe a node of the chain with this genesis.
    pub fn builder(genesis: klero_finality::Genesis) -> NodeBuilder {
        NodeBuilder::new(genesis)
    }

    pub(crate) fn start(wanted: NodeBuilder) -> Result<Self, NodeError> {
        let mut application = wanted.application.ok_or(NodeError::NoApplication)?;
        genesis_bounds(&wanted.genesis)?;
        let blocks = BlockStore::new(wanted.store);
        let past = PastRounds::default();
        let snapshots = Snapshots::new(&blocks, wanted.genesis.checkpoints, wanted.snapshot_every);
        let restored = snapshot::restore(&wanted.genesis, &blocks, &snapshots, &past)?;
        replay(application.as_mut(), &blocks)?;
        let own = own_keys(wanted.keys.as_ref())?;
        let log = open_log(&blocks, wanted.witness, wanted.never_voted, &own)?;
        let id = *restored.chain.id();
        let seed = node_seed(wanted.keys.as_ref(), wanted.directory.as_deref())?;
        let config = network_config(id, &seed, wanted.listen, wanted.bootnodes)?;
        let peers = PeerFile::open(wanted.peer_file, id);
        let config = wanted.network.apply(config)?.known(peers.addresses());
        let listener = wanted.rpc.map(bind).transpose()?;
        let office = open_office(wanted.admin.as_ref(), wanted.logs, wanted.config)?;
        let runtime = runtime()?;
        let bundle = Bundle::new(wanted.genesis.clone(), &config.bootnodes);
        let connected = Connected::start(&runtime, &blocks, &snapshots, config)?;
        peers.clone().keep(&runtime, &connected.network);
        let (kept, asked) = ((&blocks, &snapshots), (&connected.network, &wanted.interrupt));
        let from = wanted.join.as_ref();
        let joiner = from.map(|from| Joiner::new(from, &wanted.genesis, asked, kept));
        let Restored { chain, restart } = join(restored, &runtime, joiner, &past, application.as_mut())?;
        let checkpoint = blocks.last_checkpoint()?;
        let joined = Parts::join(connected, (&chain, &past), (blocks, snapshots), bundle)?;
        let (parts, inbox, addresses) = (joined.parts, joined.inbox, joined.addresses);
        parts.introduce(&wanted.name, &chain, application.applied().root, checkpoint);
        let watches = parts.watch(wanted.directory)?;
        let (submitter, submissions) = Submitter::channel(SUBMISSIONS);
        let (application, application_runs) = app_thread::spawn(application, parts.around(submissions))?;
        let fetch = parts.follow_network(&runtime, joined.events);
        let state = parts.api_state(submitter.clone(), wanted.kv, wanted.faucet);
        let apis = Apis::open(&runtime, listener, office, state)?;
        announce(wanted.events.as_ref(), (apis.rpc, apis.admin), &addresses);
        let links = parts.links(application, fetch, wanted.events, wanted.on_fork);
        let ((stop, stopped), (tell_failure, failed)) = (bounded::<()>(1), bounded(1));
        let run = Run {
            chain,
            own,
            log,
            links,
            inbox,
            stopped,
            peers: wanted.peers,
            equivocates: wanted.equivocates,
        };
        let core = run.spawn(tell_failure)?;
        Ok(Self {
            rpc: apis.rpc,
            admin: apis.admin,
            addresses,
            status: parts.status,
            submitter,
            blocks: parts.blocks,
            restart,
            core: Some(core),
            application: Some(application_runs),
            failed,
            stop: Some(stop),
            stop_apis: apis.stop,
            verifier: parts.verifier,
            watches: Some(watches),
            network: parts.network,
            peers,
            runtime: Some(runtime),
        })
    }

    /// Where the HTTP API listens.
    pub const fn rpc(&self) -> Option<SocketAddr> {
        self.rpc
    }

    /// Where the admin API listens.
    pub const fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// Where peers reach the node, as multiaddresses that end in its peer id.
    pub fn addresses(&self) -> Vec<String> {
        self.addresses.clone()
    }

    /// Where the node stands.
    pub fn status(&self) -> Status {
        self.status.get()
    }

    /// The final blocks.
    pub const fn blocks(&self) -> &BlockStore {
        &self.blocks
    }

    /// How the chain was read from the store.
    pub const fn restart(&self) -> Restart {
        self.restart
    }

    /// Hands in a transaction; its digest when it waits in the pool and is on its way to the peers.
    ///
    /// # Errors
    /// [`PoolError`] when the pool or the application refused it, or the node is stopping.
    pub fn submit(&self, transaction: Vec<u8>) -> Result<Digest, PoolError> {
        let submit = self.submitter.submit(transaction);
        match &self.runtime {
            Some(runtime) => runtime.block_on(submit),
            None => Err(PoolError::Stopping),
        }
    }

    /// Waits until a round is final here; says whether it is within the time given.
    pub fn wait_for_round(&self, round: u64, within: Duration) -> bool {
        let until = Instant::now() + within;
        while self.status.get().final_round < round {
            if Instant::now() >= until || !self.failed.is_empty() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        true
    }

    /// How final a round is, once it has reached a level or the time is over; `None` while nothing is known of it.
    ///
    /// # Errors
    /// [`NodeError`] when the store fails.
    pub fn wait_for_level(
        &self,
        round: u64,
        level: klero_finality::Level,
        within: Duration,
    ) -> Result<Option<LevelPage>, NodeError> {
        let until = Instant::now() + within;
        loop {
            let found = LevelPage::of(&self.status.get(), &self.blocks, round)?;
            let is_reached = found.is_some_and(|page| page.level >= level);
            if is_reached || Instant::now() >= until || !self.failed.is_empty() {
                return Ok(found);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits for so long for the node to fail; says why it cannot go on, if it cannot.
    pub fn wait_failed(&self, within: Duration) -> Option<String> {
        self.failed.recv_timeout(within).ok()
    }

    /// Stops the node: what it signed is on the disk already.
    ///
    /// # Errors
    /// What had made the node fail before, if anything.
    pub fn stop(mut self) -> Result<(), NodeError> {
        self.shut_down()
    }

    fn shut_down(&mut self) -> Result<(), NodeError> {
        drop(self.stop.take());
        let ended = self.core.take().map(JoinHandle::join);
        self.verifier.stop();
        drop(self.watches.take());
        for stop in self.stop_apis.drain(..) {
            let _gone = stop.send(());
        }
        self.peers.save(&self.network);
        self.network.shutdown();
        // It ends with the core's requests; until then it holds the store.
        let _panicked = self.application.take().map(JoinHandle::join);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(STOP_WITHIN);
        }
        match ended {
            Some(Ok(Err(error))) => Err(error.into()),
            Some(Err(_)) => Err(NodeError::Panicked),
            Some(Ok(Ok(()))) | None => Ok(()),
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _nobody_asks = self.shut_down();
    }
}

/// The HTTP APIs that are served, where, and what ends each.
struct Apis {
    rpc: Option<SocketAddr>,
    admin: Option<SocketAddr>,
    stop: Vec<oneshot::Sender<()>>,
}

impl Apis {
    fn open(
        runtime: &Runtime,
        listener: Option<TcpListener>,
        office: Option<(TcpListener, Office)>,
        state: ApiState,
    ) -> Result<Self, NodeError> {
        let rpc = listener.as_ref().map(TcpListener::local_addr).transpose()?;
        let admin = office.as_ref().map(|(door, _)| door.local_addr()).transpose()?;
        let public = listener.map(|listener| parts::serve_api(runtime, listener, state.clone()));
        let private = office.map(|(door, office)| parts::serve_admin(runtime, door, state, office));
        Ok(Self {
            rpc,
            admin,
            stop: public.into_iter().chain(private).collect(),
        })
    }
}

/// What the core's thread begins with.
struct Run {
    chain: Chain,
    own: OwnKeys,
    log: VoteLog,
    links: Links,
    inbox: Receiver<core::Verified>,
    stopped: Receiver<()>,
    peers: usize,
    equivocates: bool,
}

impl Run {
    /// Runs on a thread of its own.
    fn spawn(self, tell_failure: Sender<String>) -> std::io::Result<JoinHandle<Result<(), CoreError>>> {
        let thread = std::thread::Builder::new().name("core".into());
        thread.spawn(move || self.until_stopped(&tell_failure))
    }

    /// Runs until it is stopped or fails; then it tells why.
    fn until_stopped(self, tell_failure: &Sender<String>) -> Result<(), CoreError> {
        let ended = self.run();
        if let Err(error) = &ended {
            tracing::error!(%error, "the node cannot go on");
            let _unread = tell_failure.try_send(error.to_string());
        }
        ended
    }

    fn run(self) -> Result<(), CoreError> {
        let Self {
            chain,
            own,
            log,
            links,
            inbox,
            stopped,
            peers,
            equivocates,
        } = self;
        // Peers are waited for where a network begins. A node that comes back knows nothing of who else is up.
        let peers = if chain.round() == 0 { peers } else { 0 };
        let until = Instant::now() + PEERS_WITHIN;
        if peers > 0 {
            tracing::info!(peers, "waiting at most ten seconds for so many peers");
        }
        while peers > 0 && links.network.peers().len() < peers && Instant::now() < until {
            if let Err(crossbeam_channel::TryRecvError::Disconnected) = stopped.try_recv() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        if peers > 0 {
            std::thread::sleep(SUBSCRIPTIONS);
        }
        Core::start(chain, own, log, links, equivocates)?.run(&inbox, &stopped)
    }
}

fn runtime() -> std::io::Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build()
}

/// Tells whoever started the node where it can be reached.
fn announce(
    events: Option<&EventSender<NodeEvent>>,
    (rpc, admin): (Option<SocketAddr>, Option<SocketAddr>),
    addresses: &[String],
) {
    if let Some(events) = events {
        let url = |address: SocketAddr| format!("http://{address}");
        let _gone = events.send(NodeEvent::Ready {
            rpc: rpc.map(url).unwrap_or_default(),
            admin: admin.map(url),
            p2p: addresses.to_vec(),
        });
    }
}

/// The listener and the token of the admin API, where one is wanted.
fn open_office(
    wanted: Option<&AdminConfig>,
    logs: Option<Logs>,
    config: Option<NodeConfig>,
) -> Result<Option<(TcpListener, Office)>, NodeError> {
    let Some(AdminConfig { listen, token }) = wanted else {
        return Ok(None);
    };
    let address = *listen;
    let listener = TcpListener::bind(address).map_err(|cause| NodeError::Admin { address, cause })?;
    let token = Token::open(token)?;
    let office = Office { token, logs, config };
    Ok(Some((listener, office)))
}

/// The log, with the marks of keys that never voted if the builder vouches for it.
fn open_log(
    blocks: &BlockStore,
    witness: Option<Witness>,
    never_voted: bool,
    own: &OwnKeys,
) -> Result<VoteLog, NodeError> {
    let log = VoteLog::new(Arc::clone(blocks.store())).witnessed_by(witness);
    if never_voted {
        log.mark_never_voted(own.ids())?;
    }
    Ok(log)
}

/// Where the store is empty and the node joins: the chain as its peers have it, if they have a snapshot of it.
fn join(
    restored: Restored,
    runtime: &Runtime,
    joiner: Option<Joiner<'_>>,
    past: &PastRounds,
    application: &mut dyn Application,
) -> Result<Restored, NodeError> {
    let Some(joiner) = joiner.filter(|_| restored.chain.round() == 0) else {
        return Ok(restored);
    };
    match runtime.block_on(joiner.run(application))? {
        Some(_) => snapshot::restore(joiner.genesis, joiner.blocks, joiner.snapshots, past),
        None => Ok(restored),
    }
}

/// What is final and not executed yet is executed: the application's writes may have been lost in a crash.
fn replay(application: &mut dyn Application, blocks: &BlockStore) -> Result<(), NodeError> {
    let (applied, head) = (application.applied().round, blocks.head()?);
    if applied > head {
        return Err(NodeError::ApplicationAhead { applied, head });
    }
    for round in applied + 1..=head {
        let block = blocks.block(round)?.ok_or(NodeError::MissingBlock(round))?;
        application.finalized(&app_thread::place(&block), &block.body.payload)?;
    }
    Ok(())
}

fn own_keys(keys: Option<&KeyFile>) -> Result<OwnKeys, NodeError> {
    let entries = keys.into_iter().flat_map(|file| &file.validators);
    let seeds = keys.into_iter().flat_map(|file| &file.operators);
    let operators = seeds.map(|seed| OperatorSecret::from_seed(seed.expose()));
    let keys: Result<Vec<_>, _> = entries.map(|entry| Ok((entry.id, entry.keys()?))).collect();
    keys.map(|keys| OwnKeys::new(keys).with_operators(operators))
        .map_err(NodeError::Vrf)
}

/// The seed of the node's identity: that of its keys, else one that its data directory keeps, so that peers know a node
/// without keys again when it starts again. Nothing depends on that: where it cannot be kept, the node has another each time.
fn node_seed(keys: Option<&KeyFile>, data: Option<&Path>) -> Result<Secret, NodeError> {
    if let Some(seed) = keys.and_then(|file| file.node_seed.clone()) {
        return Ok(seed);
    }
    let kept = data.map(|data| kept_seed(&data.join("identity.json")));
    match kept.transpose() {
        Ok(Some(seed)) => return Ok(seed),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "peers will not know this node again after a restart"),
    }
    Ok(Secret::random()?)
}

fn kept_seed(path: &Path) -> Result<Secret, KeyError> {
    const WHAT: &str = "identity file";
    if !path.exists() {
        create_secret(WHAT, &Secret::random().map_err(KeyError::Randomness)?, path)?;
    }
    load_secret(WHAT, path)
}

fn network_config(
    chain: Digest,
    seed: &Secret,
    listen: Vec<klero_net::Multiaddr>,
    bootnodes: Vec<klero_net::Multiaddr>,
) -> Result<NetworkConfig, NodeError> {
    let identity = identity::Keypair::ed25519_from_bytes(*seed.expose()).map_err(|_| NodeError::Identity)?;
    let config = NetworkConfig::new(chain, identity);
    let config = listen.into_iter().fold(config, NetworkConfig::listen);
    Ok(bootnodes.into_iter().fold(config, NetworkConfig::bootnode))
}

fn bind(address: SocketAddr) -> Result<TcpListener, NodeError> {
    TcpListener::bind(address).map_err(|cause| NodeError::Rpc { address, cause })
}
