//! The task that owns the swarm: it carries events out to the node, and the node's wishes in.
//!
//! It never waits for the node. These channels join the two, each bounded:
//!
//! - **events**, to the node: room for every message that may wait for a verdict, see [`crate::allowance`], and
//!   for [`OTHER_EVENTS`] more. A message beyond its kind's allowance is ignored and dropped; when the node
//!   leaves even the others lying, news of peers is dropped with a warning, and [`Network::peers`] stays right.
//! - **verdicts**, from the node: room for as many as there can be receipts, so it is never full.
//! - **outgoing**, from the node: a channel for each lane of gossip, see [`crate::outgoing`].
//! - **commands**, from the node: [`COMMANDS`]; when full, the caller is told `Overloaded`.

mod connections;
mod messages;
mod seeking;

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use libp2p::core::transport::ListenerId;
use libp2p::gossipsub::TopicHash;
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, PeerId, Swarm};
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{self, Instant, MissedTickBehavior};

use crate::allowance::{Allowance, PENDING_MESSAGES};
use crate::book::Book;
use crate::bootnodes::Bootnodes;
use crate::handle::Command;
use crate::handshake::Handshake;
use crate::laggards::Laggards;
use crate::links::Links;
use crate::outgoing::Outgoing;
use crate::peers::Peers;
use crate::scores::Scores;
use crate::seeker::Seeker;
use crate::swarm::{Behaviour, Event};
use crate::sync::{Answers, ChainReader, Requests};
use crate::{
    Network, NetworkConfig, NetworkError, NetworkEvent, Receipt, Topic, Verdict, gossip, outgoing, swarm,
};

/// Events beside gossip that may wait for the node.
const OTHER_EVENTS: usize = 1024;

/// Requests of the node that may wait for the swarm.
const COMMANDS: usize = 1024;

/// How often what is due is looked for.
const TICK: Duration = Duration::from_millis(100);

/// How long the peers are given to hear that this node goes.
const FAREWELL: Duration = Duration::from_millis(500);

/// The swarm and all that belongs to it. The fields are dropped in their order: when the events end, the
/// sockets are closed.
pub(crate) struct Driver {
    swarm: Swarm<Behaviour>,
    listeners: Vec<ListenerId>,
    handshake: Handshake,
    topics: HashMap<TopicHash, Topic>,
    allowance: Allowance,
    peers: Peers,
    links: Links,
    scores: Scores,
    laggards: Laggards,
    bootnodes: Bootnodes,
    /// Lookups of the names of boot nodes, one for each at most.
    names: FuturesUnordered<BoxFuture<'static, Resolved>>,
    /// None without discovery.
    seeker: Option<Seeker>,
    known: watch::Sender<Arc<[Multiaddr]>>,
    answers: Answers,
    requests: Requests,
    verdicts: mpsc::Receiver<(Receipt, Verdict)>,
    outgoing: Outgoing,
    commands: mpsc::Receiver<Command>,
    stop: Arc<Notify>,
    connected: watch::Sender<Arc<[PeerId]>>,
    events: mpsc::Sender<NetworkEvent>,
}

/// The address of a boot node, and what its name stands for.
type Resolved = (Multiaddr, io::Result<Vec<Multiaddr>>);

/// Starts a node's network on the current tokio runtime. It listens when this returns, and says where in
/// [`NetworkEvent::Listening`].
///
/// # Errors
/// [`NetworkError`] when there is no runtime, the configuration contradicts itself, an address cannot be listened
/// on, or the identity is of no use.
pub fn spawn(
    config: NetworkConfig,
    reader: Arc<dyn ChainReader>,
) -> Result<(Network, mpsc::Receiver<NetworkEvent>), NetworkError> {
    let runtime = Handle::try_current().map_err(|_| NetworkError::NoRuntime)?;
    config.check()?;
    let mut swarm = swarm::build(&config)?;
    let mut listeners = Vec::new();
    for address in &config.listen {
        let listener = swarm
            .listen_on(address.clone())
            .map_err(|error| NetworkError::Listen {
                address: address.clone(),
                reason: innermost(&error),
            })?;
        listeners.push(listener);
    }
    let (events, receiver) = mpsc::channel(PENDING_MESSAGES + OTHER_EVENTS);
    let (outbox, outgoing) = outgoing::channels();
    let (to_commands, commands) = mpsc::channel(COMMANDS);
    let (to_verdicts, verdicts) = mpsc::channel(PENDING_MESSAGES);
    let (connected, peers) = watch::channel(Arc::default());
    let stop = Arc::new(Notify::new());
    let (local, now) = (*swarm.local_peer_id(), Instant::now());
    let seeker = config.discovery.then(|| {
        let book = Book::new(local, &config.known, now);
        Seeker::new(book, config.outbound, &config.external, now)
    });
    let known = seeker
        .as_ref()
        .map_or_else(Vec::new, |seeker| seeker.book.known());
    let (to_known, known) = watch::channel(Arc::from(known));
    let network = Network {
        local,
        outbox,
        commands: to_commands,
        verdicts: to_verdicts,
        peers,
        known,
        stop: Arc::clone(&stop),
    };
    let driver = Driver {
        swarm,
        listeners,
        handshake: Handshake {
            version: config.version,
            chain: config.chain,
        },
        topics: gossip::topics(&config.chain),
        allowance: Allowance::new(),
        peers: Peers::default(),
        links: Links::default(),
        scores: Scores::default(),
        laggards: Laggards::default(),
        bootnodes: Bootnodes::new(config.bootnodes, now),
        names: FuturesUnordered::new(),
        seeker,
        known: to_known,
        answers: Answers::new(reader),
        requests: Requests::default(),
        verdicts,
        outgoing,
        commands,
        stop,
        connected,
        events,
    };
    runtime.spawn(driver.run());
    Ok((network, receiver))
}

