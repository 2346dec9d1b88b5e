//! The parts of a node around its core, joined by channels.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender as EventSender;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use klero_finality::Chain;
use klero_net::{Multiaddr, Network, NetworkConfig, NetworkEvent, Receipt};
use klero_sampling::Digest;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot, watch};

use crate::BlockStore;
use crate::api::admin::{self, Office};
use crate::api::{self, ApiState, Bundle};
use crate::app::Waiting;
use crate::app::kv::KvReader;
use crate::app_thread::{ApplicationThread, Surroundings};
use crate::bounds::BoundsWatch;
use crate::core::{self, ForkHook, Links, Verified};
use crate::core_desk::CoreDesk;
use crate::disk::DiskWatch;
use crate::error::NodeError;
use crate::events::NodeEvent;
use crate::feed::Feed;
use crate::hints::Hints;
use crate::ingress::Ingress;
use crate::inquiry::{Inquiry, Whose};
use crate::last_votes::LastVotes;
use crate::metrics::Metrics;
use crate::operations::OperationPool;
use crate::past::PastRounds;
use crate::peer_book::PeerBook;
use crate::snapshot::Snapshots;
use crate::stake_desk::{Faucet, StakeDesk};
use crate::status::SharedStatus;
use crate::submit::{Submission, Submitter};
use crate::sync::Sync;
use crate::verify::Verifier;
use crate::view::{OpenBlocks, SharedView, StoreReader, View};

/// Transactions of peers that wait for the application; more are ignored.
const GOSSIPED: usize = 4096;
/// Bodies wanted that wait; when there are more, the machine's next deadline asks again.
const WANTED: usize = 256;
/// How long the network may take to say where it listens.
const LISTENING_WITHIN: Duration = Duration::from_secs(5);

/// What several parts of a node share.
pub(crate) struct Parts {
    pub(crate) network: Network,
    pub(crate) blocks: BlockStore,
    pub(crate) status: SharedStatus,
    pub(crate) verifier: Verifier,
    metrics: Arc<Metrics>,
    view: SharedView,
    open: OpenBlocks,
    votes: LastVotes,
    inquiry: watch::Sender<Whose>,
    operations: OperationPool,
    past: PastRounds,
    feed: Feed,
    peers: PeerBook,
    waiting: Waiting,
    snapshots: Snapshots,
    bundle: Arc<Bundle>,
    to_core: Sender<Verified>,
    transactions: Sender<(Receipt, Vec<u8>)>,
    gossip: Receiver<(Receipt, Vec<u8>)>,
}

/// Threads that look around now and then, until this is dropped.
pub(crate) struct Watches {
    _bounds: BoundsWatch,
    _disk: Option<DiskWatch>,
}

/// What the network tells: what it told before the parts were joined, and the rest.
pub(crate) struct Events {
    early: Vec<NetworkEvent>,
    later: mpsc::Receiver<NetworkEvent>,
}

/// Parts that are joined, with what only one of the others needs.
pub(crate) struct Joined {
    pub(crate) parts: Parts,
    pub(crate) inbox: Receiver<Verified>,
    pub(crate) events: Events,
    pub(crate) addresses: Vec<String>,
}

/// The network, before anything else of the node knows of it.
pub(crate) struct Connected {
    pub(crate) network: Network,
    open: OpenBlocks,
    votes: LastVotes,
    events: Events,
    addresses: Vec<String>,
}

impl Connected {
    /// Starts the network, which answers the questions of peers from the store.
    ///
    /// # Errors
    /// [`NodeError`] when it cannot start.
    pub(crate) fn start(
        runtime: &Runtime,
        blocks: &BlockStore,
        snapshots: &Snapshots,
        config: NetworkConfig,
    ) -> Result<Self, NodeError> {
        let (open, votes) = (OpenBlocks::default(), LastVotes::default());
        let reader = Arc::new(StoreReader {
            blocks: blocks.clone(),
            open: open.clone(),
            snapshots: snapshots.clone(),
            votes: votes.clone(),
        });
        let is_listening = !config.listen.is_empty();
        let external = config.external.clone();
        let (network, mut later) = {
            let _inside = runtime.enter();
            klero_net::spawn(config, reader)?
        };
        let early = runtime.block_on(wait_for_address(&mut later, is_listening));
        let addresses = addresses_of(&early, &external, &network);
        Ok(Self {
            network,
            open,
            votes,
            events: Events { early, later },
            addresses,
        })
    }
}

