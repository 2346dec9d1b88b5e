//! The connections of this moment: with whom, and who made them.

use std::collections::HashMap;
use std::net::IpAddr;

use libp2p::core::ConnectedPoint;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};

use crate::address::{Group, ip_of, plain};

#[derive(Debug)]
struct Link {
    peer: PeerId,
    is_outbound: bool,
    remote: Multiaddr,
}

/// As many as the limits allow.
#[derive(Debug, Default)]
pub(crate) struct Links(HashMap<ConnectionId, Link>);

impl Links {
    pub(crate) fn opened(&mut self, connection: ConnectionId, peer: PeerId, endpoint: &ConnectedPoint) {
        let link = Link {
            peer,
            is_outbound: endpoint.is_dialer(),
            remote: endpoint.get_remote_address().clone(),
        };
        self.0.insert(connection, link);
    }

    pub(crate) fn closed(&mut self, connection: ConnectionId) {
        self.0.remove(&connection);
    }

    /// Where the peer's connections come from or lead to; none when it has none.
    pub(crate) fn ips_of(&self, peer: &PeerId) -> Vec<IpAddr> {
        let links = self.0.values().filter(|link| link.peer == *peer);
        links.filter_map(|link| ip_of(&link.remote)).collect()
    }

    /// Where this node reached the peer, if it did.
    pub(crate) fn reached(&self, peer: &PeerId) -> Option<Multiaddr> {
        let mut links = self
            .0
            .values()
            .filter(|link| link.is_outbound && link.peer == *peer);
        links.find_map(|link| plain(peer, link.remote.clone()))
    }

    /// The peers that this node connected to, with their groups.
    pub(crate) fn outbound(&self) -> HashMap<PeerId, Option<Group>> {
        let links = self.0.values().filter(|link| link.is_outbound);
        links
            .map(|link| (link.peer, ip_of(&link.remote).map(Group::of)))
            .collect()
    }
}
