//! What the routes give when all is well.

use klero_node::Status;
use klero_node::app::transaction_digest;
use klero_sampling::Domain;
use serde_json::{Value as Json, json};

use crate::chains::{self, ROUNDS};
use crate::served::Served;

#[test]
fn a_transaction_is_taken_under_its_digest() {
    let served = Served::chain(&[]);
    let answer = served.post("/v1/transactions", b"set a 1");
    assert_eq!(answer.status, 202);
    assert_eq!(answer.json(), json!({ "digest": transaction_digest(b"set a 1") }));
    let longest = [b"set b ".as_slice(), &vec![b'v'; (64 << 10) - 6]].concat();
    assert_eq!(served.post("/v1/transactions", &longest).status, 202);
}

#[test]
fn a_value_comes_with_its_round_and_transaction() {
    let chain = chains::full();
    let served = Served::chain(&chain.blocks);
    let answer = served.get("/v1/kv/key0");
    let transaction = transaction_digest(b"set key0 of round 8");
    let expected = json!({ "key": "key0", "value": "of round 8", "round": 8, "transaction": transaction });
    assert_eq!((answer.status, answer.json()), (200, expected));
    assert_eq!(answer.kind, "application/json");
}

#[test]
fn the_status_is_the_nodes_own() {
    let served = Served::chain(&[]);
    served.status.update(|status: &mut Status| {
        status.round = 7;
        status.soft = (3, 5);
        status.silent = Some("no keys".into());
    });
    let page = served.get("/v1/status").json();
    assert_eq!(page["name"], "served");
    assert_eq!(page["round"], 7);
    assert_eq!(page["soft"], json!([3, 5]));
    assert_eq!(page["silent"], "no keys");
    assert_eq!(page["application_root"], Json::Null);
}

#[test]
fn a_block_shows_header_body_and_transactions() {
    let chain = chains::quota();
    let served = Served::chain(&chain.blocks);
    let block = &chain.block(5).block;
    let page = served.get("/v1/blocks/5").json();
    assert_eq!(page["round"], 5);
    // The digest again, by the definition in the specification [ENC-1] [FIN-1].
    let encoded = borsh::to_vec(&block.header).unwrap();
    assert_eq!(page["digest"], json!(Domain::Header.digest_bytes(&encoded)));
    assert_eq!(page["header"], serde_json::to_value(&block.header).unwrap());
    assert_eq!(page["body"]["payload"], json!(hex::encode(&block.body.payload)));
    let digest = transaction_digest(b"set key0 of round 5");
    assert_eq!(
        page["transactions"][0],
        json!({ "digest": digest, "text": "set key0 of round 5" })
    );
    assert_eq!(page["transactions"].as_array().unwrap().len(), 2);
    let fields: Vec<&String> = page.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        ["body", "digest", "header", "round", "transactions"],
        "no certificate of the block itself"
    );
}

#[test]
fn a_header_is_that_of_its_block() {
    let chain = chains::quota();
    let served = Served::chain(&chain.blocks);
    let header = &chain.block(5).block.header;
    let expected = json!({
        "round": 5,
        "digest": Domain::Header.digest_bytes(&borsh::to_vec(header).unwrap()),
        "header": serde_json::to_value(header).unwrap(),
    });
    assert_eq!(served.get("/v1/headers/5").json(), expected);
    served.get("/v1/headers/99").failure(404);
    served.get("/v1/headers/05").failure(400);
}

#[test]
fn a_certificate_names_its_block() {
    let chain = chains::quota();
    let served = Served::chain(&chain.blocks);
    let page = served.get("/v1/certificates/5").json();
    let expected = json!({
        "round": 5,
        "block": chain.block(5).block.header.digest(),
        "certificate": serde_json::to_value(&chain.block(5).certificate).unwrap(),
    });
    assert_eq!(page, expected);
}

#[test]
fn latest_is_the_last_final_round() {
    let chain = chains::full();
    let served = Served::chain(&chain.blocks);
    for kind in ["blocks", "headers", "certificates"] {
        let latest = served.get(&format!("/v1/{kind}/latest"));
        assert_eq!(latest.status, 200);
        assert_eq!(latest.body, served.get(&format!("/v1/{kind}/{ROUNDS}")).body);
    }
}

/// Nodes that hold different certificates for one block show the block alike.
#[test]
fn the_page_of_a_block_is_the_same_on_every_node() {
    let chain = chains::full();
    let mut other = chain.blocks.clone();
    let last = other.last_mut().unwrap();
    last.certificate.signature[0] ^= 1;
    let (one, two) = (Served::chain(&chain.blocks), Served::chain(&other));
    for round in 1..=ROUNDS {
        let path = format!("/v1/blocks/{round}");
        assert_eq!(one.get(&path).body, two.get(&path).body);
    }
    let path = format!("/v1/certificates/{ROUNDS}");
    assert_ne!(one.get(&path).body, two.get(&path).body);
}

#[test]
fn the_counters_are_served_for_prometheus() {
    let served = Served::chain(&[]);
    served.metrics.set_peers(3);
    let page = served.get("/metrics");
    assert_eq!(page.status, 200);
    assert!(
        page.kind
            .starts_with("application/openmetrics-text; version=1.0.0"),
        "{}",
        page.kind
    );
    assert!(page.text().contains("\nklero_peers 3\n"), "{}", page.text());
    served.get("/nowhere");
    let text = served.get("/metrics").text().to_owned();
    assert!(
        text.contains("klero_http_answers_total{status=\"4xx\"} 1\n"),
        "{text}"
    );
}

#[test]
fn a_stopped_server_gives_its_port_free() {
    let served = Served::chain(&[]);
    let address = served.address;
    assert_eq!(served.get("/v1").status, 200);
    served.stop();
    assert!(std::net::TcpStream::connect(address).is_err());
}
