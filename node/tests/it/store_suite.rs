//! One suite for every store: RocksDB on disk and its twin in memory behave alike.

use std::collections::BTreeMap;

use klero_finality::FinalBlock;
use klero_node::BlockStore;
use klero_node::store::{Batch, Change, Column, Durability, MemoryStore, RocksStore, Store, StoreError};
use proptest::prelude::*;
use std::sync::Arc;

use crate::chains;

/// Runs a check on both stores.
fn on_both(check: impl Fn(Arc<dyn Store>)) {
    check(Arc::new(MemoryStore::default()));
    let directory = tempfile::tempdir().unwrap();
    check(Arc::new(RocksStore::open(directory.path()).unwrap()));
}

fn put(store: &dyn Store, column: Column, key: &[u8], value: &[u8]) {
    let mut batch = Batch::default();
    batch.put(column, key, value);
    store.write(batch, Durability::Buffered).unwrap();
}

#[test]
fn what_is_written_is_read_and_what_is_deleted_is_gone() {
    on_both(|store| {
        assert_eq!(store.get(Column::Meta, b"key").unwrap(), None);
        put(&*store, Column::Meta, b"key", b"first");
        put(&*store, Column::Meta, b"key", b"second");
        assert_eq!(
            store.get(Column::Meta, b"key").unwrap().as_deref(),
            Some(b"second".as_slice())
        );
        let mut batch = Batch::default();
        batch.delete(Column::Meta, b"key");
        batch.delete(Column::Meta, b"never there");
        store.write(batch, Durability::Synced).unwrap();
        assert_eq!(store.get(Column::Meta, b"key").unwrap(), None);
    });
}

#[test]
fn empty_keys_and_values_are_keys_and_values() {
    on_both(|store| {
        put(&*store, Column::Log, b"", b"of nothing");
        put(&*store, Column::Log, b"nothing", b"");
        assert_eq!(
            store.get(Column::Log, b"").unwrap().as_deref(),
            Some(b"of nothing".as_slice())
        );
        assert_eq!(
            store.get(Column::Log, b"nothing").unwrap().as_deref(),
            Some(b"".as_slice())
        );
    });
}

#[test]
fn columns_are_apart() {
    on_both(|store| {
        for column in Column::ALL {
            put(&*store, column, b"key", column.name().as_bytes());
        }
        for column in Column::ALL {
            let entries = store.scan(column, b"", 10).unwrap();
            assert_eq!(entries, [(b"key".to_vec(), column.name().as_bytes().to_vec())]);
        }
    });
}

#[test]
fn a_scan_begins_at_its_start_ascends_and_keeps_to_its_limit() {
    on_both(|store| {
        for key in [[3, 0], [0, 7], [0, 0], [255, 1], [3, 9]] {
            put(&*store, Column::Blocks, &key, &[key[1]]);
        }
        let keys = |start: &[u8], limit| -> Vec<Vec<u8>> {
            store
                .scan(Column::Blocks, start, limit)
                .unwrap()
                .into_iter()
                .map(|(key, _)| key)
                .collect()
        };
        assert_eq!(keys(b"", usize::MAX), [[0, 0], [0, 7], [3, 0], [3, 9], [255, 1]]);
        assert_eq!(keys(&[0, 7], 2), [[0, 7], [3, 0]]);
        assert_eq!(keys(&[3, 1], 2), [[3, 9], [255, 1]]);
        assert_eq!(keys(&[3], 0), Vec::<Vec<u8>>::new());
        assert_eq!(keys(&[255, 2], 5), Vec::<Vec<u8>>::new());
    });
}

#[test]
fn changes_of_a_batch_happen_in_their_order() {
    on_both(|store| {
        let mut batch = Batch::default();
        batch.put(Column::Meta, b"a", b"1");
        batch.delete(Column::Meta, b"a");
        batch.put(Column::Meta, b"a", b"2");
        batch.put(Column::Meta, b"b", b"1");
        batch.delete(Column::Meta, b"b");
        assert_eq!(batch.changes().len(), 5);
        store.write(batch, Durability::Buffered).unwrap();
        assert_eq!(
            store.get(Column::Meta, b"a").unwrap().as_deref(),
            Some(b"2".as_slice())
        );
        assert_eq!(store.get(Column::Meta, b"b").unwrap(), None);
    });
}

fn append(store: &dyn Store, block: &FinalBlock) {
    let mut batch = Batch::default();
    BlockStore::append(&mut batch, block);
    store.write(batch, Durability::Synced).unwrap();
}

