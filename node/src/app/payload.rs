//! The payload format that applications get for free: a list of transactions.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::codec::{DecodeError, Wire};
use klero_sampling::{Digest, Domain};
use thiserror::Error;

use super::MAX_TRANSACTION;

#[derive(BorshSerialize, BorshDeserialize)]
struct Transactions(Vec<Vec<u8>>);

impl Wire for Transactions {
    const MAX_BYTES: usize = klero_finality::MAX_PAYLOAD;
}

/// Why bytes are no list of transactions.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PayloadError {
    /// Not the canonical encoding of a list.
    #[error("the payload is no list of transactions: {0}")]
    Encoding(#[from] DecodeError),
    /// A transaction that no node would have taken.
    #[error("a transaction of {0} bytes: 1 to 65536 are allowed")]
    Length(usize),
}

/// The digest by which a transaction is known.
pub fn transaction_digest(transaction: &[u8]) -> Digest {
    Domain::Transaction.digest_bytes(transaction)
}

/// As many transactions as fit into `limit` bytes. No transactions give no bytes.
pub fn pack(transactions: &mut dyn Iterator<Item = &[u8]>, limit: usize) -> Vec<u8> {
    let mut length = 4;
    let fits = |transaction: &&[u8]| {
        length += 4 + transaction.len();
        length <= limit
    };
    let chosen: Vec<Vec<u8>> = transactions.take_while(fits).map(<[u8]>::to_vec).collect();
    if chosen.is_empty() {
        Vec::new()
    } else {
        Transactions(chosen).encode()
    }
}

/// The transactions of a payload in their order; an empty payload has none.
///
/// # Errors
/// [`PayloadError`] when it is no list of transactions, or holds one of an impossible length.
pub fn unpack(payload: &[u8]) -> Result<Vec<Vec<u8>>, PayloadError> {
    if payload.is_empty() {
        return Ok(Vec::new());
    }
    let Transactions(transactions) = Transactions::decode(payload)?;
    let is_bad = |transaction: &&Vec<u8>| transaction.is_empty() || transaction.len() > MAX_TRANSACTION;
    match transactions.iter().find(is_bad) {
        Some(bad) => Err(PayloadError::Length(bad.len())),
        None => Ok(transactions),
    }
}
