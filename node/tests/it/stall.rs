//! A network that stands still says what it waits for.

use std::time::{Duration, Instant};

use klero_node::events::NodeEvent;
use klero_node::finality::Profile;
use klero_node::{Cause, Digest, Stall};

use crate::cluster::{Cluster, quick};

/// The ids of the one validator of each of these nodes, ascending.
fn ids(cluster: &Cluster, nodes: &[usize]) -> Vec<Digest> {
    let ids = nodes.iter().map(|node| cluster.keys(*node).validators[0].id);
    let mut ids: Vec<_> = ids.collect();
    ids.sort();
    ids
}

/// The explanation of a node, once it satisfies a condition.
fn explained(cluster: &Cluster, node: usize, is_it: impl Fn(&Stall) -> bool) -> Stall {
    let until = Instant::now() + Duration::from_secs(90);
    loop {
        let found = cluster.node(node).status().stall;
        if let Some(stall) = found.filter(&is_it) {
            return stall;
        }
        assert!(Instant::now() < until, "{:#?}", cluster.node(node).status());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// With two of four nodes gone there is no quorum: the others name who is quiet, until they are heard again. The two stop
/// in the middle of a round, in which they were heard.
#[test]
fn a_stall_is_explained_until_it_is_over() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(3, Duration::from_secs(60));
    assert_eq!(cluster.node(0).status().stall, None);
    let gone = ids(&cluster, &[2, 3]);
    cluster.stop(2);
    cluster.stop(3);
    let stall = explained(&cluster, 0, |stall| {
        stall.quiet_count >= 2 && stall.peers_gone.len() == 2
    });
    let named: Vec<_> = stall.quiet.iter().map(|quiet| quiet.validator).collect();
    assert_eq!((named, stall.quiet_millionths), (gone, 500_000));
    assert!(stall.seconds >= 10 && stall.seats < stall.needed, "{stall:?}");
    assert_eq!(
        (stall.cause, stall.peers, stall.silent.as_ref()),
        (Cause::Quiet, 1, None)
    );
    let last = |quiet: &klero_node::Quiet| quiet.last_heard.is_some_and(|last| last <= stall.round);
    assert!(stall.quiet.iter().all(last), "{stall:?}");
    for part in [
        &format!("{} of {} seats in next", stall.seats, stall.needed),
        "not heard lately: 2 validators with 50.0 % of the stake",
        "2 peers are gone and 1 left",
    ] {
        assert!(stall.explanation.contains(part), "{part}: {}", stall.explanation);
    }
    let [soft, cert, next] = stall.steps.as_slice() else {
        panic!("{stall:?}");
    };
    assert!(
        soft.needed == cert.needed && next.heard < next.needed,
        "{stall:?}"
    );

    cluster.start(2);
    cluster.wait_for(stall.round + 3, Duration::from_secs(60));
    let until = Instant::now() + Duration::from_secs(10);
    while cluster.node(0).status().stall.is_some() {
        assert!(Instant::now() < until, "it is over");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_told_once(&cluster, stall.round);
}

/// The stall and its end were told, once each and in this order.
fn assert_told_once(cluster: &Cluster, round: u64) {
    let events = cluster.events(0).into_iter();
    let told: Vec<_> = events
        .filter(|event| matches!(event, NodeEvent::Stall(_) | NodeEvent::StallOver { .. }))
        .collect();
    let [
        NodeEvent::Stall(begun),
        NodeEvent::StallOver { round: last, seconds },
    ] = told.as_slice()
    else {
        panic!("{told:#?}");
    };
    assert_eq!((begun.round, *last >= round), (round, true));
    assert!((10..120).contains(seconds) && begun.seconds >= 10, "{told:?}");
}

/// Three of four run, and one of them has lost its log [BA-9]: it says that it is part of what is missing, and the others
/// that it is not heard.
#[test]
fn a_node_that_does_not_vote_names_itself() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    let keys = cluster.keys(2).clone();
    cluster.start(0);
    cluster.start(1);
    cluster.start_as(2, |builder| builder.keys(keys));
    let own = explained(&cluster, 2, |stall| stall.quiet_count == 1);
    let why = own.silent.as_ref().unwrap();
    assert!(why.contains("no vote log here"), "{why}");
    assert_eq!((own.own_millionths, own.cause), (250_000, Cause::Quiet));
    assert_eq!(own.quiet[0].validator, cluster.keys(3).validators[0].id);
    let said = "this node casts no votes with its own 25.0 % of the stake: these keys have no vote log here";
    assert!(own.explanation.contains(said), "{}", own.explanation);

    let others = explained(&cluster, 0, |stall| stall.quiet_count == 2);
    let named: Vec<_> = others.quiet.iter().map(|quiet| quiet.validator).collect();
    assert_eq!((named, others.silent), (ids(&cluster, &[2, 3]), None));
    assert!(others.quiet.iter().all(|quiet| quiet.last_heard.is_none()));
}

/// A node that nobody reaches says so, and blames nobody.
#[test]
fn a_node_without_peers_is_told_to_look_at_itself() {
    let mut cluster = Cluster::new(2, 1, quick(Profile::full()));
    cluster.start_as(0, |builder| builder.wait_for_peers(0));
    let stall = explained(&cluster, 0, |stall| stall.quiet_count == 1);
    assert_eq!((stall.cause, stall.peers), (Cause::NoPeers, 0));
    assert!(
        stall.explanation.contains("this node has no peers"),
        "{}",
        stall.explanation
    );
}
