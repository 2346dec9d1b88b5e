//! What the key-value application takes, and what a transaction does.

use std::sync::Arc;

use klero_node::Digest;
use klero_node::app::kv::{KeyValue, KvEntry, KvReader, MAX_KEY};
use klero_node::app::{Application, MAX_TRANSACTION, Place, pack, transaction_digest};
use klero_node::store::MemoryStore;
use proptest::prelude::*;

/// A place on top of some chain.
pub(crate) fn place(round: u64) -> Place {
    Place {
        round,
        parent: Digest([1; 32]),
        timestamp: round,
    }
}

pub(crate) fn payload(transactions: &[&str]) -> Vec<u8> {
    pack(&mut transactions.iter().map(|text| text.as_bytes()), 1 << 20)
}

pub(crate) fn fresh() -> (KeyValue, KvReader) {
    let application = KeyValue::open(Arc::new(MemoryStore::default())).unwrap();
    let reader = application.reader();
    (application, reader)
}

fn value_of(reader: &KvReader, key: &str) -> Option<String> {
    reader.get(key).unwrap().map(|entry| entry.value)
}

#[test]
fn a_value_is_read_with_its_round_and_transaction() {
    let (mut application, reader) = fresh();
    assert_eq!(reader.get("a").unwrap(), None);
    application.finalized(&place(1), &payload(&[])).unwrap();
    application
        .finalized(&place(2), &payload(&["set a 1", "set b 2"]))
        .unwrap();
    let transaction = transaction_digest(b"set a 1");
    assert_eq!(
        reader.get("a").unwrap(),
        Some(KvEntry {
            value: "1".into(),
            round: 2,
            transaction
        })
    );
    assert_eq!(reader.transaction(&transaction).unwrap(), Some(2));
    assert_eq!(reader.transaction(&transaction_digest(b"set a 2")).unwrap(), None);
}

#[test]
fn the_last_transaction_for_a_key_wins_within_a_block_and_after_it() {
    let (mut application, reader) = fresh();
    application
        .finalized(&place(1), &payload(&["set a 1", "set a 2"]))
        .unwrap();
    assert_eq!(value_of(&reader, "a").as_deref(), Some("2"));
    application.finalized(&place(2), &payload(&["set a 3"])).unwrap();
    assert_eq!(value_of(&reader, "a").as_deref(), Some("3"));
    assert_eq!(reader.get("a").unwrap().unwrap().round, 2);
}

#[test]
fn a_value_is_everything_after_the_second_blank() {
    let (mut application, reader) = fresh();
    let transactions = [
        "set a ",
        "set b  two  blanks ",
        "set c line\nline",
        "set ключ значение",
    ];
    for transaction in transactions {
        assert_eq!(
            application.check(transaction.as_bytes()),
            Ok(()),
            "{transaction:?}"
        );
    }
    application.finalized(&place(1), &payload(&transactions)).unwrap();
    let values = ["a", "b", "c", "ключ"].map(|key| value_of(&reader, key).unwrap());
    assert_eq!(values, ["", " two  blanks ", "line\nline", "значение"]);
}

#[test]
fn what_is_no_transaction_is_refused_with_a_reason() {
    let (mut application, _) = fresh();
    let long = format!("set {} 1", "k".repeat(MAX_KEY + 1));
    let refused: [&[u8]; 11] = [
        b"",
        b"set",
        b"set ",
        b"set a",
        b"set  1",
        b"SET a 1",
        b" set a 1",
        b"get a 1",
        b"set a\tb 1",
        b"set \xff 1",
        long.as_bytes(),
    ];
    for transaction in refused {
        let reason = application
            .check(transaction)
            .expect_err(&String::from_utf8_lossy(transaction));
        assert!(reason.len() > 10, "{reason}");
    }
    let longest = format!("set {} 1", "k".repeat(MAX_KEY));
    assert_eq!(application.check(longest.as_bytes()), Ok(()));
    let huge = format!("set a {}", "v".repeat(MAX_TRANSACTION));
    assert!(application.check(huge.as_bytes()).is_err());
}

#[test]
fn keys_do_not_meet_each_other_or_the_applications_own_records() {
    let (mut application, reader) = fresh();
    let keys = ["a", "aa", "k", "ka", "t", "ab"];
    let transactions = keys.map(|key| format!("set {key} of-{key}"));
    application
        .finalized(&place(1), &payload(&transactions.each_ref().map(String::as_str)))
        .unwrap();
    for key in keys {
        assert_eq!(value_of(&reader, key), Some(format!("of-{key}")));
    }
    assert_eq!(application.applied().round, 1);
}

#[test]
fn a_reader_sees_what_another_thread_writes() {
    let (mut application, reader) = fresh();
    let writer = std::thread::spawn(move || {
        for round in 1..=200 {
            let text = format!("set counter {round}");
            application.finalized(&place(round), &payload(&[&text])).unwrap();
        }
    });
    let mut last = 0;
    while last < 200 {
        let entry = reader.get("counter").unwrap();
        let (value, round) = entry.map_or((0, 0), |entry| (entry.value.parse().unwrap(), entry.round));
        assert_eq!(value, round, "value and round are of one block");
        assert!(value >= last, "a reader never goes back");
        last = value;
    }
    writer.join().unwrap();
}

proptest! {
    /// The state is that of a map, whatever is set in whatever blocks.
    #[test]
    fn the_state_is_a_maps(blocks in prop::collection::vec(
        prop::collection::vec(("[a-d]{1,2}", "[a-z ]{0,6}"), 0..6), 1..8)
    ) {
        let (mut application, reader) = fresh();
        let mut expected = std::collections::BTreeMap::new();
        let mut executed = std::collections::BTreeSet::new();
        for (round, block) in (1..).zip(&blocks) {
            let texts: Vec<String> = block.iter().map(|(key, value)| format!("set {key} {value}")).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            application.finalized(&place(round), &payload(&texts)).unwrap();
            for (key, value) in block {
                if executed.insert((key, value)) {
                    expected.insert(key, value);
                }
            }
        }
        for (key, value) in expected {
            prop_assert_eq!(value_of(&reader, key), Some(value.clone()));
        }
    }

    /// No bytes make the application fail; what it checks well it executes, and nothing else.
    #[test]
    fn any_bytes_are_checked_and_executed_alike(bytes in prop::collection::vec(any::<u8>(), 1..40)) {
        let (mut application, reader) = fresh();
        let is_good = application.check(&bytes).is_ok();
        application.finalized(&place(1), &pack(&mut [bytes.as_slice()].into_iter(), 1_000)).unwrap();
        let executed = reader.transaction(&transaction_digest(&bytes)).unwrap();
        prop_assert_eq!(executed, is_good.then_some(1));
    }
}
