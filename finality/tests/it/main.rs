//! Tests of the crate as its users see it, one behaviour a file.

mod bodies;
mod certificate_fields;
mod chain_ids;
mod changing;
mod checkpoints;
mod drafts;
mod encodings;
mod following;
mod fork_bytes;
mod fork_properties;
mod forks;
mod genesis_refusals;
mod header_fields;
mod levels;
mod light_client;
mod light_hops;
mod light_walk;
mod network;
mod operations;
mod parent_certificates;
mod rows;
mod seed_chain;
mod states;
mod timestamps;
mod vrf_suites;
