//! A gate before gossipsub: what a peer sends is looked at only once the peer has passed the handshake [NET-5].
//!
//! The handshake and the first gossip travel on streams of their own and arrive in any order. What comes early
//! waits here and is handed on in its order when the peer is let in; what a refused peer sent is thrown away.
//! Either way it has not entered the duplicate cache before, so that a peer which never says who it is cannot
//! keep a message out that others would bring.

use std::collections::{HashMap, VecDeque};
use std::mem;
use std::task::{Context, Poll};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::{
    CloseConnection, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};

use crate::gossip::Gossipsub;

/// How many stream events of a peer wait for its handshake. A peer that sends more is disconnected.
const HELD: usize = 512;

type Held = Vec<(ConnectionId, THandlerOutEvent<Gossipsub>)>;

enum Standing {
    Waiting(Held),
    Admitted,
    Refused,
}

/// Gossipsub behind the gate.
pub(crate) struct Gate {
    gossip: Gossipsub,
    peers: HashMap<PeerId, Standing>,
    /// Peers that sent too much too early.
    overflown: VecDeque<PeerId>,
}

impl Gate {
    pub(crate) fn new(gossip: Gossipsub) -> Self {
        Self {
            gossip,
            peers: HashMap::new(),
            overflown: VecDeque::new(),
        }
    }

    /// What is behind the gate.
    pub(crate) fn gossip(&mut self) -> &mut Gossipsub {
        &mut self.gossip
    }

    /// Lets a peer in, and what it has sent so far.
    pub(crate) fn admit(&mut self, peer: PeerId) {
        let Some(standing) = self.peers.get_mut(&peer) else {
            return;
        };
        if let Standing::Waiting(held) = mem::replace(standing, Standing::Admitted) {
            for (connection, event) in held {
                self.gossip.on_connection_handler_event(peer, connection, event);
            }
        }
    }

    /// Shuts a peer out for as long as it stays connected.
    pub(crate) fn refuse(&mut self, peer: &PeerId) {
        if let Some(standing) = self.peers.get_mut(peer) {
            *standing = Standing::Refused;
        }
    }
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = <Gossipsub as NetworkBehaviour>::ConnectionHandler;
    type ToSwarm = <Gossipsub as NetworkBehaviour>::ToSwarm;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.gossip
            .handle_established_inbound_connection(connection, peer, local, remote)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.gossip
            .handle_established_outbound_connection(connection, peer, address, role, port)
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        match &event {
            FromSwarm::ConnectionEstablished(opened) => {
                self.peers
                    .entry(opened.peer_id)
                    .or_insert(Standing::Waiting(Vec::new()));
            }
            FromSwarm::ConnectionClosed(closed) if closed.remaining_established == 0 => {
                self.peers.remove(&closed.peer_id);
            }
            _ => {}
        }
        self.gossip.on_swarm_event(event);
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match self.peers.get_mut(&peer) {
            Some(Standing::Admitted) => self.gossip.on_connection_handler_event(peer, connection, event),
            Some(Standing::Waiting(held)) if held.len() < HELD => held.push((connection, event)),
            Some(standing @ Standing::Waiting(_)) => {
                *standing = Standing::Refused;
                self.overflown.push_back(peer);
            }
            Some(Standing::Refused) | None => {}
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        if let Some(peer_id) = self.overflown.pop_front() {
            tracing::debug!(peer = %peer_id, "too much gossip before the handshake");
            return Poll::Ready(ToSwarm::CloseConnection {
                peer_id,
                connection: CloseConnection::All,
            });
        }
        self.gossip.poll(cx)
    }
}