/// The text of the innermost cause: the layers of libp2p around it print nothing.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}

impl Driver {
    async fn run(mut self) {
        let mut tick = time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.stop.notified() => break,
                () = self.events.closed() => break,
                event = self.swarm.select_next_some() => self.on_swarm_event(event),
                Some((receipt, verdict)) = self.verdicts.recv() => self.carry_out(&receipt, verdict),
                Some((topic, bytes)) = self.outgoing.next() => self.publish(topic, bytes),
                command = self.commands.recv() => match command {
                    Some(command) => self.obey(command),
                    // Every handle is gone.
                    None => break,
                },
                answer = self.answers.next() => self.send(answer),
                Some((address, numbers)) = self.names.next() => self.on_resolved(&address, numbers),
                _ = tick.tick() => self.on_tick(Instant::now()),
            }
        }
        self.close().await;
    }

    fn on_swarm_event(&mut self, event: SwarmEvent<Event>) {
        match event {
            SwarmEvent::Behaviour(Event::Identify(event)) => self.on_identify(*event),
            SwarmEvent::Behaviour(Event::Discovery(rumour)) => {
                rumour.into_iter().for_each(|rumour| self.on_rumour(rumour));
            }
            SwarmEvent::Behaviour(Event::Gossip(event)) => self.on_gossip(event),
            SwarmEvent::Behaviour(Event::Sync(event)) => self.on_sync(event),
            SwarmEvent::Behaviour(Event::Ping(event)) => self.on_ping(event),
            SwarmEvent::NewListenAddr { address, .. } => {
                tracing::info!(%address, "listening");
                if let Some(seeker) = &mut self.seeker {
                    seeker.listens(&address);
                }
                self.emit(NetworkEvent::Listening(address));
            }
            SwarmEvent::ListenerClosed {
                addresses,
                reason: Err(error),
                ..
            } => {
                tracing::error!(?addresses, %error, "no longer listening");
            }
            SwarmEvent::ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                ..
            } => {
                self.on_established(peer_id, connection_id, &endpoint);
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                connection_id,
                num_established,
                cause,
                ..
            } => {
                self.links.closed(connection_id);
                if num_established == 0 {
                    self.on_gone(&peer_id, cause);
                }
            }
            SwarmEvent::OutgoingConnectionError {
                connection_id, error, ..
            } => {
                self.on_dial_failed(connection_id, &error);
            }
            SwarmEvent::IncomingConnectionError {
                send_back_addr,
                error,
                ..
            } => {
                tracing::debug!(address = %send_back_addr, %error, "no connection came about");
            }
            _ => {}
        }
    }

    fn on_tick(&mut self, now: Instant) {
        self.requests.expire(now);
        self.scores.expire(now);
        self.attend_to_peers(now);
        self.dial_bootnodes(now);
        self.seek(now);
    }

    /// Tells the node. What finds no room is given back.
    fn emit(&self, event: NetworkEvent) -> Option<NetworkEvent> {
        match self.events.try_send(event) {
            Err(mpsc::error::TrySendError::Full(event)) => {
                tracing::warn!("the node leaves the events of the network lying");
                Some(event)
            }
            // Closed: the loop ends next.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => None,
        }
    }

    async fn close(mut self) {
        for listener in self.listeners.drain(..) {
            self.swarm.remove_listener(listener);
        }
        let peers: Vec<_> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            let _gone_already = self.swarm.disconnect_peer_id(peer);
        }
        let farewell = async {
            while self.swarm.connected_peers().next().is_some() {
                self.swarm.select_next_some().await;
            }
        };
        if time::timeout(FAREWELL, farewell).await.is_err() {
            tracing::debug!("left without every peer having heard");
        }
    }
}
