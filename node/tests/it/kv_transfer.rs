//! The key-value application's state on its way to another node.

use std::sync::Arc;

use klero_node::Digest;
use klero_node::app::kv::{KeyValue, KvReader};
use klero_node::app::{Application, ApplicationError, Applied, Chunks};
use klero_node::store::{Batch, Column, Durability, MemoryStore, Store};

use crate::kv_rules::{fresh, payload, place};

struct Given(Vec<Vec<u8>>);

impl Chunks for Given {
    fn count(&self) -> u32 {
        self.0.len() as u32
    }

    fn get(&self, place: u32) -> Result<Vec<u8>, ApplicationError> {
        Ok(self.0[place as usize].clone())
    }
}

type Entries = Vec<(Vec<u8>, Vec<u8>)>;

fn chunk(entries: &Entries) -> Vec<u8> {
    borsh::to_vec(entries).unwrap()
}

fn entries(chunks: &[Vec<u8>]) -> Entries {
    chunks
        .iter()
        .flat_map(|bytes| borsh::from_slice::<Entries>(bytes).unwrap())
        .collect()
}

/// An application after some rounds, in which keys are set and set again.
fn busy() -> (KeyValue, KvReader) {
    let (mut application, reader) = fresh();
    for round in 1..=20 {
        let texts: Vec<String> = (0..20)
            .map(|number| format!("set key{} {}", (number * round) % 37, "x".repeat(number + round)))
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        application
            .finalized(&place(round as u64), &payload(&texts))
            .unwrap();
    }
    (application, reader)
}

fn exported(application: &KeyValue, limit: usize) -> Vec<Vec<u8>> {
    let mut chunks = Vec::new();
    let mut take = |chunk| {
        chunks.push(chunk);
        Ok(())
    };
    assert!(application.export(limit, &mut take).unwrap());
    chunks
}

#[test]
fn a_state_that_was_taken_over_is_the_same_and_goes_on_the_same_way() {
    let (mut application, reader) = busy();
    let chunks = exported(&application, 1 << 10);
    let (mut other, others) = fresh();
    let state = application.applied();
    assert!(other.import(&state, &Given(chunks.clone())).unwrap());
    assert_eq!(other.applied(), state);
    assert_eq!(
        exported(&other, 1 << 10),
        chunks,
        "every node writes the same bytes"
    );
    for number in 0..37 {
        let key = format!("key{number}");
        assert_eq!(reader.get(&key).unwrap(), others.get(&key).unwrap());
    }
    let next = payload(&["set key3 changed", "set new 1"]);
    let roots = [&mut application, &mut other].map(|one| one.finalized(&place(21), &next).unwrap());
    assert_eq!(roots[0], roots[1]);
    // What was executed before is not executed again.
    assert!(other.check(b"set key0 x").is_err());
}

/// A state without entries is one too.
#[test]
fn an_empty_state_is_taken_over() {
    let (mut application, _) = fresh();
    application.finalized(&place(1), &payload(&[])).unwrap();
    assert!(exported(&application, 1 << 20).is_empty());
    let (mut other, _) = fresh();
    let state = Applied {
        round: 1,
        root: Digest::ZERO,
    };
    assert!(other.import(&state, &Given(Vec::new())).unwrap());
    assert_eq!(other.applied(), state);
}

#[test]
fn another_state_is_refused_and_leaves_nothing() {
    let (application, _) = busy();
    let honest = entries(&exported(&application, 1 << 20));
    let state = application.applied();
    let refused = |name: &str, change: &dyn Fn(&mut Entries)| {
        let mut list = honest.clone();
        change(&mut list);
        let (mut other, reader) = fresh();
        let error = other
            .import(&state, &Given(vec![chunk(&list)]))
            .map(drop)
            .unwrap_err();
        assert!(error.to_string().contains("key-value"), "{name}: {error}");
        assert_eq!(other.applied().round, 0, "{name}");
        assert_eq!(reader.get("key1").unwrap(), None, "{name}");
    };
    refused("an entry is missing", &|list| list.truncate(list.len() - 1));
    refused("a key that was never set", &|list| {
        list.insert(0, (b"k".to_vec(), list[0].1.clone()));
    });
    refused("an entry twice", &|list| list.insert(0, list[0].clone()));
    refused("the order", &|list| list.swap(0, 1));
    refused("a value of another key", &|list| list[0].1 = list[1].1.clone());
    refused("another kind", &|list| list[0].0[0] = b'a');
    refused("none", &Vec::clear);
    for place in 0..honest.len() {
        refused("a changed byte", &|list| *list[place].1.last_mut().unwrap() ^= 1);
    }
    let (mut other, _) = fresh();
    assert!(other.import(&state, &Given(vec![b"junk".to_vec()])).is_err());
}

/// An import that was cut off before its end leaves entries and no round; the next start wipes them.
#[test]
fn what_a_cut_off_import_left_is_wiped() {
    let (application, _) = busy();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let mut batch = Batch::default();
    for (key, value) in entries(&exported(&application, 1 << 20)) {
        batch.put(Column::Application, key, value);
    }
    store.write(batch, Durability::Synced).unwrap();
    let mut again = KeyValue::open(Arc::clone(&store)).unwrap();
    assert_eq!(store.scan(Column::Application, &[], 10).unwrap(), []);
    let root = again.finalized(&place(1), &payload(&["set a 1"])).unwrap();
    let (mut other, _) = fresh();
    assert_eq!(other.finalized(&place(1), &payload(&["set a 1"])).unwrap(), root);
}
