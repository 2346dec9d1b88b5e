//! Where a transaction stands, and waiting for it.

use std::time::{Duration, Instant};

use klero_node::Status;
use klero_node::app::transaction_digest;
use serde_json::json;

use crate::chains;
use crate::served::Served;

/// The last round with transactions.
const LAST: u64 = 8;

fn path(text: &str) -> String {
    format!("/v1/transactions/{}", transaction_digest(text.as_bytes()))
}

#[test]
fn a_transaction_that_waits_says_so() {
    let served = Served::chain(&[]);
    assert_eq!(served.post("/v1/transactions", b"set b 1").status, 202);
    let answer = served.get(&path("set b 1"));
    let digest = transaction_digest(b"set b 1");
    let expected = json!({ "digest": digest, "state": "waiting", "round": null, "level": null });
    assert_eq!((answer.status, answer.json()), (200, expected));
}

/// [FIN-3] The level of a transaction is that of its round.
#[test]
fn an_executed_transaction_has_its_round_and_level() {
    let served = Served::chain(&chains::full().blocks[..LAST as usize]);
    let level = |round: u64| {
        let text = format!("set key1 of round {round}");
        let page = served.get(&path(&text)).json();
        assert_eq!(
            (&page["state"], &page["round"]),
            (&json!("executed"), &json!(round))
        );
        page["level"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (level(5).as_str(), level(LAST).as_str()),
        ("anchored", "certified")
    );
    served
        .status
        .update(|status: &mut Status| status.checkpoint_round = 5);
    assert_eq!(
        (level(5).as_str(), level(7).as_str()),
        ("checkpointed", "anchored")
    );
}

#[test]
fn a_wait_ends_when_the_level_is_reached() {
    let served = Served::chain(&chains::full().blocks[..LAST as usize]);
    let last = format!("set key1 of round {LAST}");
    let status = served.status.clone();
    let later = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        status.update(|status: &mut Status| status.checkpoint_round = LAST);
    });
    let started = Instant::now();
    let page = served.get(&format!("{}?level=checkpointed&seconds=10", path(&last)));
    assert_eq!(page.json()["level"], "checkpointed");
    let took = started.elapsed();
    assert!(
        took > Duration::from_millis(400) && took < Duration::from_secs(5),
        "{took:?}"
    );
    later.join().unwrap();
}

#[test]
fn a_wait_in_vain_tells_where_the_transaction_stands() {
    let served = Served::chain(&[]);
    assert_eq!(served.post("/v1/transactions", b"set b 1").status, 202);
    let started = Instant::now();
    let page = served.get(&format!("{}?seconds=1", path("set b 1"))).json();
    assert_eq!(page["state"], "waiting");
    assert!(started.elapsed() >= Duration::from_secs(1));
    let (_, help) = served.get(&format!("{}?seconds=1", path("never"))).failure(404);
    assert!(help.contains("POST /v1/transactions"), "{help}");
}

#[test]
fn what_is_no_level_or_time_is_malformed() {
    let served = Served::chain(&[]);
    for query in ["level=soon", "seconds=-1", "seconds=many", "hours=1"] {
        let (_, help) = served.get(&format!("{}?{query}", path("a"))).failure(400);
        assert!(help.contains("level=certified"), "{help}");
    }
}
