//! Why a node does not start, or stopped.

use std::net::SocketAddr;
use std::path::PathBuf;

use klero_finality::ChainError;
use klero_net::NetworkError;
use klero_sampling::Digest;
use klero_sampling::vrf::VrfError;
use thiserror::Error;

use crate::app::ApplicationError;
use crate::bounds::BoundsError;
use crate::core::CoreError;
use crate::keys::KeyError;
use crate::store::StoreError;
use crate::token::TokenError;

/// Why a node does not start, or stopped.
#[derive(Debug, Error)]
pub enum NodeError {
    /// The genesis file.
    #[error("genesis {path}: {cause}; check it with `klero genesis check {path}`")]
    Genesis {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// The genesis makes no chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The genesis misses its own targets.
    #[error(transparent)]
    Bounds(#[from] BoundsError),
    /// The key file.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// A key that a library refuses.
    #[error("validator keys: {0}")]
    Vrf(VrfError),
    /// The seed of the node's identity.
    #[error("the node_seed of the key file makes no identity; make a new key file with `klero keys new`")]
    Identity,
    /// An address.
    #[error("{address} is no multiaddress ({cause}); write one like /ip4/127.0.0.1/udp/30303/quic-v1")]
    Address {
        /// The text.
        address: String,
        /// Why.
        cause: String,
    },
    /// It was told to stop before it ran.
    #[error("the node was stopped before it ran")]
    Interrupted,
    /// The data directory.
    #[error("data directory {path}: {cause}")]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database belongs to another chain.
    #[error(
        "the data directory belongs to chain {stored}, the genesis to {genesis}; give this chain another `data`"
    )]
    OtherChain {
        /// The chain id in the database.
        stored: String,
        /// The genesis's.
        genesis: Digest,
    },
    /// A hole in the stored chain.
    #[error("the database lacks the block of round {0}: sync anew into an empty directory")]
    MissingBlock(u64),
    /// Another registry than the chain's.
    #[error(
        "the stored block of round {round} does not follow from those before it: {cause}; sync anew into an empty directory"
    )]
    Registry {
        /// The round.
        round: u64,
        /// What is wrong with it.
        cause: ChainError,
    },
    /// A state snapshot that is of no use where none can be done without.
    #[error("the state snapshot: {0}; sync anew into an empty directory")]
    Snapshot(String),
    /// The checkpoint from which the node is to start.
    #[error(
        "the checkpoint to start from: {0}; take a newer one with `klero init --join`, into an empty directory"
    )]
    Checkpoint(String),
    /// No application was given.
    #[error("no application: give the builder one with `application` or `key_value`")]
    NoApplication,
    /// The application failed.
    #[error("the application failed: {0}")]
    Application(#[from] ApplicationError),
    /// The application has executed rounds that the chain does not have.
    #[error("the application is at round {applied}, the chain at {head}; they are not of one node")]
    ApplicationAhead {
        /// The application's last round.
        applied: u64,
        /// The chain's.
        head: u64,
    },
    /// The network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The HTTP API's address.
    #[error(
        "cannot listen on {address} for HTTP: {cause}; choose another port with `rpc`, or see who has it with `ss -ltnp`"
    )]
    Rpc {
        /// The address.
        address: SocketAddr,
        /// Why.
        cause: std::io::Error,
    },
    /// The admin API's address.
    #[error(
        "cannot listen on {address} for the admin API: {cause}; choose another port with `listen` under `[admin]`, or see who has it with `ss -ltnp`"
    )]
    Admin {
        /// The address.
        address: SocketAddr,
        /// Why.
        cause: std::io::Error,
    },
    /// The admin API's token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The system gave no thread, runtime or randomness.
    #[error("the system refuses a resource: {0}")]
    System(#[from] std::io::Error),
    /// The core stopped.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// A bug.
    #[error("the node's core panicked; please report it with the log")]
    Panicked,
}
