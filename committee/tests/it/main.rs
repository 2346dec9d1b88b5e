//! Tests of the crate as its users see it, one behaviour a file.

mod bundles;
mod certificate_assembly;
mod certificate_encoding;
mod certificate_refusals;
mod electorates;
mod keys;
mod profiles;
mod proposals;
mod roles;
mod signer_sets;
mod tallies;
mod thresholds;
mod vote_batches;
mod votes;
mod vrf_suites;
mod world;
