//! The node: everything of Klero that touches a disk, a network or a clock.
#![forbid(unsafe_code)]

pub mod app;
mod block_store;
mod config;
pub mod events;
pub mod keys;
mod status;
pub mod store;
mod submit;

pub use block_store::BlockStore;
pub use config::{ConfigError, NodeConfig};
pub use status::{SharedStatus, Status};
pub use submit::{Submission, Submitter};
