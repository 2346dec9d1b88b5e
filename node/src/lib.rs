//! The node: everything of Klero that touches a disk, a network or a clock.
//!
//! A [`Node`] runs an [`app::Application`]: what the blocks of the chain are about. The shortest chain that embeds
//! Klero counts rounds; this one has a single validator, and keeps everything in memory:
//!
//! ```
//! use std::time::Duration;
//!
//! use klero_node::app::{Application, ApplicationError, Applied, Judgement, Place};
//! use klero_node::finality::{Genesis, Profile};
//! use klero_node::{Digest, Node, keys::KeyFile};
//!
//! struct Counter(Applied);
//!
//! impl Application for Counter {
//!     fn applied(&self) -> Applied {
//!         self.0
//!     }
//!     fn build(&mut self, place: &Place, _: &mut dyn Iterator<Item = &[u8]>, _: usize) -> Vec<u8> {
//!         place.round.to_be_bytes().to_vec()
//!     }
//!     fn judge(&mut self, place: &Place, payload: &[u8]) -> Judgement {
//!         if payload == place.round.to_be_bytes() { Judgement::Accept } else { Judgement::Reject("miscounted".into()) }
//!     }
//!     fn finalized(&mut self, place: &Place, _: &[u8]) -> Result<Digest, ApplicationError> {
//!         self.0.round = place.round;
//!         self.0.root.0[..8].copy_from_slice(&place.round.to_be_bytes());
//!         Ok(self.0.root)
//!     }
//! }
//!
//! let keys = KeyFile::generate("counting", 1)?;
//! let validators = keys.genesis_validators(1_000)?;
//! let profile = Profile { propose: 1_000, ..Profile::full() };
//! let genesis = Genesis::new("counting", 0, profile, validators);
//! let counter = Counter(Applied { round: 0, root: Digest([0; 32]) });
//! let node = Node::builder(genesis).new_keys(keys).application(counter).start()?;
//! assert!(node.wait_for_round(3, Duration::from_secs(30)));
//! node.stop()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With [`NodeBuilder::data`], [`NodeBuilder::listen`], [`NodeBuilder::bootnode`] and [`NodeBuilder::rpc`] the same
//! chain runs on many machines.
#![forbid(unsafe_code)]

pub mod api;
pub mod app;
mod app_thread;
mod block_store;
pub mod bounds;
mod builder;
mod config;
mod core;
mod core_desk;
mod disk;
mod error;
pub mod events;
pub mod feed;
#[cfg(test)]
mod four_members;
mod hints;
mod ingress;
mod inquiry;
mod join;
pub mod keys;
mod last_votes;
mod level;
pub mod light;
mod logs;
pub mod metrics;
mod node;
mod operations;
mod parts;
mod past;
mod peer_book;
mod peer_file;
mod peering;
mod position;
mod snapshot;
mod stake_desk;
mod stall;
mod status;
pub mod store;
mod submit;
mod sync;
mod token;
mod verify;
mod view;
mod vote_log;
pub mod wire;
mod witness;

pub use block_store::BlockStore;
pub use builder::{NodeBuilder, mark_never_voted, read_genesis};
pub use config::{AdminConfig, ConfigError, JoinConfig, KeysConfig, NodeConfig};
pub use core::CoreError;
pub use core_desk::{CoreDesk, DecidedItem, DeskError, ProposalItem, RoundPage, StepItem, VoteItem};
pub use error::NodeError;
pub use join::{Interrupt, JoinFrom};
pub use klero_finality as finality;
pub use klero_sampling::Digest;
pub use level::LevelPage;
pub use logs::Logs;
pub use node::{Node, Restart};
pub use operations::WaitError;
pub use peer_book::{PeerBook, PeerItem};
pub use peering::PeeringConfig;
pub use stake_desk::{Faucet, FaucetError, StakeDesk};
pub use stall::{Cause, GonePeer, Quiet, Stall, StepCount, ValueCount};
pub use status::{SharedStatus, Status};
pub use submit::{Submission, Submitter};
pub use token::TokenError;
