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
//!
//! A node that joins may start from the state of others. An application that lends itself to that writes its state with
//! `export`, after the `finalized` of some rounds, and reads it with `import`, before anything else is called. It believes
//! nothing that it reads: the state must be the one with the root that a final header names.

pub mod kv;
mod payload;
mod pool;
mod state_sum;

use klero_sampling::Digest;
use thiserror::Error;

pub use payload::{PayloadError, pack, transaction_digest, unpack};
pub use pool::{Pool, PoolError, Waiting};
pub use state_sum::StateSum;

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

/// Why an application cannot go on. The node stops then, since its state would no longer be that of the others; unless the
/// error is temporary.
#[derive(Debug, Error)]
#[error("{what}: {cause}")]
pub struct ApplicationError {
    what: String,
    cause: Box<dyn std::error::Error + Send + Sync>,
    is_temporary: bool,
}

impl ApplicationError {
    /// What could not be done, and why; a text is a cause too.
    pub fn new(what: impl Into<String>, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            what: what.into(),
            cause: cause.into(),
            is_temporary: false,
        }
    }

    /// An error that may pass, such as a full disk: the same block is handed in again every second until it is executed, and
    /// the node casts no votes meanwhile. Nothing of the block may have been executed.
    #[must_use]
    pub fn temporary(
        what: impl Into<String>,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            is_temporary: true,
            ..Self::new(what, cause)
        }
    }

    /// Whether it may pass.
    pub const fn is_temporary(&self) -> bool {
        self.is_temporary
    }
}

/// A state in chunks, as [`Application::export`] made them somewhere.
pub trait Chunks {
    /// How many there are.
    fn count(&self) -> u32;

    /// One of them. May be asked for again.
    ///
    /// # Errors
    /// [`ApplicationError`] when it cannot be read.
    fn get(&self, place: u32) -> Result<Vec<u8>, ApplicationError>;
}

/// Takes the chunks of a state, one after the other.
pub type TakeChunk<'a> = dyn FnMut(Vec<u8>) -> Result<(), ApplicationError> + 'a;

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
    /// [`ApplicationError`] when the application cannot go on; the node stops, or tries again after a
    /// [temporary](ApplicationError::temporary) one.
    fn finalized(&mut self, place: &Place, payload: &[u8]) -> Result<Digest, ApplicationError>;

    /// Hands over the whole state after the last round, in chunks of at most `limit` bytes: the same bytes on every node.
    /// Says whether this application does so at all.
    ///
    /// # Errors
    /// [`ApplicationError`] when the state cannot be read; there is no snapshot then, and the node goes on.
    fn export(&self, limit: usize, take: &mut TakeChunk<'_>) -> Result<bool, ApplicationError> {
        let _none = (limit, take);
        Ok(false)
    }

    /// Takes over a state, if it is the one after this round with this root; otherwise, and on an error, its own stays
    /// what it was, that before the first round. Says whether this application takes states at all.
    ///
    /// # Errors
    /// [`ApplicationError`] when the chunks are no state, or another one: whoever sent them is at fault.
    fn import(&mut self, state: &Applied, chunks: &dyn Chunks) -> Result<bool, ApplicationError> {
        let _none = (state, chunks);
        Ok(false)
    }

    /// The digests of the transactions in a payload, which leave the pool.
    fn transactions(&self, payload: &[u8]) -> Vec<Digest> {
        let transactions = unpack(payload).unwrap_or_default();
        transactions
            .into_iter()
            .map(|transaction| transaction_digest(&transaction))
            .collect()
    }
}
