//! Tests of the crate as its users see it, one behaviour a file.

mod any_bytes;
mod blocks;
mod bonding;
mod electorate_roots;
mod framing;
mod histories;
mod junk_evidence;
mod lookback;
mod members;
mod model;
mod offences;
mod operators;
mod parameters;
mod proofs;
mod random_histories;
mod registering;
mod registries;
mod rogue_keys;
mod rotating;
mod shared_vrf_keys;
mod slashing;
mod sum_trees;
mod suspension;
mod transfers;
mod vrf_suites;
mod world;
