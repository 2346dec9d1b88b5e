//! After a crash the state is that after some round, and the rounds since can be handed in again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use klero_node::app::kv::KeyValue;
use klero_node::app::{Application, Judgement};
use klero_node::store::{Batch, Column, Durability, MemoryStore, RocksStore, Store, StoreError};

use crate::kv_rules::{payload, place};

/// A store whose disk can be full.
#[derive(Default)]
struct Failing {
    inner: MemoryStore,
    is_full: AtomicBool,
    is_lost: AtomicBool,
}

impl Store for Failing {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if self.is_lost.load(Ordering::Relaxed) {
            return Err(StoreError::Failed("the disk is gone".into()));
        }
        self.inner.get(column, key)
    }

    fn scan(
        &self,
        column: Column,
        start: &[u8],
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.inner.scan(column, start, limit)
    }

    fn write(&self, batch: Batch, durability: Durability) -> Result<(), StoreError> {
        if self.is_full.load(Ordering::Relaxed) {
            return Err(StoreError::Failed("no space left".into()));
        }
        self.inner.write(batch, durability)
    }
}

#[test]
fn state_and_root_are_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let open = || KeyValue::open(Arc::new(RocksStore::open(directory.path()).unwrap())).unwrap();
    let mut application = open();
    application.finalized(&place(1), &payload(&["set a 1"])).unwrap();
    application.finalized(&place(2), &payload(&["set b 2"])).unwrap();
    let applied = application.applied();
    drop(application);
    let application = open();
    assert_eq!(application.applied(), applied);
    assert_eq!(applied.round, 2);
    assert_eq!(application.reader().get("a").unwrap().unwrap().round, 1);
}

#[test]
fn the_last_round_handed_in_again_changes_nothing() {
    let store = Arc::new(MemoryStore::default());
    let mut application = KeyValue::open(store.clone()).unwrap();
    let root = application.finalized(&place(1), &payload(&["set a 1"])).unwrap();
    let before = store.scan(Column::Application, &[], usize::MAX).unwrap();
    let mut again = KeyValue::open(store.clone()).unwrap();
    assert_eq!(again.finalized(&place(1), &payload(&["set a 1"])).unwrap(), root);
    assert_eq!(store.scan(Column::Application, &[], usize::MAX).unwrap(), before);
}

#[test]
fn a_round_out_of_order_is_an_error_that_says_so() {
    let mut application = KeyValue::open(Arc::new(MemoryStore::default())).unwrap();
    application.finalized(&place(1), &payload(&[])).unwrap();
    application.finalized(&place(2), &payload(&[])).unwrap();
    for round in [1, 4] {
        let error = application
            .finalized(&place(round), &payload(&[]))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(&format!("round {round}")) && error.contains("after round 2"),
            "{error}"
        );
    }
}

#[test]
fn a_failed_write_leaves_the_state_before_it() {
    let store = Arc::new(Failing::default());
    let mut application = KeyValue::open(store.clone()).unwrap();
    application.finalized(&place(1), &payload(&["set a 1"])).unwrap();
    let applied = application.applied();
    store.is_full.store(true, Ordering::Relaxed);
    let error = application
        .finalized(&place(2), &payload(&["set a 2"]))
        .unwrap_err();
    assert!(error.to_string().contains("no space left"), "{error}");
    assert_eq!(application.applied(), applied);
    assert_eq!(application.reader().get("a").unwrap().unwrap().value, "1");
    store.is_full.store(false, Ordering::Relaxed);
    application.finalized(&place(2), &payload(&["set a 2"])).unwrap();
    assert_eq!(application.reader().get("a").unwrap().unwrap().value, "2");
}

/// A node with a broken disk must not call a good block bad.
#[test]
fn a_payload_is_not_rejected_because_the_store_fails() {
    let store = Arc::new(Failing::default());
    let mut application = KeyValue::open(store.clone()).unwrap();
    store.is_lost.store(true, Ordering::Relaxed);
    assert_eq!(
        application.judge(&place(1), &payload(&["set a 1"])),
        Judgement::NotYet
    );
    assert!(
        application
            .build(&place(1), &mut [b"set a 1".as_slice()].into_iter(), 1_000)
            .is_empty()
    );
}

#[test]
fn a_damaged_state_is_not_opened() {
    let store = Arc::new(MemoryStore::default());
    KeyValue::open(store.clone())
        .unwrap()
        .finalized(&place(1), &payload(&["set a 1"]))
        .unwrap();
    let (key, value) = store.scan(Column::Application, &[], 1).unwrap().remove(0);
    let mut batch = Batch::default();
    batch.put(Column::Application, key, &value[1..]);
    store.write(batch, Durability::Synced).unwrap();
    let Err(error) = KeyValue::open(store) else {
        panic!("damage was overlooked")
    };
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}
