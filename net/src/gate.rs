//! A gate before each lane of gossip: what a peer sends is looked at only once the peer has passed the handshake [NET-5].
//!
//! The handshake and the first gossip travel on streams of their own and arrive in any order. What comes early
//! waits here and is handed on in its order when the peer is let in; what a refused peer sent is thrown away.
//! Either way it has not entered the duplicate cache before, so that a peer which never says who it is cannot
//! keep a message out that others would bring.
//!
//! What waits takes bounded room: so much in all, and when that is used up, whoever takes most of it goes.

use std::collections::{HashMap, VecDeque};
use std::mem;
use std::task::{Context, Poll};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::gossipsub;
use libp2p::swarm::{
    CloseConnection, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};

use crate::cost::{Received, bytes_of};
use crate::gossip::Gossipsub;
use crate::lane::Lane;
use crate::paced::Paced;

/// How many stream events of a peer wait for its handshake. A peer that sends more is disconnected.
const HELD: usize = 512;

/// What waits of a peer.
#[derive(Default)]
struct Held {
    events: Vec<(ConnectionId, Received)>,
    bytes: usize,
}

enum Standing {
    Waiting(Held),
    /// It has passed the handshake; whether it has subscribed to a topic of the lane.
    Admitted(bool),
    Refused,
}

/// Something that happened in a lane.
#[derive(Debug)]
pub(crate) struct LaneEvent {
    pub(crate) lane: Lane,
    pub(crate) event: gossipsub::Event,
}

/// A lane behind its gate.
pub(crate) struct Gate {
    lane: Lane,
    gossip: Gossipsub,
    peers: HashMap<PeerId, Standing>,
    /// The bytes of all that waits.
    held_bytes: usize,
    /// Peers that sent too much too early.
    overflown: VecDeque<PeerId>,
}

impl Gate {
    pub(crate) fn new(lane: Lane, gossip: Gossipsub) -> Self {
        Self {
            lane,
            gossip,
            peers: HashMap::new(),
            held_bytes: 0,
            overflown: VecDeque::new(),
        }
    }

    /// What is behind the gate.
    pub(crate) fn gossip(&mut self) -> &mut Gossipsub {
        &mut self.gossip
    }

    /// Whether a peer that was let in takes part in this lane.
    pub(crate) fn has_subscriber(&self, peer: &PeerId) -> bool {
        matches!(self.peers.get(peer), Some(Standing::Admitted(true)))
    }

    /// Lets a peer in, and what it has sent so far.
    pub(crate) fn admit(&mut self, peer: PeerId) {
        if !matches!(self.peers.get(&peer), Some(Standing::Waiting(_))) {
            return;
        }
        for (connection, event) in self.stand(peer, Standing::Admitted(false)) {
            self.gossip.on_connection_handler_event(peer, connection, event);
        }
    }

    /// Shuts a peer out for as long as it stays connected.
    pub(crate) fn refuse(&mut self, peer: &PeerId) {
        drop(self.stand(*peer, Standing::Refused));
    }

    /// Changes the standing of a connected peer; what waited of it.
    fn stand(&mut self, peer: PeerId, standing: Standing) -> Vec<(ConnectionId, Received)> {
        let before = self
            .peers
            .get_mut(&peer)
            .map(|before| mem::replace(before, standing));
        self.release(before)
    }

    fn release(&mut self, standing: Option<Standing>) -> Vec<(ConnectionId, Received)> {
        match standing {
            Some(Standing::Waiting(held)) => {
                self.held_bytes -= held.bytes;
                held.events
            }
            _ => Vec::new(),
        }
    }

    /// Keeps an event of a waiting peer, and finds out who has to go for it, if anyone.
    fn hold(&mut self, peer: PeerId, connection: ConnectionId, event: Received) {
        let Some(Standing::Waiting(held)) = self.peers.get_mut(&peer) else {
            return;
        };
        let bytes = bytes_of(&event);
        held.events.push((connection, event));
        held.bytes += bytes;
        self.held_bytes += bytes;
        if held.events.len() > HELD {
            self.turn_away(peer);
        }
        while self.held_bytes > self.lane.early_bytes() {
            let waiting = self.peers.iter().filter_map(|(peer, standing)| match standing {
                Standing::Waiting(held) => Some((held.bytes, *peer)),
                Standing::Admitted(_) | Standing::Refused => None,
            });
            // Somebody holds something, as the sum is not 0.
            let Some((_, greediest)) = waiting.max() else {
                return;
            };
            self.turn_away(greediest);
        }
    }

    fn turn_away(&mut self, peer: PeerId) {
        self.refuse(&peer);
        self.overflown.push_back(peer);
    }
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = Paced;
    type ToSwarm = LaneEvent;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let handler = self
            .gossip
            .handle_established_inbound_connection(connection, peer, local, remote)?;
        Ok(Paced::new(handler, self.lane))
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let handler = self
            .gossip
            .handle_established_outbound_connection(connection, peer, address, role, port)?;
        Ok(Paced::new(handler, self.lane))
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        match &event {
            FromSwarm::ConnectionEstablished(opened) => {
                self.peers
                    .entry(opened.peer_id)
                    .or_insert(Standing::Waiting(Held::default()));
            }
            FromSwarm::ConnectionClosed(closed) if closed.remaining_established == 0 => {
                let gone = self.peers.remove(&closed.peer_id);
                drop(self.release(gone));
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
        match self.peers.get(&peer) {
            Some(Standing::Admitted(_)) => self.gossip.on_connection_handler_event(peer, connection, event),
            Some(Standing::Waiting(_)) => self.hold(peer, connection, event),
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
        let event = self.gossip.poll(cx);
        if let Poll::Ready(ToSwarm::GenerateEvent(gossipsub::Event::Subscribed { peer_id, .. })) = &event
            && let Some(Standing::Admitted(is_subscribed)) = self.peers.get_mut(peer_id)
        {
            *is_subscribed = true;
        }
        let lane = self.lane;
        event.map(|event| event.map_out(|event| LaneEvent { lane, event }))
    }
}
