//! [MOD-3] Nodes that do not propose, say nothing, or are gone: no node waits for one particular other.

use crate::replay::OrReplay;
use klero_agreement::sim::{Behaviour, Builder, Simulation, Stop};

fn rounds_go_on(make: impl Fn(Builder) -> Builder) -> u32 {
    let mut latest = 0;
    for seed in 0..10 {
        let mut network = make(Simulation::builder()).seed(seed).build().unwrap();
        network.run_until_round(8, 200_000).or_replay();
        latest = network
            .decisions(0)
            .iter()
            .map(|known| known.period)
            .fold(latest, u32::max);
    }
    latest
}

#[test]
fn with_one_proposer_of_four_rounds_go_on() {
    let latest = rounds_go_on(|builder| {
        let silent = builder.behaviour(1, Behaviour::NeverProposes);
        let silent = silent.behaviour(2, Behaviour::NeverProposes);
        silent.behaviour(3, Behaviour::NeverProposes)
    });
    // The one is not drawn in every period: a period without a proposal closes by a Next quorum for no block.
    assert!(latest > 0);
}

#[test]
fn with_one_mute_node_of_four_rounds_go_on() {
    rounds_go_on(|builder| builder.behaviour(3, Behaviour::Mute));
}

#[test]
fn with_one_node_gone_rounds_go_on() {
    rounds_go_on(|builder| builder.stop(2, 1_500));
}

#[test]
fn without_any_proposer_no_round_ends_and_nothing_breaks() {
    let mut builder = Simulation::builder().seed(1);
    for node in 0..4 {
        builder = builder.behaviour(node, Behaviour::NeverProposes);
    }
    let mut network = builder.build().unwrap();
    let failure = network.run_until_round(1, 120_000).unwrap_err();
    let stalled = Stop::Stalled {
        wanted: 1,
        heights: vec![0; 4],
    };
    assert_eq!(failure.stop, stalled);
}

/// Two of four are no quorum; when the third comes, everything goes on from where it stood.
#[test]
fn rounds_go_on_when_enough_are_back() {
    for seed in 0..10 {
        let away = Simulation::builder()
            .seed(seed)
            .crash(2, 2_500, 62_500)
            .stop(3, 2_500);
        let mut network = away.build().unwrap();
        network.run_for(62_000).or_replay();
        let stood = network.heights()[0];
        assert!((1..4).contains(&stood), "seed {seed}: {stood}");
        network.run_until_round(stood + 3, 40_000).or_replay();
    }
}
