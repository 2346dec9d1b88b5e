//! The door: how many connections each address may have, and how many may be half open.
//!
//! Whoever connects is counted by where it [comes from](Origin). A half-open connection is one that is not yet encrypted
//! and authenticated: it has cost its maker a packet. Those over TCP and over QUIC are counted apart, because the
//! sender of a QUIC packet can be forged, and that of a TCP connection cannot.
//!
//! Private and loopback addresses may stand for many: a test network, or a proxy before the node. Each of them may take
//! half of what there is.

use std::collections::HashMap;
use std::convert::Infallible;
use std::task::{Context, Poll};

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent,
    ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};
use thiserror::Error;

use crate::Limits;
use crate::address::{Origin, ip_of};

/// Why a connection was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
enum Full {
    #[error("{0} connections are half open already")]
    HalfOpen(u32),
    #[error("{0} connections of this address are half open already")]
    HalfOpenHere(u32),
    #[error("this address has {0} connections already")]
    Here(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Tcp,
    Quic,
}

/// Inbound connections, by where they come from. Each map is as large as the limits allow.
pub(crate) struct Doorman {
    limits: Limits,
    half_open: HashMap<ConnectionId, (Transport, Option<Origin>)>,
    established: HashMap<ConnectionId, Origin>,
}

impl Doorman {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            half_open: HashMap::new(),
            established: HashMap::new(),
        }
    }

    /// The share of one address: of `total`, if it is local, half.
    fn share(origin: Origin, each: u32, total: u32) -> u32 {
        if origin.is_local() {
            each.max(total / 2)
        } else {
            each
        }
    }

    fn knock(&mut self, connection: ConnectionId, local: &Multiaddr, remote: &Multiaddr) -> Result<(), Full> {
        let transport = if local.iter().any(|part| matches!(part, Protocol::Udp(_))) {
            Transport::Quic
        } else {
            Transport::Tcp
        };
        let alike = self.half_open.values().filter(|(over, _)| *over == transport);
        let total = self.limits.half_open;
        if alike.clone().count() >= size(total) {
            return Err(Full::HalfOpen(total));
        }
        let origin = ip_of(remote).map(Origin::of);
        if let Some(origin) = origin {
            let share = Self::share(origin, self.limits.half_open_per_address, total);
            if alike.filter(|(_, from)| *from == Some(origin)).count() >= size(share) {
                return Err(Full::HalfOpenHere(share));
            }
        }
        self.half_open.insert(connection, (transport, origin));
        Ok(())
    }

    fn enter(&mut self, connection: ConnectionId, remote: &Multiaddr) -> Result<(), Full> {
        self.half_open.remove(&connection);
        let Some(origin) = ip_of(remote).map(Origin::of) else {
            return Ok(());
        };
        let share = Self::share(origin, self.limits.per_address, self.limits.inbound);
        let there = self.established.values().filter(|from| **from == origin);
        if there.count() >= size(share) {
            return Err(Full::Here(share));
        }
        Ok(())
    }
}

fn size(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

impl NetworkBehaviour for Doorman {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.knock(connection, local, remote)
            .map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.enter(connection, remote).map_err(ConnectionDenied::new)?;
        Ok(dummy::ConnectionHandler)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(dummy::ConnectionHandler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        match event {
            // Only now is it sure that no other part of the node has denied it.
            FromSwarm::ConnectionEstablished(opened) if opened.endpoint.is_listener() => {
                if let Some(ip) = ip_of(opened.endpoint.get_remote_address()) {
                    self.established.insert(opened.connection_id, Origin::of(ip));
                }
            }
            FromSwarm::ConnectionClosed(closed) => {
                self.established.remove(&closed.connection_id);
            }
            FromSwarm::ListenFailure(failed) => {
                self.half_open.remove(&failed.connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        connections: 30,
        inbound: 20,
        per_peer: 4,
        per_address: 3,
        half_open: 8,
        half_open_per_address: 2,
    };

    fn at(ip: &str) -> Multiaddr {
        let version = if ip.contains(':') { "ip6" } else { "ip4" };
        format!("/{version}/{ip}/tcp/1").parse().unwrap()
    }

    fn knock(door: &mut Doorman, id: usize, local: &str, ip: &str) -> Result<(), Full> {
        door.knock(ConnectionId::new_unchecked(id), &local.parse().unwrap(), &at(ip))
    }

    const TCP: &str = "/ip4/0.0.0.0/tcp/7";
    const QUIC: &str = "/ip4/0.0.0.0/udp/7/quic-v1";

    /// [E8] No address, no /64 and no private network takes all half-open places, nor QUIC those of TCP.
    #[test]
    fn half_open_connections_have_a_share_each() {
        let mut door = Doorman::new(LIMITS);
        assert_eq!(knock(&mut door, 1, TCP, "9.9.9.9"), Ok(()));
        assert_eq!(knock(&mut door, 2, TCP, "9.9.9.9"), Ok(()));
        assert_eq!(knock(&mut door, 3, TCP, "9.9.9.9"), Err(Full::HalfOpenHere(2)));
        for id in 10..14 {
            assert_eq!(knock(&mut door, id, TCP, "127.0.0.1"), Ok(()));
        }
        assert_eq!(knock(&mut door, 14, TCP, "127.0.0.1"), Err(Full::HalfOpenHere(4)));
        assert_eq!(knock(&mut door, 20, TCP, "2001:db8::1"), Ok(()));
        assert_eq!(knock(&mut door, 21, TCP, "2001:db8::2"), Ok(()));
        assert_eq!(knock(&mut door, 22, TCP, "2001:db8::3"), Err(Full::HalfOpen(8)));
        assert_eq!(knock(&mut door, 30, QUIC, "9.9.9.9"), Ok(()), "TCP is full");
        // One that comes through makes room.
        assert_eq!(
            door.enter(ConnectionId::new_unchecked(20), &at("2001:db8::1")),
            Ok(())
        );
        assert_eq!(knock(&mut door, 23, TCP, "2001:db8::3"), Ok(()));
        assert_eq!(knock(&mut door, 24, TCP, "2001:db8::4"), Err(Full::HalfOpen(8)));
    }

    #[test]
    fn established_connections_have_a_share_each() {
        let mut door = Doorman::new(LIMITS);
        let mut enter = |id: usize, ip: &str| {
            let id = ConnectionId::new_unchecked(id);
            door.enter(id, &at(ip))?;
            door.established.insert(id, Origin::of(ip.parse().unwrap()));
            Ok(())
        };
        for id in 0..3 {
            assert_eq!(enter(id, "9.9.9.9"), Ok(()));
        }
        assert_eq!(enter(3, "9.9.9.9"), Err(Full::Here(3)));
        assert_eq!(enter(4, "9.9.9.8"), Ok(()));
        for id in 10..20 {
            assert_eq!(enter(id, "192.168.7.7"), Ok(()));
        }
        assert_eq!(enter(20, "192.168.7.7"), Err(Full::Here(10)));
    }
}
