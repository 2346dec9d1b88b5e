//! What the routes say when something is wrong: a status, the cause, and what helps.

use klero_node::Submitter;
use klero_node::app::{PoolError, transaction_digest};

use crate::chains;
use crate::served::Served;

const TRANSACTIONS: &str = "/v1/transactions";

#[test]
fn an_empty_transaction_is_malformed() {
    let (error, help) = Served::chain(&[]).post(TRANSACTIONS, b"").failure(400);
    assert!(
        error.contains("empty") && help.contains("body"),
        "{error}; {help}"
    );
}

#[test]
fn a_transaction_that_the_application_refuses_is_answered_with_its_reason() {
    let (error, _) = Served::chain(&[]).post(TRANSACTIONS, b"sit a 1").failure(400);
    assert!(error.contains("set KEY VALUE"), "{error}");
}

#[test]
fn a_transaction_of_more_than_64_kib_is_too_long() {
    let long = [b"set b ".as_slice(), &vec![b'v'; (64 << 10) - 5]].concat();
    let (error, _) = Served::chain(&[]).post(TRANSACTIONS, &long).failure(413);
    assert!(error.contains("65536"), "{error}");
}

#[test]
fn a_transaction_that_waits_is_known() {
    let served = Served::chain(&[]);
    assert_eq!(served.post(TRANSACTIONS, b"set a 1").status, 202);
    let (error, _) = served.post(TRANSACTIONS, b"set a 1").failure(409);
    assert!(error.contains("waits already"), "{error}");
}

#[test]
fn a_transaction_that_was_executed_is_known_with_its_round() {
    let served = Served::chain(&chains::full().blocks);
    let text = b"set key1 of round 5";
    let (error, help) = served.post(TRANSACTIONS, text).failure(409);
    assert!(error.contains("round 5"), "{error}");
    assert!(help.contains(&transaction_digest(text).to_string()), "{help}");
}

#[test]
fn a_full_pool_is_unavailable() {
    let (submitter, mut submissions) = Submitter::channel(4);
    std::thread::spawn(move || {
        while let Some(submission) = submissions.blocking_recv() {
            let _gone = submission.answer.send(Err(PoolError::Full));
        }
    });
    let (error, _) = Served::without_kv(submitter)
        .post(TRANSACTIONS, b"anything")
        .failure(503);
    assert!(error.contains("full"), "{error}");
}

#[test]
fn what_is_not_there_is_not_found() {
    let served = Served::chain(&chains::full().blocks);
    let missing = [
        "/v1/blocks/10",
        "/v1/certificates/18446744073709551615",
        "/v1/kv/nothing",
        &format!("/v1/transactions/{}", transaction_digest(b"never")),
        "/v1/nothing",
        "/v2/status",
    ];
    for path in missing {
        served.get(path).failure(404);
    }
    let (_, help) = served.get("/v1/blocks/10").failure(404);
    assert!(help.contains("/v1/status"), "{help}");
}

#[test]
fn an_empty_chain_has_no_latest_block() {
    let (error, _) = Served::chain(&[]).get("/v1/blocks/latest").failure(404);
    assert!(error.contains("no block is final yet"), "{error}");
}

#[test]
fn what_is_no_round_no_digest_or_no_key_is_malformed() {
    let served = Served::chain(&[]);
    for round in ["0", "-1", "+1", "01", "one", "18446744073709551616", "Latest"] {
        served.get(&format!("/v1/blocks/{round}")).failure(400);
        served.get(&format!("/v1/certificates/{round}")).failure(400);
    }
    served.get("/v1/transactions/12ab").failure(400);
    served.get("/v1/kv/%ff").failure(400);
    served.get("/v1/blocks/%ff").failure(400);
    served.get("/v1/transactions/%ff").failure(400);
}

#[test]
fn keys_are_percent_encoded() {
    let served = Served::chain(&[]);
    for key in ["a%2Fb", "%D0%BA", "a%3Fb", "%00"] {
        served.get(&format!("/v1/kv/{key}")).failure(404);
    }
}

#[test]
fn another_method_is_not_allowed() {
    let served = Served::chain(&[]);
    let (_, help) = served.get(TRANSACTIONS).failure(405);
    assert!(help.contains("GET /v1"), "{help}");
    served.post("/v1/status", b"").failure(405);
}

#[test]
fn a_node_with_another_application_says_so() {
    let served = Served::without_kv(Submitter::channel(1).0);
    for path in [
        "/v1/kv/a",
        &format!("/v1/transactions/{}", transaction_digest(b"a")),
    ] {
        let (error, _) = served.get(path).failure(404);
        assert!(error.contains("key-value application"), "{error}");
    }
}
