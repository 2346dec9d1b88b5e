//! Signs of life: who is seldom in a certificate stays in the electorate, who is gone leaves it and can come back.

use std::time::{Duration, Instant};

use klero_node::finality::Profile;
use klero_sampling::Digest;
use klero_sampling::seed::SeedSchedule;
use klero_stake::{Operation, Status};

use crate::cluster::{Cluster, quick};

/// Three large validators, and a small one whose signature no certificate needs.
fn cluster(window: u64) -> (Cluster, Digest) {
    let seeds = SeedSchedule {
        lookback: 2,
        refresh: 1,
    };
    let profile = Profile {
        seeds,
        ..Profile::full()
    };
    // The first and one of the next two are a quorum, and no other two.
    let stake = |number| [2_000_000, 1_000_000, 1_000_000, 10_000][number as usize];
    let mut cluster = Cluster::with_stakes(4, 1, quick(profile), stake);
    cluster.genesis.stake.activity_window = window;
    let small = cluster.keys(3).validators[0].id;
    (cluster, small)
}

fn status(cluster: &Cluster, id: &Digest) -> Status {
    let chain = cluster.chain(0);
    chain.registry().account(id).unwrap().validator.unwrap().status
}

fn heartbeats(cluster: &Cluster) -> usize {
    let blocks = cluster.node(0).blocks();
    let rounds = 1..=blocks.head().unwrap();
    let operations = rounds.flat_map(|round| blocks.block(round).unwrap().unwrap().body.operations);
    operations
        .filter(|signed| signed.operation == Operation::Heartbeat)
        .count()
}

/// [STK-7] Certificates leave the small one out; its node gives signs of life, and it is never suspended.
#[test]
fn a_node_gives_a_sign_of_life_by_itself() {
    let (mut cluster, small) = cluster(40);
    cluster.start_all();
    for round in [20, 40, 60, 80, 100] {
        cluster.wait_for(round, Duration::from_secs(90));
        assert_eq!(status(&cluster, &small), Status::Active, "round {round}");
    }
    assert!(heartbeats(&cluster) > 0);
}

/// [STK-7] Who is gone is suspended; when its node is back, it gives a sign of life and is in the electorate again.
#[test]
fn who_was_gone_is_suspended_and_comes_back() {
    let (mut cluster, small) = cluster(30);
    cluster.start_all();
    cluster.wait_for(3, Duration::from_secs(60));
    cluster.stop(3);
    let until = Instant::now() + Duration::from_secs(90);
    while status(&cluster, &small) == Status::Active {
        assert!(Instant::now() < until, "it is never suspended");
        std::thread::sleep(Duration::from_millis(50));
    }
    cluster.start(3);
    while status(&cluster, &small) == Status::Suspended {
        assert!(Instant::now() < until, "it never comes back");
        std::thread::sleep(Duration::from_millis(50));
    }
    let head = cluster.node(0).status().final_round;
    cluster.wait_for(head + 5, Duration::from_secs(60));
    assert_eq!(cluster.node(3).status().silent, None);
}
