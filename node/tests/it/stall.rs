//! A network that stands still says what it waits for.

use std::time::{Duration, Instant};

use klero_node::events::NodeEvent;
use klero_node::finality::Profile;

use crate::cluster::{Cluster, quick};

/// With two of four nodes gone there is no quorum: the others name who is quiet, until they are heard again.
#[test]
fn a_stall_is_explained_until_it_is_over() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(3, Duration::from_secs(60));
    assert_eq!(cluster.node(0).status().stall, None);
    let mut gone: Vec<_> = [2, 3]
        .into_iter()
        .map(|node| cluster.keys(node).validators[0].id)
        .collect();
    gone.sort();
    cluster.stop(2);
    cluster.stop(3);
    let until = Instant::now() + Duration::from_secs(60);
    let stall = loop {
        let found = cluster.node(0).status().stall;
        if let Some(stall) = found.filter(|stall| stall.quiet_count == 2) {
            break stall;
        }
        assert!(Instant::now() < until, "{:#?}", cluster.node(0).status());
        std::thread::sleep(Duration::from_millis(100));
    };
    let named: Vec<_> = stall.quiet.iter().map(|quiet| quiet.validator).collect();
    assert_eq!((named, stall.quiet_millionths), (gone, 500_000));
    assert!(stall.seconds >= 10 && stall.seats < stall.needed, "{stall:?}");
    assert!(
        stall
            .explanation
            .contains("not heard in this round: 2 validators with 50.0 % of the stake"),
        "{}",
        stall.explanation
    );
    assert!(
        stall
            .quiet
            .iter()
            .all(|quiet| quiet.last_heard.is_some_and(|last| last < stall.round))
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
