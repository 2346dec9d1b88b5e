//! The key-value application: the first implementation of [`Application`], and what `klero testnet` runs.
//!
//! A transaction is the UTF-8 text `set KEY VALUE`, with one blank after each of the first two words. KEY has 1 to
//! 256 bytes, none of them a blank or another ASCII control character. VALUE is everything after the second
//! blank; it may be empty and may hold blanks and lines of its own.
//!
//! A transaction is known by its digest and executes once in the life of a chain: the application keeps the
//! digests of all that it executed. Hence the same bytes cannot be ordered twice by anybody, and a value that a
//! key had before can be set again only as other bytes.
//!
//! The state is a set of entries: for each key its value with the round and the transaction that set it, and for each
//! executed transaction its round and its place among those that the round executed. The root is that of the sum
//! over them ([`StateSum`]), zero before the first transaction. So two nodes with one root executed the same
//! transactions in the same order and rounds, and whoever is given the entries can tell whether they are all of
//! them.

mod transfer;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::Digest;

use super::{
    Application, ApplicationError, Applied, Chunks, Judgement, MAX_TRANSACTION, Place, StateSum, TakeChunk,
    pack, transaction_digest, unpack,
};
use crate::store::{Batch, Column, Durability, Store, StoreError};

/// The greatest length of a key in bytes.
pub const MAX_KEY: usize = 256;

const APPLIED: &[u8] = b"a";
const SUM: &[u8] = b"s";
const ENTRY: u8 = b'k';
const EXECUTED: u8 = b't';

/// A value with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct KvEntry {
    /// The value.
    pub value: String,
    /// The round whose block set it.
    pub round: u64,
    /// The digest of the transaction that set it.
    pub transaction: Digest,
}

/// Reads the state from any thread while the application's thread writes it. Cheap to clone.
#[derive(Clone)]
pub struct KvReader {
    store: Arc<dyn Store>,
}

impl KvReader {
    /// A reader of the state in a store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// The value of a key, if it was ever set.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails or the record is damaged.
    pub fn get(&self, key: &str) -> Result<Option<KvEntry>, StoreError> {
        let Some(bytes) = self.store.get(Column::Application, &entry_key(key))? else {
            return Ok(None);
        };
        KvEntry::try_from_slice(&bytes)
            .map(Some)
            .map_err(|_| corrupt("value"))
    }

    /// The round that executed a transaction, if one did.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails or the record is damaged.
    pub fn transaction(&self, digest: &Digest) -> Result<Option<u64>, StoreError> {
        let Some(bytes) = self.store.get(Column::Application, &executed_key(digest))? else {
            return Ok(None);
        };
        <(u64, u32)>::try_from_slice(&bytes)
            .map(|(round, _)| Some(round))
            .map_err(|_| corrupt("executed transaction"))
    }

    fn sum(&self) -> Result<StateSum, StoreError> {
        match self.store.get(Column::Application, SUM)? {
            Some(bytes) => {
                StateSum::from_bytes(&bytes).ok_or_else(|| corrupt("sum of the application's state"))
            }
            None => Ok(StateSum::default()),
        }
    }

    fn applied(&self) -> Result<Applied, StoreError> {
        let Some(bytes) = self.store.get(Column::Application, APPLIED)? else {
            return Ok(Applied {
                round: 0,
                root: Digest::ZERO,
            });
        };
        let (round, root) =
            <(u64, Digest)>::try_from_slice(&bytes).map_err(|_| corrupt("application root"))?;
        Ok(Applied { round, root })
    }
}

fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt {
        what: what.to_owned(),
    }
}

fn entry_key(key: &str) -> Vec<u8> {
    [&[ENTRY], key.as_bytes()].concat()
}

fn executed_key(digest: &Digest) -> Vec<u8> {
    [&[EXECUTED], digest.as_bytes().as_slice()].concat()
}

/// What a transaction asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Set<'a> {
    key: &'a str,
    value: &'a str,
}

impl<'a> Set<'a> {
    fn parse(transaction: &'a [u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(transaction).map_err(|_| "the transaction is not UTF-8".to_owned())?;
        let words = text.strip_prefix("set ").and_then(|rest| rest.split_once(' '));
        let (key, value) =
            words.ok_or("write `set KEY VALUE`, with one blank after each of the first two words")?;
        if key.is_empty() || key.len() > MAX_KEY {
            return Err(format!(
                "a key of {} bytes: 1 to {MAX_KEY} are allowed",
                key.len()
            ));
        }
        if key.bytes().any(|byte| byte.is_ascii_control()) {
            return Err("a key with a control character, such as a tab or the end of a line".into());
        }
        Ok(Self { key, value })
    }
}

/// The application. Only its own thread writes the state; a [`KvReader`] reads it from anywhere.
pub struct KeyValue {
    reader: KvReader,
    applied: Applied,
    sum: StateSum,
}

impl KeyValue {
    /// The application with the state that a store holds.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails or the state is damaged.
    pub fn open(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let reader = KvReader::new(store);
        let (applied, sum) = (reader.applied()?, reader.sum()?);
        let application = Self { reader, applied, sum };
        if applied.round == 0 {
            // What an import that was cut off has left is no state.
            application.wipe()?;
        }
        Ok(application)
    }

    /// A reader for other threads.
    pub fn reader(&self) -> KvReader {
        self.reader.clone()
    }

