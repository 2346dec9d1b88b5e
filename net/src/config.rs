//! What a node chooses about its network.

use klero_sampling::Digest;
use libp2p::Multiaddr;
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;

use crate::NetworkError;
use crate::address::{leads, peer_in, reach_of};

/// The protocol version that a [`NetworkConfig`] speaks unless told otherwise.
pub const PROTOCOL_VERSION: u16 = 1;

/// The configuration of a [`Network`](crate::Network).
///
/// ```
/// use klero_net::{NetworkConfig, identity::Keypair};
/// use klero_sampling::Digest;
///
/// let config = NetworkConfig::new(Digest([7; 32]), Keypair::generate_ed25519())
///     .listen("/ip4/127.0.0.1/udp/0/quic-v1".parse()?)
///     .bootnode("/ip4/192.0.2.1/tcp/7000".parse()?);
/// assert_eq!(config.version, 1);
/// # Ok::<(), klero_net::MultiaddrError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NetworkConfig {
    /// The chain id: the digest of the genesis. Nodes of other chains are refused [NET-5].
    pub chain: Digest,
    /// The protocol version. Nodes of other versions are refused [NET-5].
    pub version: u16,
    /// Where to listen: `/ip4/…/udp/…/quic-v1` and `/ip4/…/tcp/…`, port 0 for any; none to only dial.
    pub listen: Vec<Multiaddr>,
    /// Whom to connect to whenever not connected: `/ip4/…`, `/ip6/…`, `/dns4/…`, `/dns6/…` or `/dns/…`, then `/tcp/…` or
    /// `/udp/…/quic-v1`, and perhaps `/p2p/<peer id>`. Names are resolved by the system, anew for each attempt. The
    /// node's own address may be among them.
    pub bootnodes: Vec<Multiaddr>,
    /// The key of the node's peer id; not a validator key.
    pub identity: Keypair,
    /// How many connections there may be.
    pub limits: Limits,
    /// Whether the node seeks peers beyond its boot nodes, and tells others of those it knows.
    pub discovery: bool,
    /// How many peers the node connects to by itself, boot nodes included; with discovery only.
    pub outbound: usize,
    /// Addresses to announce, as numbers, instead of those where the node listens: of a router or a balancer that
    /// leads to it. It is believed where its own connections come from them too, see [`crate`].
    pub external: Vec<Multiaddr>,
    /// Addresses of peers, each ending in `/p2p/<peer id>`, that an earlier run of the node knew to be good, see
    /// [`Network::known_addresses`](crate::Network::known_addresses). Others are passed over.
    pub known: Vec<Multiaddr>,
}

/// How many peers a node connects to by itself unless told otherwise.
pub const OUTBOUND: usize = 16;

impl NetworkConfig {
    /// A node that neither listens nor dials yet.
    pub fn new(chain: Digest, identity: Keypair) -> Self {
        Self {
            chain,
            version: PROTOCOL_VERSION,
            listen: Vec::new(),
            bootnodes: Vec::new(),
            identity,
            limits: Limits::default(),
            discovery: true,
            outbound: OUTBOUND,
            external: Vec::new(),
            known: Vec::new(),
        }
    }

    /// With another protocol version.
    pub fn version(mut self, version: u16) -> Self {
        self.version = version;
        self
    }

    /// Listens there too.
    pub fn listen(mut self, address: Multiaddr) -> Self {
        self.listen.push(address);
        self
    }

    /// Keeps connected to that node too.
    pub fn bootnode(mut self, address: Multiaddr) -> Self {
        self.bootnodes.push(address);
        self
    }

    /// With other limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// With or without discovery.
    pub fn discovery(mut self, discovery: bool) -> Self {
        self.discovery = discovery;
        self
    }

    /// Connects to so many peers by itself.
    pub fn outbound(mut self, outbound: usize) -> Self {
        self.outbound = outbound;
        self
    }

    /// Announces that address too, and no longer those where it listens.
    pub fn external(mut self, address: Multiaddr) -> Self {
        self.external.push(address);
        self
    }

    /// Knows that these addresses were good.
    pub fn known(mut self, addresses: Vec<Multiaddr>) -> Self {
        self.known = addresses;
        self
    }

    /// Whether the network can be what is asked for.
    ///
    /// # Errors
    /// [`NetworkError`](crate::NetworkError) that names the first field that is wrong.
    pub fn check(&self) -> Result<(), NetworkError> {
        self.limits
            .check(if self.discovery { self.outbound } else { 0 })?;
        let numbers = |part: &Protocol<'_>| matches!(part, Protocol::Ip4(_) | Protocol::Ip6(_));
        let names =
            |part: &Protocol<'_>| matches!(part, Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_));
        for address in &self.bootnodes {
            if !leads(address, |part| numbers(part) || names(part)) {
                return Err(NetworkError::Bootnode {
                    address: address.clone(),
                });
            }
        }
        for address in &self.external {
            if !leads(address, numbers) || peer_in(address).is_some() || reach_of(address).is_none() {
                return Err(NetworkError::External {
                    address: address.clone(),
                });
            }
        }
        Ok(())
    }
}

/// How many connections there may be. What would exceed a limit is closed as it is made.
///
/// An inbound connection is counted where it comes from: at its IPv4 address or its IPv6 /64. Private and loopback
/// addresses may each take half of `inbound` and `half_open`, where that is more than what other addresses get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections in total.
    pub connections: u32,
    /// Connections that others made; fewer than in total, so that nobody can occupy them all.
    pub inbound: u32,
    /// Connections with one peer: two when both dial at once, and those of its former life when it restarts.
    pub per_peer: u32,
    /// Inbound connections of one address.
    pub per_address: u32,
    /// Inbound connections that are not yet encrypted and authenticated, over TCP and over QUIC each.
    pub half_open: u32,
    /// Those of one address.
    pub half_open_per_address: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 384,
            inbound: 256,
            per_peer: 4,
            per_address: 32,
            half_open: 256,
            half_open_per_address: 24,
        }
    }
}

impl Limits {
    fn check(&self, outbound: usize) -> Result<(), NetworkError> {
        let refuse = |reason: String| Err(NetworkError::Limits { reason });
        let own = usize::try_from(self.connections.saturating_sub(self.inbound)).unwrap_or(usize::MAX);
        for (name, value) in [
            ("per_peer", self.per_peer),
            ("per_address", self.per_address),
            ("half_open", self.half_open),
            ("half_open_per_address", self.half_open_per_address),
        ] {
            if value == 0 {
                return refuse(format!(
                    "`{name}` is 0: nobody could connect; leave it out for the default"
                ));
            }
        }
        if own == 0 || own < outbound {
            let (connections, inbound) = (self.connections, self.inbound);
            return refuse(format!(
                "`connections` = {connections} less `inbound` = {inbound} leaves {own} that the node makes itself, \
                 where `outbound` = {outbound} are wanted: raise `connections` or lower `inbound`"
            ));
        }
        Ok(())
    }
}
