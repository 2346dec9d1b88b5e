//! The edge to the network: it moves opaque, bounded bytes. Decoding and judging them is the node's.
//!
//! [`spawn`] starts a task on the current tokio runtime that owns a libp2p swarm over QUIC and TCP. The node
//! holds a [`Network`] to speak through and a receiver of [`NetworkEvent`]s to listen to.
//!
//! # What happens to a message
//!
//! Each chain has a gossip topic per kind of message ([`Topic`]), and each kind a greatest size, which is
//! checked before anything else [NET-1]. **Upon** a message of a peer that passed the handshake, its id — a hash
//! of topic and bytes — is looked up among those of the last minute; a new one becomes a [`Gossip`] event.
//! **Upon** the node's [`Verdict`] the message is passed on, or not. Every reason for not accepting one is a
//! [`Refusal`], and each refusal has one verdict [NET-2]. A message that the node has no room for is ignored. A peer
//! of which twenty messages are rejected in a short time is disconnected, and let in again after half a minute.
//!
//! A message stays known for a minute whatever its verdict, and copies of it are dropped meanwhile. So what is
//! early should be held by the node, not ignored; and what a node sends again must differ in some byte.
//!
//! # Lanes
//!
//! Votes, blocks and transactions travel in three lanes on every connection: streams, queues and flow control of one
//! are nothing to the others, so no volume of bodies or transactions delays a vote [NET-3]. What the node wants sent
//! waits in a channel for each lane, too, and votes are taken first. From each peer a lane is read at a pace of its
//! own; what a peer sends faster waits on its side.
//!
//! # What happens to a peer
//!
//! **Upon** a connection, either side says which protocol version and chain it follows. A peer that differs is
//! reported with the [reason](PeerRefusal) and disconnected, like one that says nothing for five seconds; none of
//! its gossip is delivered, and no request of its answered [NET-5]. A peer that died and started again, before its death
//! was noticed, is disconnected once, to be met afresh.
//!
//! # Who connects to whom
//!
//! Boot nodes are dialled again, after 0.5 to 5 seconds, whenever they are not connected; their names are resolved by the
//! system. Beyond them a node [seeks](NetworkConfig::discovery) peers until it has made as many connections as
//! [it should](NetworkConfig::outbound), at most half of them in one group of addresses (IPv4 /16, IPv6 /32). It hears of
//! them by Kademlia, from peers of its chain alone, and dials one each quarter of a second at most. Nobody is told of a
//! peer unless its connection comes from the address that it claims, or this node reached it there. Private and loopback
//! addresses are believed only where the node has no wider one itself. Where it reached peers it
//! [remembers](Network::known_addresses).
//!
//! Inbound connections are [limited](Limits) in total and by the address that they come from. Nothing is held
//! against a peer but what is provably wrong: neither silence, nor how many share its address.
//!
//! # Synchronization
//!
//! A node that is behind asks peers for heads, blocks and bodies ([`Network::head_of`],
//! [`Network::blocks_from`], [`Network::body_from`]) and answers their questions out of a [`ChainReader`]. Neither
//! side believes the other: the node verifies every certificate [NET-4].
#![forbid(unsafe_code)]
#![deny(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod address;
mod allowance;
mod book;
mod bootnodes;
mod config;
mod cost;
mod discovery;
mod doorman;
mod driver;
mod error;
mod event;
mod gate;
mod gossip;
mod handle;
mod handshake;
mod laggards;
mod lane;
mod links;
mod named;
mod names;
mod outgoing;
mod paced;
mod peers;
mod refusal;
mod scores;
mod seeker;
mod swarm;
mod sync;
mod tcp;
mod topic;

pub use config::{Limits, NetworkConfig, OUTBOUND, PROTOCOL_VERSION};
pub use driver::spawn;
pub use error::{NetworkError, PublishError, RequestError};
pub use event::{Gossip, NetworkEvent, Receipt};
pub use handle::Network;
pub use handshake::PeerRefusal;
pub use libp2p::multiaddr::Error as MultiaddrError;
pub use libp2p::{Multiaddr, PeerId, identity};
pub use refusal::{Refusal, Verdict};
pub use sync::{ChainReader, MAX_BLOCKS, MAX_BODY_BYTES};
pub use topic::Topic;
