//! Boot nodes: dialled until they are there, and again whenever they are gone.

use std::time::Duration;

use libp2p::multiaddr::Protocol;
use libp2p::swarm::ConnectionId;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

/// The wait after a first failure. It doubles with each further one.
const FIRST_DELAY: Duration = Duration::from_millis(500);

/// The longest wait. A dial into a line that is cut takes five seconds more and asks in its first three only, so that a
/// line that is open again is found within some four seconds.
const LAST_DELAY: Duration = Duration::from_secs(2);

struct Bootnode {
    address: Multiaddr,
    /// Who answers there: from the address, or learned from the last connection.
    peer: Option<PeerId>,
    dialling: Option<ConnectionId>,
    /// When it may be dialled again.
    next: Instant,
    delay: Duration,
}

impl Bootnode {
    fn back_off(&mut self, now: Instant) {
        self.dialling = None;
        self.next = now + self.delay;
        self.delay = (self.delay * 2).min(LAST_DELAY);
    }
}

/// The boot nodes of the configuration.
pub(crate) struct Bootnodes(Vec<Bootnode>);

impl Bootnodes {
    pub(crate) fn new(mut addresses: Vec<Multiaddr>, now: Instant) -> Self {
        addresses.sort_unstable();
        addresses.dedup();
        let nodes = addresses.into_iter().map(|address| Bootnode {
            peer: peer_in(&address),
            address,
            dialling: None,
            next: now,
            delay: FIRST_DELAY,
        });
        Self(nodes.collect())
    }

    /// Whom to dial now. Each dial is to be followed by [`Self::established`] or [`Self::failed`].
    pub(crate) fn due(&mut self, now: Instant, is_connected: impl Fn(&PeerId) -> bool) -> Vec<DialOpts> {
        let mut dials = Vec::new();
        for node in &mut self.0 {
            let connected = node.peer.as_ref().is_some_and(&is_connected);
            if node.dialling.is_none() && node.next <= now && !connected {
                let dial = dial(node);
                node.dialling = Some(dial.connection_id());
                dials.push(dial);
            }
        }
        dials
    }

    /// A dial reached a peer. It still has to pass the handshake, so the back-off goes on.
    pub(crate) fn established(&mut self, connection: ConnectionId, peer: PeerId, now: Instant) {
        if let Some(node) = self.0.iter_mut().find(|node| node.dialling == Some(connection)) {
            node.peer = Some(peer);
            node.back_off(now);
        }
    }

    /// A dial failed.
    pub(crate) fn failed(&mut self, connection: ConnectionId, now: Instant) {
        if let Some(node) = self.0.iter_mut().find(|node| node.dialling == Some(connection)) {
            // Another node may answer there next time, unless the address says who has to.
            node.peer = peer_in(&node.address);
            node.back_off(now);
        }
    }

    /// The address of this dial is this node's own: it is not a boot node.
    pub(crate) fn is_self(&mut self, connection: ConnectionId) {
        self.0.retain(|node| node.dialling != Some(connection));
    }

    /// A peer passed the handshake: when it is lost, it is dialled at once.
    pub(crate) fn passed(&mut self, peer: &PeerId) {
        for node in self.0.iter_mut().filter(|node| node.peer.as_ref() == Some(peer)) {
            node.delay = FIRST_DELAY;
        }
    }
}

fn dial(node: &Bootnode) -> DialOpts {
    // A port of its own for each dial: the listening port would give a restarted node the very connection,
    // ports and all, that the peer's kernel still remembers.
    match peer_in(&node.address) {
        Some(peer) => DialOpts::peer_id(peer)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            .addresses(vec![node.address.clone()])
            .allocate_new_port()
            .build(),
        None => DialOpts::unknown_peer_id()
            .address(node.address.clone())
            .allocate_new_port()
            .build(),
    }
}

fn peer_in(address: &Multiaddr) -> Option<PeerId> {
    match address.iter().last() {
        Some(Protocol::P2p(peer)) => Some(peer),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one() -> (Bootnodes, Instant) {
        let now = Instant::now();
        (
            Bootnodes::new(vec!["/ip4/127.0.0.1/tcp/9".parse().unwrap()], now),
            now,
        )
    }

    #[test]
    fn the_wait_doubles_up_to_two_seconds() {
        let (mut nodes, mut now) = one();
        for wait in [500, 1000, 2000, 2000, 2000] {
            let dials = nodes.due(now, |_| false);
            assert_eq!(dials.len(), 1);
            assert!(nodes.due(now, |_| false).is_empty(), "one dial at a time");
            nodes.failed(dials[0].connection_id(), now);
            let wait = Duration::from_millis(wait);
            assert!(
                nodes
                    .due(now + wait - Duration::from_millis(1), |_| false)
                    .is_empty()
            );
            now += wait;
        }
    }

    #[test]
    fn a_lost_peer_is_dialled_at_once_and_a_connected_one_never() {
        let (mut nodes, now) = one();
        let peer = PeerId::random();
        let dials = nodes.due(now, |_| false);
        nodes.established(dials[0].connection_id(), peer, now);
        nodes.passed(&peer);
        let later = now + Duration::from_secs(60);
        assert!(nodes.due(later, |id| *id == peer).is_empty());
        assert_eq!(nodes.due(later, |_| false).len(), 1);
    }

    #[test]
    fn a_node_does_not_dial_itself_twice() {
        let (mut nodes, now) = one();
        let dials = nodes.due(now, |_| false);
        nodes.is_self(dials[0].connection_id());
        assert!(nodes.due(now + Duration::from_secs(60), |_| false).is_empty());
    }
}
