//! The parts of the swarm and its transports [NET-1].

use std::convert::Infallible;
use std::time::Duration;

use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{PeerId, Swarm, SwarmBuilder, connection_limits, identify, noise, ping, request_response};

use crate::discovery::{Discovery, Rumour};
use crate::doorman::Doorman;
use crate::gate::{Gate, LaneEvent};
use crate::handshake::Handshake;
use crate::lane::Lane;
use crate::sync::{self, Request, Response, SyncCodec};
use crate::{Limits, NetworkConfig, NetworkError, gossip, tcp};

/// Connections are kept whether or not gossip uses them at the moment.
const IDLE_TIMEOUT: Duration = Duration::from_secs(24 * 3600);

/// A connection on which nothing comes back for so long is closed: two missed pings.
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// The same for QUIC, which keeps itself alive four times as often.
const QUIC_IDLE_TIMEOUT: Duration = Duration::from_secs(8);

/// Decoded frames of a connection that wait for the swarm, of all its lanes: beyond, the peer waits.
const EVENTS: usize = 4;

/// What runs on a connection. The limits come first: those after them take in every connection that they are
/// asked about, and never learn of one that a later part denies.
#[derive(NetworkBehaviour)]
#[behaviour(to_swarm = "Event")]
pub(crate) struct Behaviour {
    limits: connection_limits::Behaviour,
    doorman: Doorman,
    identify: identify::Behaviour,
    pub(crate) discovery: Toggle<Discovery>,
    // Asked in their order: votes first [NET-3].
    votes: Gate,
    blocks: Gate,
    transactions: Gate,
    pub(crate) sync: request_response::Behaviour<SyncCodec>,
    ping: ping::Behaviour,
}

impl Behaviour {
    pub(crate) fn gate(&mut self, lane: Lane) -> &mut Gate {
        match lane {
            Lane::Votes => &mut self.votes,
            Lane::Blocks => &mut self.blocks,
            Lane::Transactions => &mut self.transactions,
        }
    }
}

/// What they report.
pub(crate) enum Event {
    Identify(Box<identify::Event>),
    Discovery(Option<Rumour>),
    Gossip(LaneEvent),
    Sync(request_response::Event<Request, Response>),
    Ping(ping::Event),
}

impl From<Infallible> for Event {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<identify::Event> for Event {
    fn from(event: identify::Event) -> Self {
        Self::Identify(Box::new(event))
    }
}

impl From<Option<Rumour>> for Event {
    fn from(rumour: Option<Rumour>) -> Self {
        Self::Discovery(rumour)
    }
}

impl From<LaneEvent> for Event {
    fn from(event: LaneEvent) -> Self {
        Self::Gossip(event)
    }
}

impl From<request_response::Event<Request, Response>> for Event {
    fn from(event: request_response::Event<Request, Response>) -> Self {
        Self::Sync(event)
    }
}

impl From<ping::Event> for Event {
    fn from(event: ping::Event) -> Self {
        Self::Ping(event)
    }
}

/// How much a peer may have on its way over QUIC that this node has not read: on a stream what its lane reads in half a second, and
/// so the whole pace of the lane over half a second of round trip.
const QUIC_STREAM_BYTES: u32 = 2 << 20;
const QUIC_CONNECTION_BYTES: u32 = 4 << 20;

/// The swarm of a node, neither listening nor dialling yet.
pub(crate) fn build(config: &NetworkConfig) -> Result<Swarm<Behaviour>, NetworkError> {
    let gate = |lane| gossip::build(&config.chain, lane).map(|gossip| Gate::new(lane, gossip));
    let handshake = Handshake {
        version: config.version,
        chain: config.chain,
    };
    let identify = identify::Config::new(handshake.text(), config.identity.public())
        .with_agent_version(life())
        // What peers claim is judged by this node, and not used by libp2p as it is.
        .with_cache_size(0)
        .with_hide_listen_addrs(!config.discovery || !config.external.is_empty());
    let local = PeerId::from(config.identity.public());
    let is_reachable = !config.listen.is_empty() || !config.external.is_empty();
    let discovery = config
        .discovery
        .then(|| Discovery::new(local, &config.chain, is_reachable));
    let behaviour = Behaviour {
        limits: connection_limits::Behaviour::new(limits(&config.limits)),
        doorman: Doorman::new(config.limits),
        identify: identify::Behaviour::new(identify),
        discovery: discovery.flatten().into(),
        votes: gate(Lane::Votes)?,
        blocks: gate(Lane::Blocks)?,
        transactions: gate(Lane::Transactions)?,
        sync: sync::behaviour(&config.chain).map_err(|error| NetworkError::Gossip {
            reason: error.to_string(),
        })?,
        ping: ping::Behaviour::new(
            ping::Config::new()
                .with_interval(PING_INTERVAL)
                .with_timeout(2 * PING_INTERVAL),
        ),
    };
    let identity = |error: noise::Error| NetworkError::Identity {
        reason: error.to_string(),
    };
    let tcp = tcp::transport(&config.identity).map_err(identity)?;
    let builder = SwarmBuilder::with_existing_identity(config.identity.clone())
        .with_tokio()
        .with_quic_config(|mut quic| {
            quic.max_idle_timeout = u32::try_from(QUIC_IDLE_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
            quic.keep_alive_interval = QUIC_IDLE_TIMEOUT / 4;
            (quic.max_stream_data, quic.max_connection_data) = (QUIC_STREAM_BYTES, QUIC_CONNECTION_BYTES);
            quic
        })
        .with_other_transport(|_| tcp);
    let Ok(builder) = builder;
    let Ok(builder) = builder.with_behaviour(|_| behaviour);
    let builder = builder.with_swarm_config(|swarm| {
        swarm
            .with_idle_connection_timeout(IDLE_TIMEOUT)
            .with_per_connection_event_buffer_size(EVENTS)
    });
    let mut swarm = builder.build();
    for address in config.external.iter().filter(|_| config.discovery) {
        swarm.add_external_address(address.clone());
    }
    Ok(swarm)
}

/// The agent that this node says it is: another one each time it starts, so that peers notice, see
/// [`Peers::is_new_life`](crate::peers::Peers::is_new_life).
fn life() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("klero/{version}/{}", PeerId::random())
}

/// The totals; the [`Doorman`] keeps the shares.
fn limits(limits: &Limits) -> connection_limits::ConnectionLimits {
    connection_limits::ConnectionLimits::default()
        .with_max_established(Some(limits.connections))
        .with_max_established_incoming(Some(limits.inbound))
        .with_max_established_per_peer(Some(limits.per_peer))
}