impl Parts {
    /// Joins the parts around the network and starts the verification pool.
    ///
    /// # Errors
    /// [`NodeError`] when a thread cannot start.
    pub(crate) fn join(
        connected: Connected,
        (chain, past): (&Chain, &PastRounds),
        (blocks, snapshots): (BlockStore, Snapshots),
        bundle: Bundle,
    ) -> Result<Joined, NodeError> {
        let Connected {
            network,
            open,
            votes,
            events,
            addresses,
        } = connected;
        let (metrics, view) = (
            Metrics::new(),
            SharedView::new(View::new(chain.clone(), past.clone())),
        );
        let (to_core, inbox) = core::inbox();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let operations = OperationPool::default();
        let (counted, waiting) = (Arc::clone(&metrics), operations.clone());
        let verifier = Verifier::spawn(threads, &view, network.clone(), counted, waiting, &to_core)?;
        let (transactions, gossip) = bounded(GOSSIPED);
        let status = SharedStatus::default();
        let parts = Self {
            network,
            blocks,
            status,
            verifier,
            metrics,
            view,
            open,
            votes,
            inquiry: watch::Sender::default(),
            operations,
            past: past.clone(),
            feed: Feed::default(),
            peers: PeerBook::default(),
            waiting: Waiting::default(),
            snapshots,
            bundle: Arc::new(bundle.with_addresses(&addresses)),
            to_core,
            transactions,
            gossip,
        };
        Ok(Joined {
            parts,
            inbox,
            events,
            addresses,
        })
    }

    /// Fills in what the API shows before the first round.
    pub(crate) fn introduce(&self, name: &str, chain: &Chain, application_root: Digest, checkpoint: u64) {
        self.status.update(|status| {
            status.name = name.into();
            status.chain = *chain.id();
            (status.final_round, status.final_block) = (chain.round(), *chain.head());
            status.final_timestamp = chain.timestamp();
            status.application_root = Some(application_root);
            status.checkpoint = checkpoint;
            status.checkpoint_round = chain.checkpoint_rules().round_of(checkpoint);
        });
    }

    /// Computes the bounds of the committees whenever the electorate changes, and measures the disk of the data.
    pub(crate) fn watch(&self, data: Option<PathBuf>) -> std::io::Result<Watches> {
        let metrics = || Arc::clone(&self.metrics);
        let disk = data.map(|data| DiskWatch::spawn(data, metrics()));
        Ok(Watches {
            _bounds: BoundsWatch::spawn(self.view.clone(), self.status.clone(), metrics())?,
            _disk: disk.transpose()?,
        })
    }

    /// What the application's thread works with.
    pub(crate) fn around(&self, submissions: mpsc::Receiver<Submission>) -> Surroundings {
        Surroundings {
            submissions,
            gossip: self.gossip.clone(),
            network: self.network.clone(),
            metrics: Arc::clone(&self.metrics),
            waiting: self.waiting.clone(),
            snapshots: self.snapshots.clone(),
        }
    }

    /// Hands what the network brings to whom it concerns, and catches up where it shows this node to be behind.
    /// Gives where bodies that are wanted are asked for.
    pub(crate) fn follow_network(&self, runtime: &Runtime, mut events: Events) -> mpsc::Sender<Digest> {
        let hints = Hints::default();
        let (fetch, wanted) = mpsc::channel(WANTED);
        let sync = Sync {
            network: self.network.clone(),
            view: self.view.clone(),
            core: self.to_core.clone(),
            verifier: self.verifier.clone(),
            open: self.open.clone(),
            blocks: self.blocks.clone(),
        };
        runtime.spawn(sync.clone().fetch(wanted));
        runtime.spawn(sync.follow(hints.clone()));
        let inquiry = Inquiry {
            network: self.network.clone(),
            view: self.view.clone(),
            core: self.to_core.clone(),
        };
        runtime.spawn(inquiry.run(self.inquiry.subscribe()));
        let ingress = Ingress {
            network: self.network.clone(),
            verifier: self.verifier.clone(),
            transactions: self.transactions.clone(),
            view: self.view.clone(),
            hints,
            peers: self.peers.clone(),
            metrics: Arc::clone(&self.metrics),
            status: self.status.clone(),
        };
        runtime.spawn(async move {
            for event in events.early {
                ingress.handle(event);
            }
            while let Some(event) = events.later.recv().await {
                ingress.handle(event);
            }
        });
        fetch
    }

