//! The store on disk: RocksDB, which one process holds at a time.

use std::path::Path;

use rocksdb::{
    ColumnFamilyDescriptor, DB, DBRecoveryMode, Direction, IteratorMode, Options, WriteBatch, WriteOptions,
};

use super::{Batch, Change, Column, Durability, Store, StoreError};

/// A database in a directory.
pub struct RocksStore {
    database: DB,
}

impl RocksStore {
    /// Opens the database in a directory, or makes it. The directory is locked against every other process.
    ///
    /// # Errors
    /// [`StoreError::Open`] when another process holds it, or when its write-ahead log is damaged. An incomplete
    /// record at its very end is no damage: a process that was killed in the middle of a write leaves one, and no
    /// synced write had returned for it, so nothing that was said hangs on it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut options = Options::default();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
        options.set_keep_log_file_num(2);
        options.set_max_open_files(256);
        let families = Column::ALL.map(|column| {
            let mut options = Options::default();
            options.set_compression_type(rocksdb::DBCompressionType::Lz4);
            options.set_write_buffer_size(16 << 20);
            ColumnFamilyDescriptor::new(column.name(), options)
        });
        let database = DB::open_cf_descriptors(&options, path, families).map_err(|error| {
            let text = error.to_string();
            let cause = if text.contains("lock") {
                format!(
                    "another process uses it ({text}); stop that node first, or give this one its own `data`"
                )
            } else {
                text
            };
            StoreError::Open {
                path: path.display().to_string(),
                cause,
            }
        })?;
        Ok(Self { database })
    }

    fn family(&self, column: Column) -> Result<&rocksdb::ColumnFamily, StoreError> {
        let missing = || StoreError::Failed(format!("column {} is missing", column.name()));
        self.database.cf_handle(column.name()).ok_or_else(missing)
    }
}

/// RocksDB looks for space every five seconds after it ran out of it, and takes writes again when there are 64 MiB.
fn failed(error: rocksdb::Error) -> StoreError {
    let text = error.into_string();
    if text.contains("No space left on device") {
        StoreError::Full(text)
    } else {
        StoreError::Failed(text)
    }
}

impl Store for RocksStore {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.database.get_cf(self.family(column)?, key).map_err(failed)
    }

    fn scan(
        &self,
        column: Column,
        start: &[u8],
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        let from_start = IteratorMode::From(start, Direction::Forward);
        let entries = self.database.iterator_cf(self.family(column)?, from_start);
        entries
            .take(limit)
            .map(|entry| {
                entry
                    .map(|(key, value)| (key.into_vec(), value.into_vec()))
                    .map_err(failed)
            })
            .collect()
    }

    fn write(&self, batch: Batch, durability: Durability) -> Result<(), StoreError> {
        let mut changes = WriteBatch::default();
        for change in batch.changes() {
            match change {
                Change::Put(column, key, value) => changes.put_cf(self.family(*column)?, key, value),
                Change::Delete(column, key) => changes.delete_cf(self.family(*column)?, key),
            }
        }
        let mut options = WriteOptions::default();
        options.set_sync(durability == Durability::Synced);
        self.database.write_opt(changes, &options).map_err(failed)
    }
}
