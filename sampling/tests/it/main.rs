//! Tests of the crate as its users see it, one behaviour a file.

mod bls_aggregates;
mod bls_batches;
mod bls_keys;
mod bls_possession;
mod chi_square;
mod chi_square_proposers;
mod chi_square_seats;
mod chi_square_splitting;
mod codec;
mod draws;
mod fait_accompli;
mod hashing;
mod ladders;
mod lotteries;
mod oracle;
mod priorities;
mod quota_conservation;
mod seats_edges;
mod seats_oracle;
mod seats_oracle_itself;
mod seats_vectors;
mod seeds;
mod splitting_stake;
mod vrf_batches;
mod vrf_keys;
mod vrf_proofs;
