//! A transaction executes once in the life of a chain, and every node judges alike.

use klero_node::Digest;
use klero_node::app::{Application, Judgement, transaction_digest, unpack};

use crate::kv_rules::{fresh, payload, place};

fn reason(judgement: Judgement) -> String {
    match judgement {
        Judgement::Reject(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_transaction_of_a_later_block_is_skipped_when_it_was_executed() {
    let (mut application, reader) = fresh();
    application.finalized(&place(1), &payload(&["set a 1"])).unwrap();
    let after_one = application.finalized(&place(2), &payload(&["set a 2"])).unwrap();
    let root = application.finalized(&place(3), &payload(&["set a 1"])).unwrap();
    assert_eq!(root, after_one, "nothing was executed");
    assert_eq!(reader.get("a").unwrap().unwrap().value, "2");
    assert_eq!(
        reader.transaction(&transaction_digest(b"set a 1")).unwrap(),
        Some(1)
    );
}

#[test]
fn invalid_transactions_of_a_final_block_are_skipped_and_the_others_executed() {
    let (mut application, reader) = fresh();
    let (mut other, _) = fresh();
    let bad = payload(&["set a 1", "nonsense", "set a 2", "set a 1", "set b 3"]);
    let good = payload(&["set a 1", "set a 2", "set b 3"]);
    let root = application.finalized(&place(1), &bad).unwrap();
    assert_eq!(root, other.finalized(&place(1), &good).unwrap());
    assert_eq!(reader.get("a").unwrap().unwrap().value, "2");
    assert_eq!(reader.get("b").unwrap().unwrap().value, "3");
}

#[test]
fn a_final_payload_that_is_no_list_executes_nothing() {
    let (mut application, _) = fresh();
    let root = application.finalized(&place(1), b"no list").unwrap();
    assert_eq!(root, Digest::ZERO);
    assert_eq!(application.applied().round, 1);
}

#[test]
fn a_payload_of_new_transactions_is_accepted_and_so_is_an_empty_one() {
    let (mut application, _) = fresh();
    assert_eq!(
        application.judge(&place(1), &payload(&["set a 1", "set a 2"])),
        Judgement::Accept
    );
    assert_eq!(application.judge(&place(1), &payload(&[])), Judgement::Accept);
}

#[test]
fn payloads_with_a_flaw_are_rejected_for_it() {
    let (mut application, _) = fresh();
    application.finalized(&place(1), &payload(&["set a 1"])).unwrap();
    let mut judge = |payload: &[u8]| reason(application.judge(&place(2), payload));
    assert!(judge(b"no list").contains("no list of transactions"));
    assert!(judge(&payload(&["set b 1", "sit"])).contains("set KEY VALUE"));
    assert!(judge(&payload(&["set b 1", "set b 1"])).contains("twice"));
    assert!(judge(&payload(&["set b 1", "set a 1"])).contains("executed in round 1"));
}

/// Without the parent's state nobody can tell.
#[test]
fn a_payload_for_another_round_is_not_judged_yet() {
    let (mut application, _) = fresh();
    application.finalized(&place(1), &payload(&[])).unwrap();
    for round in [1, 3] {
        assert_eq!(application.judge(&place(round), b"no list"), Judgement::NotYet);
    }
}

#[test]
fn an_executed_transaction_is_neither_taken_nor_built_in() {
    let (mut application, _) = fresh();
    application.finalized(&place(1), &payload(&["set a 1"])).unwrap();
    let refused = application.check(b"set a 1").unwrap_err();
    assert!(refused.contains("executed in round 1"), "{refused}");
    let waiting: [&[u8]; 4] = [b"set a 1", b"set a 2", b"nonsense", b"set a 3"];
    let built = application.build(&place(2), &mut waiting.into_iter(), 1_000);
    assert_eq!(
        unpack(&built).unwrap(),
        [b"set a 2".to_vec(), b"set a 3".to_vec()]
    );
    assert_eq!(application.judge(&place(2), &built), Judgement::Accept);
}

#[test]
fn what_is_built_keeps_to_the_limit() {
    let (mut application, _) = fresh();
    let waiting: Vec<String> = (0..50).map(|number| format!("set key{number} value")).collect();
    let mut waiting = waiting.iter().map(String::as_bytes);
    let built = application.build(&place(1), &mut waiting, 100);
    assert!(built.len() <= 100 && built.len() > 50, "{}", built.len());
}

#[test]
fn the_root_tells_order_round_and_content_apart() {
    let root = |blocks: &[&[&str]]| {
        let (mut application, _) = fresh();
        let executed = (1..)
            .zip(blocks)
            .map(|(round, block)| application.finalized(&place(round), &payload(block)));
        executed.last().unwrap().unwrap()
    };
    let roots = [
        root(&[&[]]),
        root(&[&["set a 1", "set b 1"]]),
        root(&[&["set b 1", "set a 1"]]),
        root(&[&["set a 1"], &["set b 1"]]),
        root(&[&[], &["set a 1", "set b 1"]]),
        root(&[&["set a 1"]]),
    ];
    assert_eq!(roots[0], Digest::ZERO);
    for (place, root) in roots.iter().enumerate() {
        assert!(!roots[..place].contains(root), "{place}");
    }
    assert_eq!(
        root(&[&["set a 1"], &[]]),
        root(&[&["set a 1"]]),
        "a block without effect leaves the root"
    );
}
