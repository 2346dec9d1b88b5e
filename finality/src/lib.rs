//! Finality: what a chain is, and how to check one from its genesis alone.
//!
//! A [`Genesis`] fixes everything that is not decided later; its digest is the chain id. A [`Block`] is a
//! [`Header`], whose digest is what members vote on, and a [`Body`]. A [`Chain`] follows the headers: it knows
//! seeds and electorates, makes the [`RoundContext`](klero_committee::RoundContext) of the next rounds, and
//! refuses a header that does not follow. [`Chain::accept`] takes a block with its certificate, and is all that
//! `klero verify` trusts. Every n-th block a committee of its own signs a [`Checkpoint`]; a [`LightClient`] hops by them,
//! and needs no registry. A [`Fork`] shows that two blocks of a round are final, and its report who is to blame.
#![forbid(unsafe_code)]
#![deny(
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod block;
mod chain;
mod checkpoint;
mod checkpoints;
mod draft;
mod fork;
mod fork_report;
mod genesis;
mod level;
mod light;
mod row;
mod state;

pub use block::{Block, Body, BodyError, FinalBlock, Header, MAX_PAYLOAD, PROTOCOL_VERSION};
pub use chain::{Chain, ChainError, HeaderError};
pub use checkpoint::{
    Checkpoint, CheckpointRules, CheckpointRulesError, SignedCheckpoint, checkpoint_context,
};
pub use checkpoints::{DueCheckpoint, OlderCheckpoints};
pub use draft::Draft;
pub use fork::{Fork, ForkError, UnverifiedFork};
pub use fork_report::{Breach, Culprit, ForkReport, Signed};
pub use genesis::{Genesis, GenesisError, GenesisValidator};
pub use klero_committee::Profile;
pub use klero_stake as stake;
pub use level::Level;
pub use light::{Age, LightBlock, LightClient, LightError, TrustedCheckpoint};
pub use row::{Claim, Row};
pub use state::{ChainState, Footprint, StateError};
