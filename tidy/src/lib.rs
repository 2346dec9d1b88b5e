//! The project's style, as a test.
//!
//! One module holds one rule. A rule is a function from text to [`Finding`]s, so that the tests can show on a
//! small sample that it is able to fail; `tests/it/repository.rs` applies every rule to this repository.

#![forbid(unsafe_code)]

pub mod book;
pub mod crates;
mod finding;
pub mod licences;
pub mod lower;
pub mod machine;
pub mod names;
pub mod reasons;
pub mod rules;
pub mod scenarios;
pub mod size;
mod source;
pub mod tags;
mod tokens;
pub mod workspace;

pub use finding::Finding;
pub use source::{Comment, Source};
