//! Committees: who may speak in a role, what a vote weighs, and when votes are a quorum.
//!
//! An [`Electorate`] is the list of those who may draw in a round; a [`Profile`] says how large the committees
//! are; together with the seed they make a [`RoundContext`], against which everything of that round is
//! verified. What comes from outside is an [`UnverifiedVote`], [`UnverifiedProposal`] or
//! [`UnverifiedCertificate`]; verifying turns it into a [`Vote`], [`Proposal`] or [`QuorumCertificate`], and
//! nothing else does. A [`Tally`] counts the votes of one role; [`certificate::assemble`] makes the smallest
//! certificate from them.
#![forbid(unsafe_code)]
#![deny(
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod assembly;
pub mod certificate;
mod committees;
mod context;
mod electorate;
mod equivocation;
mod partial;
mod profile;
mod proposal;
mod role;
mod signer;
mod signer_set;
mod tally;
mod vote;
mod vote_checks;

pub use certificate::{CertificateError, QuorumCertificate, UnverifiedCertificate};
pub use committees::Committees;
pub use context::{RoundContext, proposal_message, vote_message};
pub use electorate::{Electorate, ElectorateError, MAX_MEMBERS, Member};
pub use equivocation::Equivocation;
pub use klero_sampling as sampling;
pub use partial::{PartialContext, PartialElectorate};
pub use profile::{CommitteeSize, Profile, ProfileError, Ratio, Targets, Timing};
pub use proposal::{Proposal, ProposalError, UnverifiedProposal};
pub use role::{Role, Step, Value};
pub use signer::{Signer, ValidatorKeys, cast_vote, make_proposal, proposer_priority};
pub use signer_set::SignerSet;
pub use tally::{Counted, Tally};
pub use vote::{BundledVote, MAX_BUNDLE, UnverifiedVote, Vote, VoteBundle, VoteError};
pub use vote_checks::verify_votes;
