//! Stake: who may draw, how everyone knows it, and what it costs to cheat.
//!
//! The [`Registry`] holds accounts with their stake and the validators that they run. It changes by the operations of
//! final blocks and by nothing else: a [`SignedOperation`] whose signatures were checked is a [`VerifiedOperation`],
//! and a [`Transition`] takes those of one block, see there for the order of things. The registry's root commits to
//! everything in it ([`commitments`]) and stands in every header [STK-1].
//!
//! The electorate of a round is that of the registry K rounds before ([`History`], [STK-6]), so that no key is
//! registered after a seed that could select it was known. The history is also the court for [`evidence`]: an offence is
//! judged by the electorate of its round, and stake is liable for longer than evidence is accepted.
#![forbid(unsafe_code)]
#![deny(
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod account;
pub mod commitments;
mod electorate_root;
pub mod evidence;
mod history;
mod keys;
mod operation;
mod operator;
mod parameters;
mod perform;
mod registry;
mod screen;
pub mod sum_tree;
mod suspension;
mod transition;

pub use account::{Account, MAX_UNBONDING, Status, Unbonding, Validator};
pub use electorate_root::{EntriesError, SignerEntries, electorate_root, electorate_tree};
pub use evidence::{Courts, Evidence, EvidenceError};
pub use history::{History, HistoryError, HistoryRecord};
pub use keys::{KeysError, ProvenKeys};
pub use klero_committee as committee;
pub use operation::{Operation, OperationError, SignedOperation, VerifiedOperation};
pub use operator::{OperatorKey, OperatorSecret};
pub use parameters::{MAX_EVIDENCE_AGE, Parameters, ParametersError, Rules};
pub use registry::{GenesisAccount, MAX_ACCOUNTS, MAX_SUPPLY, MAX_USED_KEYS, Registry, RegistryError};
pub use screen::Screen;
pub use transition::{
    Applied, BlockError, BlockInputs, MAX_KEY_CHANGES, MAX_OPERATIONS, MAX_REPORTS, Receipt, Transition,
};
