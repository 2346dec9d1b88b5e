//! What can go wrong, for whom.

use libp2p::Multiaddr;
use thiserror::Error;

/// Why the network did not start.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// [`spawn`](crate::spawn) was called outside a tokio runtime.
    #[error("no tokio runtime here: call this inside one")]
    NoRuntime,
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {reason}; choose another address or port with `listen`")]
    Listen {
        /// The address of the configuration.
        address: Multiaddr,
        /// What the system or libp2p says.
        reason: String,
    },
    /// A boot node is of a kind that cannot be dialled.
    #[error(
        "cannot dial the boot node {address}: write /ip4, /ip6, /dns, /dns4 or /dns6, then /tcp/PORT or \
         /udp/PORT/quic-v1, and /p2p/ID if you know it"
    )]
    Bootnode {
        /// The address of the configuration.
        address: Multiaddr,
    },
    /// An external address cannot be announced.
    #[error(
        "cannot announce {address}: write /ip4 or /ip6 with a number, then /tcp/PORT or /udp/PORT/quic-v1"
    )]
    External {
        /// The address of the configuration.
        address: Multiaddr,
    },
    /// The limits contradict each other.
    #[error("the limits of the network: {reason}")]
    Limits {
        /// Which ones, and what to change.
        reason: String,
    },
    /// The node's network identity cannot be used.
    #[error("cannot use the network identity: {reason}")]
    Identity {
        /// What libp2p says.
        reason: String,
    },
    /// Gossip cannot be set up.
    #[error("cannot set up gossip: {reason}")]
    Gossip {
        /// What libp2p says.
        reason: String,
    },
}

/// Why a message was not taken for publishing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PublishError {
    /// It is longer than its kind may be.
    #[error("{length} bytes where at most {limit} are allowed")]
    TooLong {
        /// Its length in bytes.
        length: usize,
        /// The greatest length of its kind in bytes.
        limit: usize,
    },
    /// Too much waits to be sent already: try again later.
    #[error("too much waits to be sent already")]
    Overloaded,
    /// The network has shut down.
    #[error("the network has shut down")]
    Closed,
}

/// Why a request to a peer has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestError {
    /// The peer is not connected, or has not passed the handshake.
    #[error("the peer is not connected")]
    NotConnected,
    /// The peer answers too many requests at the moment: try another, or later.
    #[error("the peer is busy")]
    Busy,
    /// No answer in time.
    #[error("the peer did not answer in time")]
    TimedOut,
    /// The connection or the stream failed.
    #[error("the request failed: {0}")]
    Failed(String),
    /// The peer sent something that is no answer to the request.
    #[error("the peer's answer is malformed or answers another question")]
    BadAnswer,
    /// Too many requests of this node are under way: try again later.
    #[error("too many requests are under way")]
    Overloaded,
    /// The network has shut down.
    #[error("the network has shut down")]
    Closed,
}
