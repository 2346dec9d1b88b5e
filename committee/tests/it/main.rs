//! Tests of the crate as its users see it, one behaviour a file.

mod bad_signatures;
mod bundles;
mod certificate_assembly;
mod certificate_encoding;
mod certificate_refusals;
mod certificate_sizes;
mod electorates;
mod keys;
mod profiles;
mod proposals;
mod roles;
mod signer_sets;
mod smallest_certificates;
mod tallies;
mod thresholds;
mod vote_batches;
mod votes;
mod vrf_suites;
mod world;

// The electorates and certificates of the example, whose figures are tested here.
#[path = "../../examples/certificates/round.rs"]
mod round;
#[path = "../../examples/certificates/stakes.rs"]
mod stakes;
#[path = "../../examples/certificates/table.rs"]
mod table;
