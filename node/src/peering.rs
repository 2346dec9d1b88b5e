//! The table `[network]` of the configuration: how a node gets its peers, and how many it takes.

use klero_net::{Limits, Multiaddr, NetworkConfig};
use serde::{Deserialize, Serialize};

use crate::builder::parse;
use crate::error::NodeError;

/// The table `[network]`. Every field may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PeeringConfig {
    /// Whether the node seeks peers beyond its boot nodes, and tells others of those it knows; `true` unless told
    /// otherwise.
    pub discovery: bool,
    /// How many peers the node connects to by itself, boot nodes included: 16. With discovery only.
    pub outbound: usize,
    /// Addresses to announce instead of those where the node listens, as multiaddresses of numbers.
    pub external: Vec<String>,
    /// Connections in total: 384.
    pub connections: u32,
    /// Connections that others made: 256.
    pub inbound: u32,
    /// Connections from one IPv4 address or IPv6 /64: 32. A private or loopback address may take half of `inbound`.
    pub per_address: u32,
    /// Inbound connections that are not yet authenticated, over TCP and over QUIC each: 256.
    pub half_open: u32,
    /// Those from one IPv4 address or IPv6 /64: 24. A private or loopback address may take half of `half_open`.
    pub half_open_per_address: u32,
}

impl Default for PeeringConfig {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            discovery: true,
            outbound: klero_net::OUTBOUND,
            external: Vec::new(),
            connections: limits.connections,
            inbound: limits.inbound,
            per_address: limits.per_address,
            half_open: limits.half_open,
            half_open_per_address: limits.half_open_per_address,
        }
    }
}

impl PeeringConfig {
    /// Whether nothing was changed.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// A network that is set up so.
    ///
    /// # Errors
    /// [`NodeError`] for the first field that is wrong.
    pub(crate) fn apply(&self, config: NetworkConfig) -> Result<NetworkConfig, NodeError> {
        let limits = Limits {
            connections: self.connections,
            inbound: self.inbound,
            per_address: self.per_address,
            half_open: self.half_open,
            half_open_per_address: self.half_open_per_address,
            ..config.limits
        };
        let config = config
            .limits(limits)
            .discovery(self.discovery)
            .outbound(self.outbound);
        let external: Result<Vec<Multiaddr>, _> = self.external.iter().map(|text| parse(text)).collect();
        let config = external?.into_iter().fold(config, NetworkConfig::external);
        config.check()?;
        Ok(config)
    }
}
