//! Tests of the crate as its users see it, one behaviour a file.

mod electorate_roots;
mod histories;
mod members;
mod registries;
mod sum_trees;
mod vrf_suites;
