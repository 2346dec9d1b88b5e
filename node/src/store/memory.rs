//! The store in memory, for tests.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use super::{Batch, Change, Column, Durability, Store, StoreError};

type Key = (Column, Vec<u8>);

/// A store that forgets everything when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    entries: RwLock<BTreeMap<Key, Vec<u8>>>,
}

impl Store for MemoryStore {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        Ok(entries.get(&(column, key.to_vec())).cloned())
    }

    fn scan(
        &self,
        column: Column,
        start: &[u8],
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let from_start = entries.range((column, start.to_vec())..);
        let in_column = from_start.take_while(|((other, _), _)| *other == column);
        Ok(in_column
            .take(limit)
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }

    fn write(&self, batch: Batch, _durability: Durability) -> Result<(), StoreError> {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        for change in batch.changes {
            match change {
                Change::Put(column, key, value) => drop(entries.insert((column, key), value)),
                Change::Delete(column, key) => drop(entries.remove(&(column, key))),
            }
        }
        Ok(())
    }
}