#[test]
fn final_blocks_come_back_as_they_were_and_the_last_is_the_head() {
    let chain = chains::quota();
    on_both(|store| {
        let blocks = BlockStore::new(Arc::clone(&store));
        assert_eq!(blocks.head().unwrap(), 0);
        assert_eq!(blocks.final_block(1).unwrap(), None);
        for block in &chain.blocks {
            append(&*store, block);
            let round = block.block.header.round;
            assert_eq!(blocks.head().unwrap(), round);
            assert_eq!(blocks.final_block(round).unwrap().as_ref(), Some(block));
            assert_eq!(blocks.block(round).unwrap().as_ref(), Some(&block.block));
            assert_eq!(
                blocks.certificate(round).unwrap().as_ref(),
                Some(&block.certificate)
            );
            assert_eq!(blocks.block(round + 1).unwrap(), None);
        }
    });
}

#[test]
fn a_damaged_block_is_named_and_not_given_out() {
    let chain = chains::full();
    on_both(|store| {
        append(&*store, chain.block(1));
        put(&*store, Column::Blocks, &1_u64.to_be_bytes(), b"damaged");
        let error = BlockStore::new(Arc::clone(&store)).final_block(1).unwrap_err();
        assert!(
            matches!(&error, StoreError::Corrupt { what } if what == "blocks 1"),
            "{error}"
        );
    });
}

#[test]
fn a_store_remembers_its_chain_and_the_registries_by_round() {
    let chain = chains::full();
    let registry = chain.genesis.validate().unwrap();
    on_both(|store| {
        let blocks = BlockStore::new(Arc::clone(&store));
        assert_eq!(blocks.chain().unwrap(), None);
        assert_eq!(blocks.registry(0).unwrap(), None);
        let id = chain.genesis.chain_id();
        blocks.begin(&id, &registry).unwrap();
        assert_eq!(blocks.chain().unwrap(), Some(id.as_bytes().to_vec()));
        for round in [0, 1, 1_000] {
            assert_eq!(blocks.registry(round).unwrap().as_ref(), Some(&registry));
        }
    });
}

#[test]
fn a_database_on_disk_is_there_after_it_was_closed() {
    let directory = tempfile::tempdir().unwrap();
    let store = RocksStore::open(directory.path()).unwrap();
    put(&store, Column::Log, b"vote", b"for A");
    drop(store);
    let store = RocksStore::open(directory.path()).unwrap();
    assert_eq!(
        store.get(Column::Log, b"vote").unwrap().as_deref(),
        Some(b"for A".as_slice())
    );
}

#[test]
fn a_database_is_one_processs_at_a_time_and_the_error_says_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let _held = RocksStore::open(directory.path()).unwrap();
    let Err(error) = RocksStore::open(directory.path()) else {
        panic!("opened twice")
    };
    let text = error.to_string();
    assert!(
        text.contains("another process uses it") && text.contains("`data`"),
        "{text}"
    );
}

fn change() -> impl Strategy<Value = Change> {
    let column = prop::sample::select(Column::ALL.to_vec());
    let key = prop::collection::vec(0_u8..3, 0..3);
    (
        column,
        key,
        prop::option::of(prop::collection::vec(any::<u8>(), 0..4)),
    )
        .prop_map(|(column, key, value)| match value {
            Some(value) => Change::Put(column, key, value),
            None => Change::Delete(column, key),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Any writes leave both stores with what a map of each column would hold.
    #[test]
    fn both_stores_are_maps(batches in prop::collection::vec(prop::collection::vec(change(), 0..12), 1..8)) {
        let mut expected: BTreeMap<(Column, Vec<u8>), Vec<u8>> = BTreeMap::new();
        for change in batches.iter().flatten() {
            match change.clone() {
                Change::Put(column, key, value) => drop(expected.insert((column, key), value)),
                Change::Delete(column, key) => drop(expected.remove(&(column, key))),
            }
        }
        on_both(|store| {
            for changes in &batches {
                let mut batch = Batch::default();
                for change in changes {
                    match change.clone() {
                        Change::Put(column, key, value) => batch.put(column, key, value),
                        Change::Delete(column, key) => batch.delete(column, key),
                    }
                }
                store.write(batch, Durability::Buffered).unwrap();
            }
            for column in Column::ALL {
                let of_column = expected.iter().filter(|((other, _), _)| *other == column);
                let wanted: Vec<_> = of_column.map(|((_, key), value)| (key.clone(), value.clone())).collect();
                assert_eq!(store.scan(column, b"", usize::MAX).unwrap(), wanted);
            }
        });
    }
}
