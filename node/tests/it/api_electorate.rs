//! Who may draw in a round, as the API tells it.

use std::time::Duration;

use klero_finality::Profile;
use serde_json::Value as Json;

use crate::cluster::{Cluster, quick};
use crate::testnet_launch::get;

fn page(cluster: &Cluster, path: &str) -> Json {
    let (status, text) = get(&format!("{}{path}", cluster.rpc(0))).unwrap();
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

fn refused(cluster: &Cluster, path: &str, status: u16) {
    let (found, text) = get(&format!("{}{path}", cluster.rpc(0))).unwrap();
    assert_eq!(found, status, "{path}: {text}");
    assert!(text.contains("\"help\""), "{text}");
}

#[test]
fn an_electorate_is_told_in_parts_and_two_orders() {
    let stake = |number: u64| 1_000 * (1 + (number * 3) % 7);
    let mut cluster = Cluster::with_stakes(1, 7, quick(Profile::full()), stake);
    cluster.start_all();
    cluster.wait_for(3, Duration::from_secs(60));

    let whole = page(&cluster, "/v1/electorate/2");
    assert_eq!(
        (&whole["round"], &whole["members"], &whole["from"]),
        (&2.into(), &7.into(), &0.into())
    );
    assert_eq!(whole["stake"], (0..7).map(stake).sum::<u64>());
    let list = whole["list"].as_array().unwrap();
    let ids: Vec<&str> = list
        .iter()
        .map(|item| item["validator"].as_str().unwrap())
        .collect();
    assert!(ids.is_sorted() && ids.len() == 7);
    let shares: u64 = list
        .iter()
        .map(|item| item["share_millionths"].as_u64().unwrap())
        .sum();
    assert!((999_990..=1_000_000).contains(&shares), "{shares}");
    for entry in &cluster.keys(0).validators {
        assert!(ids.contains(&entry.id.to_string().as_str()));
    }

    let by_stake = page(&cluster, "/v1/electorate/latest?order=stake&from=1&count=3");
    let stakes: Vec<u64> = by_stake["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["stake"].as_u64().unwrap())
        .collect();
    assert_eq!(stakes, [6_000, 5_000, 4_000]);

    for wrong in ["count=0", "count=1025", "order=size", "from=-1", "page=1"] {
        refused(&cluster, &format!("/v1/electorate/latest?{wrong}"), 400);
    }
    refused(&cluster, "/v1/electorate/0", 400);
    refused(&cluster, "/v1/electorate/1000000", 404);
}
