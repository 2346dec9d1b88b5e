//! A validator that signs two values loses its stake, and nobody else does.

use std::time::Duration;

use klero_node::events::NodeEvent;
use klero_node::finality::Profile;
use klero_sampling::Digest;
use klero_sampling::seed::SeedSchedule;
use klero_stake::{Operation, Receipt};

use crate::cluster::{Cluster, quick};
use crate::finality::assert_same_chain;

const STAKE: u64 = 1_000_000;

/// Four nodes, of which one equivocates and all burn the whole stake of who does.
fn cluster() -> Cluster {
    let seeds = SeedSchedule {
        lookback: 2,
        refresh: 2,
    };
    let mut cluster = Cluster::new(
        4,
        1,
        quick(Profile {
            seeds,
            ..Profile::full()
        }),
    );
    cluster.genesis.stake.slash_millionths = 1_000_000;
    cluster
}

fn convictions(events: Vec<NodeEvent>) -> Vec<(u64, Digest, u64)> {
    let told = events.into_iter().filter_map(|event| match event {
        NodeEvent::Stake {
            round,
            receipt: Receipt::Convicted { offence, burnt, .. },
        } => Some((round, offence.offender, burnt)),
        _ => None,
    });
    told.collect()
}

/// [STK-5] [COM-4] [C10] Evidence travels, enters a block, and slashes; the others go on without the offender, who is
/// out of the electorate K rounds later.
#[test]
fn who_equivocates_loses_its_stake_within_ten_rounds_and_no_one_else_does() {
    let mut cluster = cluster();
    let offender = cluster.keys(3).validators[0].id;
    (0..3).for_each(|node| cluster.start(node));
    cluster.start_as(3, |builder| builder.equivocating());
    cluster.wait_for(30, Duration::from_secs(90));
    for node in 0..4 {
        let told = convictions(cluster.events(node));
        assert!(told.iter().all(|(_, who, _)| *who == offender), "{told:?}");
        let (round, _, burnt) = told[0];
        assert!(round <= 10 && burnt == STAKE, "{told:?}");
        let all: u64 = told.iter().map(|(.., burnt)| burnt).sum();
        assert_eq!(all, STAKE, "burnt once");
    }
    assert_same_chain(&cluster, &[0, 1, 2, 3], 30);
    let chain = cluster.chain(0);
    let registry = chain.registry();
    assert!(registry.is_balanced());
    assert_eq!(registry.burnt(), STAKE);
    assert_eq!(registry.account(&offender).unwrap().total(), 0);
    for node in 0..3 {
        let id = cluster.keys(node).validators[0].id;
        assert_eq!(registry.account(&id).unwrap().bonded, STAKE);
    }
    let electorate = chain.context(chain.round() + 1).unwrap();
    assert_eq!(electorate.electorate().len(), 3);
}

/// [STK-5] [C11] Every node reports what it saw, and one report stands in the chain: nobody pays twice for one offence.
#[test]
fn an_offence_is_reported_once() {
    let mut cluster = cluster();
    cluster.genesis.stake.slash_millionths = 10_000;
    (0..3).for_each(|node| cluster.start(node));
    cluster.start_as(3, |builder| builder.equivocating());
    cluster.wait_for(15, Duration::from_secs(90));
    let blocks = cluster.node(0).blocks();
    let mut reported = std::collections::BTreeSet::new();
    for round in 1..=blocks.head().unwrap() {
        for operation in blocks.block(round).unwrap().unwrap().body.operations {
            let Operation::Report { evidence } = operation.operation else {
                continue;
            };
            assert!(evidence.round < round);
            let place = (evidence.round, evidence.period, evidence.voter);
            assert!(reported.insert(place), "{place:?} twice");
        }
    }
    assert!(!reported.is_empty());
}