    /// Whether every transaction may be executed in the next block: well-formed, once, never before.
    fn examine(&self, payload: &[u8]) -> Result<Result<(), String>, StoreError> {
        let transactions = match unpack(payload) {
            Ok(transactions) => transactions,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let mut seen = BTreeSet::new();
        for transaction in &transactions {
            let digest = transaction_digest(transaction);
            if let Err(reason) = Set::parse(transaction) {
                return Ok(Err(format!("transaction {digest}: {reason}")));
            }
            if !seen.insert(digest) {
                return Ok(Err(format!("transaction {digest} stands in it twice")));
            }
            if let Some(round) = self.reader.transaction(&digest)? {
                return Ok(Err(format!("transaction {digest} was executed in round {round}")));
            }
        }
        Ok(Ok(()))
    }

    /// Adds the effects of a payload to a batch and to a sum.
    fn execute(
        &self,
        round: u64,
        payload: &[u8],
        batch: &mut Batch,
        sum: &mut StateSum,
    ) -> Result<(), StoreError> {
        let mut executed: BTreeSet<Digest> = BTreeSet::new();
        let mut set: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        // A final block may hold what nobody should have voted for: it is skipped, the same way everywhere.
        for bytes in unpack(payload).unwrap_or_default() {
            let transaction = transaction_digest(&bytes);
            let Ok(Set { key, value }) = Set::parse(&bytes) else {
                continue;
            };
            if executed.contains(&transaction) || self.reader.transaction(&transaction)?.is_some() {
                continue;
            }
            let entry = KvEntry {
                value: value.to_owned(),
                round,
                transaction,
            };
            let place = u32::try_from(executed.len()).unwrap_or(u32::MAX);
            let mark = (executed_key(&transaction), encode(&(round, place))?);
            sum.add(&mark.0, &mark.1);
            batch.put(Column::Application, mark.0, mark.1);
            set.insert(entry_key(key), encode(&entry)?);
            executed.insert(transaction);
        }
        for (key, value) in set {
            if let Some(before) = self.reader.store.get(Column::Application, &key)? {
                sum.remove(&key, &before);
            }
            sum.add(&key, &value);
            batch.put(Column::Application, key, value);
        }
        if !executed.is_empty() {
            batch.put(Column::Application, SUM, sum.to_bytes());
        }
        Ok(())
    }

    fn apply(&mut self, round: u64, payload: &[u8]) -> Result<Digest, StoreError> {
        let (mut batch, mut sum) = (Batch::default(), self.sum.clone());
        self.execute(round, payload, &mut batch, &mut sum)?;
        let root = sum.root();
        batch.put(Column::Application, APPLIED, encode(&(round, root))?);
        self.reader.store.write(batch, Durability::Buffered)?;
        (self.applied, self.sum) = (Applied { round, root }, sum);
        Ok(root)
    }
}

fn encode(value: &impl BorshSerialize) -> Result<Vec<u8>, StoreError> {
    borsh::to_vec(value).map_err(|error| StoreError::Failed(error.to_string()))
}

impl Application for KeyValue {
    fn applied(&self) -> Applied {
        self.applied
    }

    fn check(&mut self, transaction: &[u8]) -> Result<(), String> {
        if transaction.len() > MAX_TRANSACTION {
            return Err(format!(
                "{} bytes: at most {MAX_TRANSACTION} are allowed",
                transaction.len()
            ));
        }
        Set::parse(transaction)?;
        match self.reader.transaction(&transaction_digest(transaction)) {
            Ok(None) => Ok(()),
            Ok(Some(round)) => Err(format!("this transaction was executed in round {round}")),
            Err(error) => Err(error.to_string()),
        }
    }

    fn build(&mut self, _place: &Place, waiting: &mut dyn Iterator<Item = &[u8]>, limit: usize) -> Vec<u8> {
        // One that cannot be looked up is left out: a payload that others reject is worse than a short one.
        let is_new = |transaction: &&[u8]| {
            let executed = self.reader.transaction(&transaction_digest(transaction));
            Set::parse(transaction).is_ok() && matches!(executed, Ok(None))
        };
        pack(&mut waiting.filter(is_new), limit)
    }

    fn judge(&mut self, place: &Place, payload: &[u8]) -> Judgement {
        if place.round != self.applied.round + 1 {
            return Judgement::NotYet;
        }
        match self.examine(payload) {
            Ok(Ok(())) => Judgement::Accept,
            Ok(Err(reason)) => Judgement::Reject(reason),
            Err(error) => {
                tracing::error!(%error, round = place.round, "a payload cannot be judged");
                Judgement::NotYet
            }
        }
    }

    /// One buffered batch holds everything that a block changes, so that after a crash the state is that after
    /// some round, and the rounds since are handed in again. The last round handed in twice changes nothing.
    fn finalized(&mut self, place: &Place, payload: &[u8]) -> Result<Digest, ApplicationError> {
        let Applied { round, root } = self.applied;
        if place.round == round {
            return Ok(root);
        }
        let what = format!("the key-value application cannot execute round {}", place.round);
        if place.round != round + 1 {
            return Err(ApplicationError::new(
                what,
                format!("its state is that after round {round}"),
            ));
        }
        self.apply(place.round, payload).map_err(|error| match error {
            StoreError::Full(_) => ApplicationError::temporary(what, error),
            error => ApplicationError::new(what, error),
        })
    }

    fn export(&self, limit: usize, take: &mut TakeChunk<'_>) -> Result<bool, ApplicationError> {
        self.write_out(limit, take).map(|()| true)
    }

    fn import(&mut self, state: &Applied, chunks: &dyn Chunks) -> Result<bool, ApplicationError> {
        self.take_over(state, chunks).map(|()| true)
    }
}