    /// What the APIs show and where they hand things in.
    pub(crate) fn api_state(
        &self,
        submitter: Submitter,
        kv: Option<KvReader>,
        faucet: Option<Faucet>,
    ) -> ApiState {
        ApiState {
            blocks: self.blocks.clone(),
            status: self.status.clone(),
            submitter,
            metrics: Arc::clone(&self.metrics),
            kv,
            stake: Some(StakeDesk::new(
                self.view.clone(),
                self.operations.clone(),
                self.network.clone(),
                faucet,
            )),
            feed: self.feed.clone(),
            desk: Some(CoreDesk::new(self.to_core.clone())),
            peers: self.peers.clone(),
            waiting: self.waiting.clone(),
            bundle: Some(Arc::clone(&self.bundle)),
        }
    }

    /// Whom the core speaks to.
    pub(crate) fn links(
        &self,
        application: ApplicationThread,
        fetch: mpsc::Sender<Digest>,
        events: Option<EventSender<NodeEvent>>,
        on_fork: Option<ForkHook>,
    ) -> Links {
        Links {
            network: self.network.clone(),
            verifier: self.verifier.clone(),
            application,
            view: self.view.clone(),
            open: self.open.clone(),
            votes: self.votes.clone(),
            inquiry: self.inquiry.clone(),
            status: self.status.clone(),
            metrics: Arc::clone(&self.metrics),
            events,
            feed: self.feed.clone(),
            fetch,
            blocks: self.blocks.clone(),
            operations: self.operations.clone(),
            past: self.past.clone(),
            snapshots: self.snapshots.clone(),
            peers: self.peers.clone(),
            on_fork,
        }
    }
}

/// Serves the HTTP API until what is returned is used or dropped.
pub(crate) fn serve_api(runtime: &Runtime, listener: TcpListener, state: ApiState) -> oneshot::Sender<()> {
    let (stop, stopped) = oneshot::channel::<()>();
    runtime.spawn(async move {
        let served = api::serve(listener, state, async {
            let _stopped = stopped.await;
        });
        if let Err(error) = served.await {
            tracing::error!(%error, "the HTTP API ended; the node goes on without it");
        }
    });
    stop
}

/// Serves the admin API until what is returned is used or dropped.
pub(crate) fn serve_admin(
    runtime: &Runtime,
    listener: TcpListener,
    state: ApiState,
    office: Office,
) -> oneshot::Sender<()> {
    let (stop, stopped) = oneshot::channel::<()>();
    runtime.spawn(async move {
        let served = admin::serve(listener, state, office, async {
            let _stopped = stopped.await;
        });
        if let Err(error) = served.await {
            tracing::error!(%error, "the admin API ended; the node goes on without it");
        }
    });
    stop
}

/// The first events, up to the one that tells an address.
async fn wait_for_address(
    events: &mut mpsc::Receiver<NetworkEvent>,
    is_listening: bool,
) -> Vec<NetworkEvent> {
    let mut early = Vec::new();
    let until = tokio::time::Instant::now() + LISTENING_WITHIN;
    while is_listening
        && !early
            .iter()
            .any(|event| matches!(event, NetworkEvent::Listening(_)))
    {
        match tokio::time::timeout_at(until, events.recv()).await {
            Ok(Some(event)) => early.push(event),
            Ok(None) | Err(_) => break,
        }
    }
    early
}

/// Where others reach the node: at the addresses that it announces, or where it listens.
fn addresses_of(events: &[NetworkEvent], external: &[Multiaddr], network: &Network) -> Vec<String> {
    let listening = events.iter().filter_map(|event| match event {
        NetworkEvent::Listening(address) => Some(address),
        _ => None,
    });
    let whole = |address: &Multiaddr| format!("{address}/p2p/{}", network.local_peer());
    if external.is_empty() {
        listening.map(whole).collect()
    } else {
        external.iter().map(whole).collect()
    }
}
