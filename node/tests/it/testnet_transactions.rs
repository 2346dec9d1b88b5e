//! Transactions sent to all nodes are ordered once and alike.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::testnet_launch::{Launched, NodeEntry, eventually, get, head, post};

const COUNT: usize = 1000;

fn block(node: &NodeEntry, round: u64) -> String {
    let (code, text) = get(&format!("{}/v1/blocks/{round}", node.rpc)).unwrap();
    assert_eq!(code, 200, "{text}");
    text
}

/// The texts of the transactions of a block.
fn transactions(block: &str) -> Vec<String> {
    let page: Value = serde_json::from_str(block).unwrap();
    let items = page["transactions"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["text"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_thousand_transactions_are_ordered_once_and_alike_everywhere() {
    let net = Launched::start(&["--validators", "4"]);
    let nodes = net.network().nodes;
    let sent: BTreeSet<String> = (0..COUNT)
        .map(|number| format!("set key{number} value {number}"))
        .collect();
    for (number, transaction) in sent.iter().enumerate() {
        let code = post(&nodes[number % nodes.len()].rpc, transaction);
        assert!((200..300).contains(&code), "status {code} for {transaction}");
    }

    let mut ordered = Vec::new();
    let mut round = 0;
    eventually("all transactions are final", || {
        while ordered.len() < COUNT && head(&nodes[0].rpc) > Some(round) {
            round += 1;
            ordered.extend(transactions(&block(&nodes[0], round)));
        }
        ordered.len() >= COUNT
    });
    assert_eq!(ordered.len(), COUNT, "each once");
    assert_eq!(ordered.into_iter().collect::<BTreeSet<_>>(), sent);

    for node in &nodes[1..] {
        eventually("every node is as far", || head(&node.rpc) >= Some(round));
    }
    for round in 1..=round {
        let first = block(&nodes[0], round);
        for node in &nodes[1..] {
            assert_eq!(block(node, round), first, "{} in round {round}", node.name);
        }
    }
}

/// What is written through one node is read from another, with the round that made it final.
#[test]
fn a_value_written_at_one_node_is_read_at_all() {
    let net = Launched::start(&["--validators", "4"]);
    let nodes = net.network().nodes;
    assert!((200..300).contains(&post(&nodes[0].rpc, "set city athens")));
    let mut pages = BTreeSet::new();
    for node in &nodes {
        let url = format!("{}/v1/kv/city", node.rpc);
        eventually("the value can be read", || {
            get(&url).is_some_and(|(code, _)| code == 200)
        });
        pages.insert(get(&url).unwrap().1);
    }
    assert_eq!(pages.len(), 1, "{pages:?}");
    let page: Value = serde_json::from_str(pages.first().unwrap()).unwrap();
    assert_eq!(page["value"], "athens");
    let round = page["round"].as_u64().unwrap();
    assert!(transactions(&block(&nodes[3], round)).contains(&"set city athens".to_owned()));
}
