//! Tests of the crate as its users see it, one behaviour a file.

mod bls_aggregates;
mod bls_batches;
mod bls_keys;
mod bls_possession;
mod codec;
mod corpus;
mod draws;
mod fait_accompli;
mod freed;
mod hashing;
mod ladders;
mod lotteries;
mod priorities;
mod quota_conservation;
mod seats_oracle;
mod seed_chains;
mod seed_choices;
mod seed_grinding;
mod seeds;
mod splitting_stake;
mod vrf_any_bytes;
mod vrf_batches;
mod vrf_erasure;
mod vrf_keys;
mod vrf_proofs;
mod vrf_refusals_bls12381;
#[cfg(feature = "ecvrf")]
mod vrf_refusals_ecvrf;
mod vrf_refusals_sr25519;
mod vrf_suites;
mod vrf_vectors;
mod vrf_world;
