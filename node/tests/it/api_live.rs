//! What happens now and happened lately: the round under way, rounds, faults, peers.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use klero_finality::Profile;
use klero_node::events::{FinalEvent, NodeEvent};
use klero_node::{RoundPage, Stall};
use klero_sampling::Digest;
use serde_json::Value as Json;

use crate::cluster::{Cluster, quick};
use crate::served::Served;
use crate::testnet_launch::get;

fn fetch(cluster: &Cluster, node: usize, path: &str) -> Json {
    let (status, text) = get(&format!("{}{path}", cluster.rpc(node))).unwrap();
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// Two of four nodes are gone: the round under way stands still with the votes of the other two.
#[test]
fn the_round_under_way_shows_whose_votes_were_counted() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(3, Duration::from_secs(60));
    cluster.stop(2);
    cluster.stop(3);
    let here: BTreeSet<Digest> = [0, 1]
        .into_iter()
        .map(|node| cluster.keys(node).validators[0].id)
        .collect();
    let until = Instant::now() + Duration::from_secs(60);
    let (page, next) = loop {
        let page: RoundPage = serde_json::from_value(fetch(&cluster, 0, "/v1/round")).unwrap();
        let next = page
            .steps
            .iter()
            .find(|step| step.step == "next" && step.voters == 2);
        if let Some(next) = next.cloned() {
            break (page, next);
        }
        assert!(Instant::now() < until, "{page:#?}");
        std::thread::sleep(Duration::from_millis(50));
    };
    let voters: BTreeSet<Digest> = next.votes.iter().map(|vote| vote.validator).collect();
    assert_eq!(voters, here);
    assert!(next.seats < next.needed && next.needed > 2, "{next:?}");
    assert_eq!((page.members, page.round), (4, cluster.node(0).status().round));
    let decided = page.decided.as_ref().unwrap();
    assert_eq!(decided.round, page.round - 1);
    assert!(
        decided
            .steps
            .iter()
            .all(|step| step.seats >= step.needed && step.votes.is_empty()),
        "{decided:?}"
    );
    assert_eq!(page.steps[0].step, "soft");
    assert_eq!(page.steps[1].step, "cert");
    assert!(page.proposal_count >= 1 && !page.proposals.is_empty(), "{page:?}");

    let peers = fetch(&cluster, 0, "/v1/peers");
    let peers = peers.as_array().unwrap();
    assert!((1..=3).contains(&peers.len()), "{peers:?}");
    assert!(
        peers.iter().all(|peer| peer["messages"].as_u64() > Some(0)),
        "{peers:?}"
    );

    let rounds = fetch(&cluster, 0, "/v1/rounds?count=2");
    let rounds = rounds.as_array().unwrap();
    assert_eq!(rounds.len(), 2);
    assert_eq!(
        rounds[0]["round"].as_u64(),
        Some(cluster.node(0).status().final_round)
    );
    assert!(rounds[0]["finality_us"].as_u64() > Some(0), "{rounds:?}");
}

fn final_event(round: u64) -> NodeEvent {
    NodeEvent::Final(FinalEvent {
        round,
        period: 0,
        block: Digest([1; 32]),
        at_us: round,
        finality_us: Some(40_000),
        transactions: 0,
        seats: 3,
        threshold: 3,
        signers: 3,
        proven: 0,
        certificate_bytes: 300,
        votes: 3,
        votes_with_proof: 0,
        synced: false,
    })
}

#[test]
fn the_last_rounds_are_kept_and_no_more() {
    let served = Served::chain(&[]);
    assert_eq!(served.get("/v1/rounds").json(), Json::Array(Vec::new()));
    (1..=300).for_each(|round| served.feed.tell(&final_event(round)));
    let rounds = |path: &str| {
        let page = served.get(path).json();
        let rounds = page.as_array().unwrap().iter();
        rounds
            .map(|round| round["round"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(rounds("/v1/rounds?count=3"), [300, 299, 298]);
    assert_eq!(rounds("/v1/rounds?count=256").last(), Some(&45));
    for wrong in ["count=0", "count=257", "count=all", "last=1"] {
        served.get(&format!("/v1/rounds?{wrong}")).failure(400);
    }
}

#[test]
fn faults_are_counted_and_the_last_ones_named() {
    let served = Served::chain(&[]);
    served.feed.tell(&final_event(1));
    for round in 0..70 {
        served.feed.tell(&NodeEvent::Stall(Stall {
            round,
            ..Stall::default()
        }));
        served.feed.tell(&NodeEvent::StallOver { round, seconds: 11 });
    }
    served.feed.tell(&NodeEvent::Alarm { cause: "two".into() });
    let page = served.get("/v1/faults").json();
    assert_eq!(
        (&page["stalls"], &page["alarms"], &page["forks"]),
        (&70.into(), &1.into(), &0.into())
    );
    let recent = page["recent"].as_array().unwrap();
    assert_eq!(recent.len(), 64);
    let kinds: Vec<&str> = recent
        .iter()
        .take(3)
        .map(|item| item["fault"]["event"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["alarm", "stall_over", "stall"]);
}

#[test]
fn an_api_without_a_node_has_no_round() {
    let served = Served::chain(&[]);
    served.get("/v1/round").failure(404);
    served.get("/v1/electorate/latest").failure(404);
    assert_eq!(served.get("/v1/peers").json(), Json::Array(Vec::new()));
}
