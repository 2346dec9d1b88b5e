//! Connections and the handshake [NET-5].

use std::fmt::Display;
use std::sync::Arc;

use libp2p::swarm::{ConnectionId, DialError};
use libp2p::{PeerId, identify, ping};
use tokio::time::Instant;

use super::Driver;
use crate::lane::Lane;
use crate::peers::{Due, Refused};
use crate::{NetworkEvent, PeerRefusal};

impl Driver {
    pub(super) fn on_established(&mut self, peer: PeerId, connection: ConnectionId) {
        let now = Instant::now();
        self.bootnodes.established(connection, peer, now);
        self.peers.opened(peer, now);
        if self.peers.has_passed(&peer) {
            self.bootnodes.passed(&peer);
        }
    }

    /// The last connection to a peer is gone.
    pub(super) fn on_gone(&mut self, peer: &PeerId, cause: Option<impl Display>) {
        let cause = cause.map_or("closed".to_owned(), |error| error.to_string());
        tracing::debug!(%peer, cause, "disconnected");
        if self.peers.closed(peer) {
            self.lost(*peer);
        }
    }

    pub(super) fn on_dial_failed(&mut self, connection: ConnectionId, error: &DialError) {
        match error {
            // No address is left when it is this node's own.
            DialError::LocalPeerId { .. } | DialError::NoAddresses => self.bootnodes.is_self(connection),
            _ => {
                tracing::debug!(%error, "a boot node cannot be reached");
                self.bootnodes.failed(connection, Instant::now());
            }
        }
    }

    pub(super) fn dial_bootnodes(&mut self, now: Instant) {
        for dial in self.bootnodes.due(now, |peer| self.swarm.is_connected(peer)) {
            let connection = dial.connection_id();
            if let Err(error) = self.swarm.dial(dial) {
                self.on_dial_failed(connection, &error);
            }
        }
    }

    /// A peer says who it is. It may do so again, and is judged again.
    pub(super) fn on_identify(&mut self, event: identify::Event) {
        if let identify::Event::Received { peer_id, info, .. } = event {
            if self.peers.is_new_life(&peer_id, &info.agent_version) {
                // The new connection goes with the dead ones: gossip introduces itself on a first connection only.
                tracing::info!(peer = %peer_id, "it started again, or two nodes share an identity");
                let _gone_already = self.swarm.disconnect_peer_id(peer_id);
                return;
            }
            match self.handshake.judge(&info.protocol_version) {
                Ok(()) if self.scores.is_out(&peer_id, Instant::now()) => {
                    self.refuse(peer_id, PeerRefusal::Misbehaved);
                }
                Ok(()) => self.admit(peer_id),
                Err(reason) => self.refuse(peer_id, reason),
            }
        }
    }

    fn admit(&mut self, peer: PeerId) {
        if self.peers.passed(&peer, Instant::now()) {
            self.bootnodes.passed(&peer);
            // What it has sent so far comes out of the gate: its subscriptions first, then gossip.
            for lane in Lane::ALL {
                self.swarm.behaviour_mut().gate(lane).admit(peer);
            }
        }
    }

    /// The peer counts as connected [NET-5]: it passed the handshake, and gossip reaches it.
    pub(super) fn connect(&mut self, peer: PeerId) {
        if self.peers.connected(&peer) {
            tracing::info!(%peer, "connected");
            self.publish_peers();
            self.emit(NetworkEvent::PeerConnected(peer));
        }
    }

    fn lost(&mut self, peer: PeerId) {
        tracing::info!(%peer, "no longer connected");
        self.publish_peers();
        self.emit(NetworkEvent::PeerDisconnected(peer));
    }

    pub(super) fn refuse(&mut self, peer: PeerId, reason: PeerRefusal) {
        let refused = self.peers.refused(&peer, Instant::now());
        if refused == Refused::Already {
            return;
        }
        for lane in Lane::ALL {
            self.swarm.behaviour_mut().gate(lane).refuse(&peer);
        }
        if refused == Refused::WasConnected {
            self.lost(peer);
        }
        tracing::info!(%peer, %reason, "refused");
        self.emit(NetworkEvent::PeerRefused { peer, reason });
    }

    pub(super) fn attend_to_peers(&mut self, now: Instant) {
        for due in self.peers.due(now) {
            match due {
                Due::Silent(peer) => self.refuse(peer, PeerRefusal::Silent),
                Due::Mute(peer) => {
                    tracing::info!(%peer, "subscribes to nothing: disconnected, to be met afresh");
                    let _gone_already = self.swarm.disconnect_peer_id(peer);
                }
                Due::Disconnect(peer) => {
                    let _gone_already = self.swarm.disconnect_peer_id(peer);
                }
            }
        }
    }

    /// A connection on which pings stay unanswered is dead, whatever the system says.
    pub(super) fn on_ping(&mut self, event: ping::Event) {
        match event.result {
            Ok(_) | Err(ping::Failure::Unsupported) => {}
            Err(error) => {
                tracing::debug!(peer = %event.peer, %error, "no answer to a ping");
                self.swarm.close_connection(event.connection);
            }
        }
    }

    fn publish_peers(&self) {
        self.connected.send_replace(Arc::from(self.peers.list()));
    }
}
