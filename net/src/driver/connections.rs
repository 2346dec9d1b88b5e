//! Connections and the handshake [NET-5].

use std::fmt::Display;
use std::io;
use std::sync::Arc;

use libp2p::core::ConnectedPoint;
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::swarm::{ConnectionId, DialError};
use libp2p::{Multiaddr, PeerId, identify, ping};
use tokio::time::Instant;

use super::Driver;
use crate::address::{Origin, ip_of};
use crate::bootnodes::Call;
use crate::lane::Lane;
use crate::peers::{Due, Refused};
use crate::{NetworkEvent, PeerRefusal, names};

impl Driver {
    pub(super) fn on_established(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        endpoint: &ConnectedPoint,
    ) {
        let now = Instant::now();
        self.links.opened(connection, peer, endpoint);
        if let Some(ip) = ip_of(endpoint.get_remote_address()) {
            self.scores.met(peer, Origin::of(ip));
        }
        if let Some(seeker) = &mut self.seeker {
            seeker.ended(connection);
        }
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
        let now = Instant::now();
        let was_connected = self.peers.closed(peer);
        self.scores.gone(peer, now);
        if let Some(seeker) = &mut self.seeker {
            if was_connected {
                seeker.book.lost(peer, now);
                seeker.stir(now);
            } else {
                seeker.book.failed(peer, now);
            }
        }
        if was_connected {
            self.lost(*peer);
        }
    }

    pub(super) fn on_dial_failed(&mut self, connection: ConnectionId, error: &DialError) {
        if self.on_found_nobody(connection, error) {
            return;
        }
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
        for call in self.bootnodes.due(now, |peer| self.swarm.is_connected(peer)) {
            match call {
                Call::Dial(dial) => self.dial(dial),
                Call::Resolve(address) => self.names.push(Box::pin(async move {
                    let numbers = names::resolve(address.clone()).await;
                    (address, numbers)
                })),
            }
        }
    }

    /// The system said what the name of a boot node stands for.
    pub(super) fn on_resolved(&mut self, address: &Multiaddr, numbers: io::Result<Vec<Multiaddr>>) {
        if let Err(error) = &numbers {
            tracing::warn!(%address, %error, "the name of a boot node cannot be resolved");
        }
        let dial = self
            .bootnodes
            .resolved(address, numbers.unwrap_or_default(), Instant::now());
        if let Some(dial) = dial {
            self.dial(dial);
        }
    }

    pub(super) fn dial(&mut self, dial: DialOpts) {
        let connection = dial.connection_id();
        if let Err(error) = self.swarm.dial(dial) {
            self.on_dial_failed(connection, &error);
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
                Ok(()) => {
                    self.admit(peer_id);
                    if self.peers.has_passed(&peer_id) {
                        self.learn(peer_id, info.listen_addrs);
                    }
                }
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
        // One that is slow may be better next time.
        if reason != PeerRefusal::Silent {
            self.unlearn(&peer);
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
