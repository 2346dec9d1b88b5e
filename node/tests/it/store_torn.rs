//! A database whose process was killed in the middle of a write.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use klero_node::store::{Batch, Column, Durability, RocksStore, Store};

const LENGTH: usize = 100_000;

/// A database that wrote two records, and its write-ahead log.
fn written(directory: &Path) -> PathBuf {
    let store = RocksStore::open(directory).unwrap();
    for (key, durability) in [(b"first", Durability::Synced), (b"other", Durability::Buffered)] {
        let mut batch = Batch::default();
        batch.put(Column::Log, *key, vec![key[0]; LENGTH]);
        store.write(batch, durability).unwrap();
    }
    drop(store);
    let files = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let logs = files.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
    logs.max_by_key(|path| path.metadata().unwrap().len()).unwrap()
}

/// [BA-9] What was synced is there; what the cut record held never counted as written.
#[test]
fn an_incomplete_last_record_costs_only_itself() {
    let directory = tempfile::tempdir().unwrap();
    let log = written(directory.path());
    let length = log.metadata().unwrap().len();
    let file = OpenOptions::new().write(true).open(&log).unwrap();
    file.set_len(length - (LENGTH as u64) / 2).unwrap();
    let store = RocksStore::open(directory.path()).unwrap();
    assert_eq!(
        store.get(Column::Log, b"first").unwrap(),
        Some(vec![b'f'; LENGTH])
    );
    assert_eq!(store.get(Column::Log, b"other").unwrap(), None);
}

/// [BA-9]
#[test]
fn damage_before_the_end_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let log = written(directory.path());
    let file = OpenOptions::new().read(true).write(true).open(&log).unwrap();
    file.write_all_at(&[0xff; 4], 40_000).unwrap();
    let error = RocksStore::open(directory.path()).err().unwrap().to_string();
    assert!(error.contains("cannot open the database"), "{error}");
}
