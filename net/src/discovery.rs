//! Kademlia without its dialling: who is near a key, asked of connected peers and answered to them.
//!
//! The routing table holds only peers that passed the handshake, with addresses that this node has reason to believe.
//! When a lookup would connect to a peer that it heard of, this node notes where that peer is said to be and lets the
//! lookup go on without it. Whom to dial, how often, and in which group of addresses, is decided by [`crate::book`] and
//! not by who answers. So a lookup costs a bounded number of questions to peers that are there, and what a liar tells
//! costs a place in the book.
//!
//! No records are stored for anybody. Peers that have not passed the handshake are not answered.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::task::{Context, Poll};
use std::time::Duration;

use klero_sampling::Digest;
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::kad::store::{MemoryStore, MemoryStoreConfig};
use libp2p::kad::{self, BucketInserts, Caching, Mode, StoreInserts};
use libp2p::swarm::behaviour::DialFailure;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, DialError, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId, StreamProtocol};

use crate::address::plain;

/// How long a lookup may take.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(10);

/// A question or an answer: twenty peers with four addresses each take a third of it.
const MAX_PACKET_BYTES: usize = 16 << 10;

/// What one answer adds to the book at most.
const HEARD_AT_ONCE: u32 = 32;

/// A peer, and where it is said to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rumour {
    /// Who answered last before it was told: almost always who told it.
    pub(crate) teller: PeerId,
    /// Of whom.
    pub(crate) peer: PeerId,
    /// Where, not judged yet.
    pub(crate) addresses: Vec<Multiaddr>,
}

/// Kademlia as this node uses it.
pub(crate) struct Discovery {
    kad: kad::Behaviour<MemoryStore>,
    /// Peers that passed the handshake and are connected.
    admitted: HashSet<PeerId>,
    /// Who answered last, and how many rumours followed.
    teller: Option<(PeerId, u32)>,
}

impl Discovery {
    /// Of a node that others can reach, or cannot.
    pub(crate) fn new(local: PeerId, chain: &Digest, is_reachable: bool) -> Option<Self> {
        let protocol = StreamProtocol::try_from_owned(format!("/klero/{chain}/kad/1")).ok()?;
        let mut config = kad::Config::new(protocol);
        config
            .set_kbucket_inserts(BucketInserts::Manual)
            .set_record_filtering(StoreInserts::FilterBoth)
            .set_record_ttl(None)
            .set_replication_interval(None)
            .set_publication_interval(None)
            .set_provider_publication_interval(None)
            .set_caching(Caching::Disabled)
            .set_periodic_bootstrap_interval(None)
            .set_parallelism(NonZeroUsize::MIN)
            .set_query_timeout(LOOKUP_TIMEOUT)
            .set_max_packet_size(MAX_PACKET_BYTES);
        let nothing = MemoryStoreConfig {
            max_records: 0,
            max_value_bytes: 0,
            max_providers_per_key: 0,
            max_provided_keys: 0,
        };
        let mut kad = kad::Behaviour::with_config(local, MemoryStore::with_config(local, nothing), config);
        kad.set_mode(Some(if is_reachable { Mode::Server } else { Mode::Client }));
        Some(Self {
            kad,
            admitted: HashSet::new(),
            teller: None,
        })
    }

    /// The peer passed the handshake: it is asked and answered.
    pub(crate) fn admit(&mut self, peer: PeerId) {
        self.admitted.insert(peer);
    }

    /// The peer passed the handshake and can be found at these addresses, and at none that were told before.
    pub(crate) fn enter(&mut self, peer: &PeerId, addresses: &[Multiaddr]) {
        let before = self.addresses_of(peer);
        let same =
            before.len() == addresses.len() && addresses.iter().all(|address| before.contains(address));
        if same || addresses.is_empty() {
            return;
        }
        // What the table knows of a peer's being connected is not brought up to date for peers that were there before.
        self.kad.remove_peer(peer);
        for address in addresses {
            let _full_is_in_order = self.kad.add_address(peer, address.clone());
        }
    }

    /// Nobody is told of the peer any more, and it is not answered.
    pub(crate) fn strike_out(&mut self, peer: &PeerId) {
        self.admitted.remove(peer);
        self.kad.remove_peer(peer);
    }

    /// Asks the peers nearest to a random key whom they know near to it.
    pub(crate) fn look_up(&mut self) {
        self.kad.get_closest_peers(PeerId::random());
    }

    /// Where the table says that the peer is.
    fn addresses_of(&mut self, peer: &PeerId) -> Vec<Multiaddr> {
        let Some(bucket) = self.kad.kbucket(*peer) else {
            return Vec::new();
        };
        let entry = bucket.iter().find(|entry| entry.node.key.preimage() == peer);
        let addresses = entry
            .into_iter()
            .flat_map(|entry| entry.node.value.iter().cloned().collect::<Vec<_>>());
        addresses.filter_map(|address| plain(peer, address)).collect()
    }

    /// What a lookup that would dial a peer knows of it; the lookup takes it for unreachable.
    fn overhear(&mut self, connection: ConnectionId, peer: PeerId) -> Option<Rumour> {
        let addresses = self
            .kad
            .handle_pending_outbound_connection(connection, Some(peer), &[], Endpoint::Dialer)
            .unwrap_or_default();
        self.kad.on_swarm_event(FromSwarm::DialFailure(DialFailure {
            peer_id: Some(peer),
            error: &DialError::NoAddresses,
            connection_id: connection,
        }));
        let (teller, told) = self.teller.as_mut()?;
        *told += 1;
        (*told <= HEARD_AT_ONCE && !addresses.is_empty()).then(|| Rumour {
            teller: *teller,
            peer,
            addresses,
        })
    }
}

impl NetworkBehaviour for Discovery {
    type ConnectionHandler = <kad::Behaviour<MemoryStore> as NetworkBehaviour>::ConnectionHandler;
    type ToSwarm = Option<Rumour>;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.kad
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
        self.kad
            .handle_established_outbound_connection(connection, peer, address, role, port)
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        match &event {
            FromSwarm::ConnectionClosed(closed) if closed.remaining_established == 0 => {
                self.admitted.remove(&closed.peer_id);
            }
            // With nobody to ask yet it would begin a lookup all the same.
            FromSwarm::NewListenAddr(_) => return,
            _ => {}
        }
        self.kad.on_swarm_event(event);
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        if self.admitted.contains(&peer) {
            self.teller = Some((peer, 0));
            self.kad.on_connection_handler_event(peer, connection, event);
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        while let Poll::Ready(event) = self.kad.poll(cx) {
            match event {
                // What it reports, and where it says that peers are, is of no use to the other parts.
                ToSwarm::GenerateEvent(_) | ToSwarm::NewExternalAddrOfPeer { .. } => {}
                ToSwarm::Dial { opts } => {
                    let peer = opts.get_peer_id();
                    let rumour = peer.and_then(|peer| self.overhear(opts.connection_id(), peer));
                    if rumour.is_some() {
                        return Poll::Ready(ToSwarm::GenerateEvent(rumour));
                    }
                }
                other => return Poll::Ready(other.map_out(|_| None)),
            }
        }
        Poll::Pending
    }
}
