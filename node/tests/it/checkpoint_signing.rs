//! Checkpoints on running nodes, and light clients that hop by them.

use std::time::{Duration, Instant};

use klero_finality::{Age, Level};
use klero_node::finality::Profile;
use klero_node::light::{self, RpcSource, Start};

use crate::cluster::{Cluster, quick, quota};

fn rpc(cluster: &Cluster, node: usize) -> String {
    format!("http://{}", cluster.node(node).rpc().unwrap())
}

/// Waits until a node has a checkpoint.
fn wait_for_checkpoint(cluster: &Cluster, node: usize, number: u64) {
    let until = Instant::now() + Duration::from_secs(90);
    while cluster.node(node).blocks().checkpoint(number).unwrap().is_none() {
        assert!(Instant::now() < until, "{:#?}", cluster.node(node).status());
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn hops_to_the_head(profile: Profile, interval: u32) {
    let mut cluster = Cluster::new(4, 5, profile);
    cluster.genesis.checkpoints.interval = interval;
    cluster.start_all();
    for node in 0..4 {
        for number in 1..=3 {
            wait_for_checkpoint(&cluster, node, number);
        }
    }
    let wanted = 3 * u64::from(interval) + 2;
    cluster.wait_for(wanted, Duration::from_secs(60));
    for node in 0..4 {
        let mut source = RpcSource::connect(&rpc(&cluster, node)).unwrap();
        let report = light::hop(
            &cluster.genesis,
            &Start::Genesis,
            &mut source,
            Some(wanted),
            &mut |_| {},
        )
        .unwrap();
        let block = cluster.node(node).blocks().block(wanted).unwrap().unwrap();
        assert_eq!((report.round, report.block), (wanted, block.header.digest()));
        assert_eq!((report.checkpoints, report.steps), (3, 2), "node {node}");
        let trusted = Box::new(report.trusted.unwrap());
        let age = |limit| Age {
            now: trusted.header.timestamp + 1_000,
            limit,
        };
        let recent = Start::Checkpoint(trusted.clone(), age(1_000));
        let again = light::hop(&cluster.genesis, &recent, &mut source, Some(wanted), &mut |_| {}).unwrap();
        assert_eq!(
            (again.block, again.checkpoints, again.steps),
            (report.block, 0, 2)
        );
        let old = Start::Checkpoint(trusted.clone(), age(999));
        let refused = light::hop(&cluster.genesis, &old, &mut source, Some(wanted), &mut |_| {}).unwrap_err();
        assert!(
            refused.to_string().contains("get a newer checkpoint"),
            "{refused}"
        );
    }
    // One that is of another chain stops at the first hop.
    let mut other = cluster.genesis.clone();
    other.timestamp += 1;
    let mut source = RpcSource::connect(&rpc(&cluster, 0)).unwrap();
    let refused = light::hop(&other, &Start::Genesis, &mut source, None, &mut |_| {}).unwrap_err();
    assert_eq!(refused.round(), Some(u64::from(interval)));
}

/// [FIN-4] [FIN-5] [C7]
#[test]
fn everyone_signs_and_a_light_client_hops() {
    hops_to_the_head(quick(Profile::full()), 6);
}

/// [FIN-4] [FIN-5] Committees of checkpoints that are drawn.
#[test]
fn drawn_committees_sign_and_a_light_client_hops() {
    hops_to_the_head(quota(37, 25, 12), 6);
}

/// [FIN-3] Levels are reached in their order, and can be waited for.
#[test]
fn a_client_waits_for_a_level() {
    let mut cluster = Cluster::new(2, 2, quick(Profile::full()));
    cluster.genesis.checkpoints.interval = 5;
    cluster.start_all();
    let within = Duration::from_secs(60);
    for (round, level) in [
        (1, Level::Proposed),
        (2, Level::Staged),
        (3, Level::Certified),
        (3, Level::Anchored),
        (4, Level::Checkpointed),
    ] {
        let page = cluster
            .node(0)
            .wait_for_level(round, level, within)
            .unwrap()
            .unwrap();
        assert!(page.round == round && page.level >= level, "{page:?}");
        let block = cluster
            .node(1)
            .wait_for_level(round, Level::Certified, within)
            .unwrap()
            .unwrap();
        if page.level >= Level::Certified {
            assert_eq!(page.block, block.block);
        }
    }
    let far = cluster
        .node(0)
        .wait_for_level(1_000_000, Level::Proposed, Duration::from_millis(10))
        .unwrap();
    assert_eq!(far, None);
}

/// [FIN-4] A node that was away when the others signed keeps following, and the checkpoints after its return are there.
#[test]
fn a_node_that_was_away_learns_later_checkpoints() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.genesis.checkpoints.interval = 8;
    cluster.start_all();
    cluster.wait_for(2, Duration::from_secs(60));
    cluster.stop(3);
    wait_for_checkpoint(&cluster, 0, 2);
    cluster.start(3);
    let head = cluster.node(0).status().final_round;
    wait_for_checkpoint(&cluster, 3, head / 8 + 2);
    assert_eq!(cluster.node(3).status().silent, None);
}
