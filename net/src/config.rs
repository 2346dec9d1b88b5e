//! What a node chooses about its network.

use klero_sampling::Digest;
use libp2p::Multiaddr;
use libp2p::identity::Keypair;

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
    /// Whom to connect to whenever not connected; addresses may end in `/p2p/<peer id>`. Names are not resolved.
    /// The node's own address may be among them.
    pub bootnodes: Vec<Multiaddr>,
    /// The key of the node's peer id; not a validator key.
    pub identity: Keypair,
    /// How many connections there may be.
    pub limits: Limits,
}

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
}

/// How many connections there may be. What would exceed a limit is closed as it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections in total.
    pub connections: u32,
    /// Connections that others made; fewer than in total, so that nobody can occupy them all.
    pub inbound: u32,
    /// Connections with one peer: two when both dial at once, and those of its former life when it restarts.
    pub per_peer: u32,
    /// Inbound connections that are not yet encrypted and authenticated.
    pub half_open: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 384,
            inbound: 256,
            per_peer: 4,
            half_open: 64,
        }
    }
}
