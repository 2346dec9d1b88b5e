//! Transactions that wait to be ordered.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use klero_sampling::Digest;
use thiserror::Error;

use super::{MAX_TRANSACTION, transaction_digest};

const MAX_COUNT: usize = 100_000;
const MAX_BYTES: usize = 64 << 20;

/// Waiting transactions, oldest first, bounded in number and bytes. When it is full, new ones are refused.
#[derive(Debug, Default)]
pub struct Pool {
    by_arrival: BTreeMap<u64, Vec<u8>>,
    places: HashMap<Digest, u64>,
    next: u64,
    bytes: usize,
    waiting: Waiting,
}

/// The digests of a pool's transactions, for those who do not own the pool.
#[derive(Debug, Clone, Default)]
pub struct Waiting(Arc<RwLock<HashSet<Digest>>>);

impl Waiting {
    /// Whether a transaction waits.
    pub fn has(&self, digest: &Digest) -> bool {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(digest)
    }

    fn change(&self, change: impl FnOnce(&mut HashSet<Digest>)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Why a transaction was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PoolError {
    /// Empty or too long.
    #[error("a transaction of {0} bytes: 1 to 65536 are allowed")]
    Length(usize),
    /// It waits already.
    #[error("this transaction waits already")]
    Known,
    /// No room.
    #[error("the pool is full: try again when blocks have made room")]
    Full,
    /// The application refused it.
    #[error("{0}")]
    Refused(String),
    /// The node takes no more.
    #[error("the node is stopping: send it to another")]
    Stopping,
}

impl Pool {
    /// An empty pool whose transactions are known by their digests elsewhere.
    pub fn new(waiting: Waiting) -> Self {
        Self {
            waiting,
            ..Self::default()
        }
    }

    /// Whether a transaction could be taken.
    ///
    /// # Errors
    /// [`PoolError`] when it could not.
    pub fn admits(&self, transaction: &[u8]) -> Result<Digest, PoolError> {
        if transaction.is_empty() || transaction.len() > MAX_TRANSACTION {
            return Err(PoolError::Length(transaction.len()));
        }
        let digest = transaction_digest(transaction);
        if self.places.contains_key(&digest) {
            return Err(PoolError::Known);
        }
        if self.places.len() >= MAX_COUNT || self.bytes + transaction.len() > MAX_BYTES {
            return Err(PoolError::Full);
        }
        Ok(digest)
    }

    /// Takes a transaction that [`Pool::admits`].
    pub fn insert(&mut self, digest: Digest, transaction: Vec<u8>) {
        self.bytes += transaction.len();
        self.places.insert(digest, self.next);
        self.waiting.change(|waiting| {
            waiting.insert(digest);
        });
        self.by_arrival.insert(self.next, transaction);
        self.next += 1;
    }

    /// Forgets a transaction that was ordered.
    pub fn remove(&mut self, digest: &Digest) {
        if let Some(transaction) = self
            .places
            .remove(digest)
            .and_then(|place| self.by_arrival.remove(&place))
        {
            self.bytes -= transaction.len();
            self.waiting.change(|waiting| {
                waiting.remove(digest);
            });
        }
    }

    /// A transaction that waits.
    pub fn get(&self, digest: &Digest) -> Option<&[u8]> {
        let place = self.places.get(digest)?;
        self.by_arrival.get(place).map(Vec::as_slice)
    }

    /// The transactions, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.by_arrival.values().map(Vec::as_slice)
    }

    /// The number of transactions.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}
