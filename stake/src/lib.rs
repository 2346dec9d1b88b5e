//! Stake: who may draw, and how everyone knows it.
//!
//! The [`Registry`] holds the validators with their stake and keys; its root, a Merkle sum tree ([`sum_tree`]),
//! stands in every header [STK-1]. The electorate of a round is the registry as it was K rounds before
//! ([`History`], [STK-6]), so that no key is registered after a seed that could select it was known.
#![forbid(unsafe_code)]
#![deny(
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod electorate_root;
mod history;
mod registry;
pub mod sum_tree;

pub use electorate_root::{EntriesError, SignerEntries, electorate_root, electorate_tree};
pub use history::History;
pub use klero_committee as committee;
pub use registry::Registry;
