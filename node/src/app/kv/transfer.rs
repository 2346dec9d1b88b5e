//! The state on its way to a node that joins, and into it.
//!
//! A chunk is a list of entries, key and value, in the order of their keys. What comes in is read twice: first the sum is
//! computed, and only where its root is the one that is expected the entries are written. The round is
//! written last, so that what was cut off in the middle is no state, and is wiped at the next start.

use super::{APPLIED, ENTRY, EXECUTED, KeyValue, KvEntry, SUM, encode};
use crate::app::{ApplicationError, Applied, Chunks, MAX_TRANSACTION, StateSum, TakeChunk};
use crate::store::{Batch, Column, Durability, StoreError};
use borsh::BorshDeserialize;

type Entry = (Vec<u8>, Vec<u8>);

/// Entries read at once.
const PAGE: usize = 256;
/// The greatest length of an entry: a value and what stands beside it.
const MAX_ENTRY: usize = MAX_TRANSACTION + 512;

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ApplicationError {
    ApplicationError::new("the state of the key-value application", error)
}

/// The entries of a chunk, all of the kinds that there are.
fn entries(chunk: &[u8]) -> Result<Vec<Entry>, ApplicationError> {
    let entries = Vec::<Entry>::try_from_slice(chunk).map_err(failed)?;
    let is_sound = |(key, value): &Entry| match key.split_first() {
        Some((&ENTRY, _)) => KvEntry::try_from_slice(value).is_ok(),
        Some((&EXECUTED, digest)) => digest.len() == 32 && <(u64, u32)>::try_from_slice(value).is_ok(),
        _ => false,
    };
    if entries.iter().all(is_sound) {
        Ok(entries)
    } else {
        Err(failed("an entry of no kind that there is"))
    }
}

impl KeyValue {
    /// All entries, page by page.
    fn pages(
        &self,
        take: &mut dyn FnMut(Vec<Entry>) -> Result<(), ApplicationError>,
    ) -> Result<(), ApplicationError> {
        for kind in [ENTRY, EXECUTED] {
            let mut start = vec![kind];
            loop {
                let found = self
                    .reader
                    .store
                    .scan(Column::Application, &start, PAGE)
                    .map_err(failed)?;
                let count = found.len();
                let page: Vec<Entry> = found
                    .into_iter()
                    .take_while(|(key, _)| key.first() == Some(&kind))
                    .collect();
                let (kept, last) = (page.len(), page.last().map(|(key, _)| key.clone()));
                take(page)?;
                match last {
                    // The next key after it.
                    Some(last) if kept == count && count == PAGE => start = [&last[..], &[0]].concat(),
                    _ => break,
                }
            }
        }
        Ok(())
    }

    /// Removes every entry.
    pub(super) fn wipe(&self) -> Result<(), StoreError> {
        loop {
            let found = self.reader.store.scan(Column::Application, &[], PAGE)?;
            if found.is_empty() {
                return Ok(());
            }
            let mut batch = Batch::default();
            for (key, _) in found {
                batch.delete(Column::Application, key);
            }
            self.reader.store.write(batch, Durability::Buffered)?;
        }
    }

    pub(super) fn write_out(&self, limit: usize, take: &mut TakeChunk<'_>) -> Result<(), ApplicationError> {
        let (mut chunk, mut length) = (Vec::new(), 4);
        self.pages(&mut |page| {
            for (key, value) in page {
                let more = 8 + key.len() + value.len();
                if length + more > limit.max(MAX_ENTRY) {
                    take(encode(&std::mem::take(&mut chunk)).map_err(failed)?)?;
                    length = 4;
                }
                length += more;
                chunk.push((key, value));
            }
            Ok(())
        })?;
        if chunk.is_empty() {
            return Ok(());
        }
        take(encode(&chunk).map_err(failed)?)
    }

    pub(super) fn take_over(&mut self, state: &Applied, chunks: &dyn Chunks) -> Result<(), ApplicationError> {
        if self.applied.round != 0 {
            return Err(failed("it is taken over before the first round only"));
        }
        let (mut sum, mut last) = (StateSum::default(), Vec::new());
        for place in 0..chunks.count() {
            for (key, value) in entries(&chunks.get(place)?)? {
                // An entry that stood there twice would be counted twice.
                if key <= last {
                    return Err(failed("the entries are not in the order of their keys"));
                }
                sum.add(&key, &value);
                last = key;
            }
        }
        if sum.root() != state.root {
            return Err(failed(format!(
                "its root is {} and not {}",
                sum.root(),
                state.root
            )));
        }
        self.wipe().map_err(failed)?;
        for place in 0..chunks.count() {
            let mut batch = Batch::default();
            for (key, value) in entries(&chunks.get(place)?)? {
                batch.put(Column::Application, key, value);
            }
            self.reader
                .store
                .write(batch, Durability::Buffered)
                .map_err(failed)?;
        }
        let mut batch = Batch::default();
        batch.put(Column::Application, SUM, sum.to_bytes());
        batch.put(
            Column::Application,
            APPLIED,
            encode(&(state.round, state.root)).map_err(failed)?,
        );
        self.reader
            .store
            .write(batch, Durability::Buffered)
            .map_err(failed)?;
        (self.applied, self.sum) = (*state, sum);
        Ok(())
    }
}
