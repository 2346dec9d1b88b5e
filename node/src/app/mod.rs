//! The application: what the blocks of a chain are about.
//!
//! An embedder implements [`Application`]; Klero orders its payloads and makes them final. The calls come from
//! one thread, in this order, for ever:
//!
//! ```text
//! applied  ( check | build | judge )*  ( finalized  ( check | build | judge )* )*
//! ```
//!
//! `applied` says how far the application's own state is; rounds after that are handed to `finalized` again after
//! a restart, so that an application may keep its state anywhere, or nowhere.

pub mod kv;
mod payload;
mod pool;

use klero_sampling::Digest;
use thiserror::Error;

pub use payload::{PayloadError, pack, transaction_digest, unpack};
pub use pool::{Pool, PoolError, Waiting};

/// The greatest length of a transaction in bytes.
pub const MAX_TRANSACTION: usize = 64 << 10;

/// Where a payload stands in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The round.
    pub round: u64,
    /// The digest of the parent's header.
    pub parent: Digest,
    /// The block's timestamp in milliseconds since 1970.
    pub timestamp: u64,
}

/// How far an application's state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// The last round whose payload it executed; 0 for none.
    pub round: u64,
    /// The root of its state after that round.
    pub root: Digest,
}

/// What an application says of a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It may be executed.
    Accept,
    /// It never may, for this reason. Every honest node must say the same of the same payload and parent.
    Reject(String),
    /// Something is missing that may come: the node asks again.
    NotYet,
}

/// Why an application cannot go on. The node stops then: its state would no longer be that of the others.
#[derive(Debug, Error)]
#[error("{what}: {cause}")]
pub struct ApplicationError {
    what: String,
    cause: Box<dyn std::error::Error + Send + Sync>,
}

impl ApplicationError {
    /// What could not be done, and why; a text is a cause too.
    pub fn new(what: impl Into<String>, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            what: what.into(),
            cause: cause.into(),
        }
    }
}

/// A deterministic state machine over payloads.
pub trait Application: Send + 'static {
    /// How far the state is.
    fn applied(&self) -> Applied;

    /// Whether a transaction may wait in the pool; the reason why not goes back to whoever sent it.
    ///
    /// # Errors
    /// A reason for people.
    fn check(&mut self, transaction: &[u8]) -> Result<(), String> {
        let _any = transaction;
        Ok(())
    }

    /// Builds a payload of at most `limit` bytes from the transactions that wait, oldest first.
    fn build(&mut self, place: &Place, waiting: &mut dyn Iterator<Item = &[u8]>, limit: usize) -> Vec<u8> {
        let _any = place;
        pack(waiting, limit)
    }

    /// Judges a payload on top of the last one finalized.
    fn judge(&mut self, place: &Place, payload: &[u8]) -> Judgement {
        let _any = place;
        match unpack(payload) {
            Ok(_) => Judgement::Accept,
            Err(error) => Judgement::Reject(error.to_string()),
        }
    }

    /// Executes a payload that is final, and gives the root of the state after it.
    ///
    /// # Errors
    /// [`ApplicationError`] when the application cannot go on; the node stops.
    fn finalized(&mut self, place: &Place, payload: &[u8]) -> Result<Digest, ApplicationError>;

    /// The digests of the transactions in a payload, which leave the pool.
    fn transactions(&self, payload: &[u8]) -> Vec<Digest> {
        let transactions = unpack(payload).unwrap_or_default();
        transactions
            .into_iter()
            .map(|transaction| transaction_digest(&transaction))
            .collect()
    }
}
