//! Nodes that stop and come back.

use std::time::{Duration, Instant};

use klero_node::finality::Profile;
use klero_node::store::Store;

use crate::cluster::{Cluster, quick};
use crate::finality::assert_same_chain;

const LONG: Duration = Duration::from_secs(60);

#[test]
fn three_of_four_go_on_and_the_fourth_catches_up_and_votes_again() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(4, LONG);
    cluster.stop(3);
    let head = cluster.node(0).status().final_round;
    cluster.wait_for(head + 5, LONG);
    cluster.start(3);
    cluster.wait_for(head + 10, LONG);
    // Without the fourth, the other two cannot reach three quarters of the stake: it votes again.
    cluster.stop(1);
    let head = cluster.node(0).status().final_round;
    cluster.wait_for(head + 3, LONG);
    assert_same_chain(&cluster, &[0, 2, 3], head + 3);
}

// [BA-9] [BA-11]
#[test]
fn all_nodes_stop_and_the_chain_goes_on_where_it_was() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(5, LONG);
    for node in 0..4 {
        cluster.stop(node);
    }
    cluster.start_all();
    let heads: Vec<u64> = (0..4)
        .map(|node| cluster.node(node).status().final_round)
        .collect();
    assert!(heads.iter().all(|head| *head >= 5), "{heads:?}");
    cluster.wait_for(heads[0] + 5, LONG);
    assert_same_chain(&cluster, &[0, 1, 2, 3], heads[0] + 5);
}

// [BA-9]
#[test]
fn two_nodes_that_lost_two_others_go_on_when_these_come_back() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(3, LONG);
    cluster.stop(2);
    cluster.stop(3);
    // Long enough for several deadlines: nobody finalizes, and k grows.
    std::thread::sleep(Duration::from_secs(4));
    let stuck = cluster.node(0).status();
    assert!(
        stuck.k > 0 || stuck.period > 0 || stuck.round == stuck.final_round + 1,
        "{stuck:?}"
    );
    cluster.start(2);
    cluster.start(3);
    cluster.wait_for(stuck.final_round + 4, LONG);
    assert_same_chain(&cluster, &[0, 1, 2, 3], stuck.final_round + 4);
}

// [BA-9]
#[test]
fn keys_without_their_log_are_silent_until_two_rounds_were_seen() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(2, LONG);
    cluster.stop(3);
    std::fs::remove_dir_all(cluster.data(3)).unwrap();
    cluster.start(3);
    cluster.wait_for(3, LONG);
    let first = cluster.node(3).status();
    assert!(first.silent.is_some(), "{first:?}");
    // Rounds count that began after the node started, with some seconds for clocks that differ.
    let until = Instant::now() + LONG;
    while cluster.node(3).status().silent.is_some() {
        assert!(Instant::now() < until, "{:?}", cluster.node(3).status());
        std::thread::sleep(Duration::from_millis(50));
    }
    cluster.stop(0);
    let head = cluster.node(1).status().final_round;
    cluster.wait_for(head + 2, LONG);
}

#[test]
fn a_data_directory_belongs_to_one_process_and_one_chain() {
    let mut cluster = Cluster::new(1, 1, quick(Profile::full()));
    cluster.start(0);
    let error = klero_node::store::RocksStore::open(&cluster.data(0).join("db"))
        .err()
        .unwrap();
    assert!(error.to_string().contains("another process uses it"), "{error}");
    cluster.stop(0);
    let other = Cluster::new(1, 1, quick(Profile::full()));
    let builder = klero_node::Node::builder(other.genesis.clone())
        .data(&cluster.data(0))
        .unwrap();
    let error = builder.key_value().unwrap().start().err().unwrap().to_string();
    assert!(
        error.contains("belongs to chain") && error.contains("another `data`"),
        "{error}"
    );
    let store: std::sync::Arc<dyn Store> =
        std::sync::Arc::new(klero_node::store::RocksStore::open(&cluster.data(0).join("db")).unwrap());
    assert!(klero_node::BlockStore::new(store).registry(0).unwrap().is_some());
}
