//! Rounds on a network that loses nothing, under every kind of committee.

use crate::replay::OrReplay;
use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::sim::{Builder, Simulation};

fn runs_in_first_periods(make: impl Fn(u64) -> Builder, rounds: u64) {
    for seed in 0..6 {
        let mut network = make(seed).seed(seed).build().unwrap();
        network.run_until_round(rounds, 60_000).or_replay();
        for node in 0..4 {
            let decisions = network.decisions(node);
            assert!(decisions.iter().all(|known| known.period == 0), "seed {seed}");
        }
        assert_eq!(network.alarms(), []);
    }
}

#[test]
fn four_equal_members_decide_every_round_in_its_first_period() {
    runs_in_first_periods(|_| Simulation::builder(), 20);
}

#[test]
fn quota_committees_decide_every_round_in_its_first_period() {
    let make = |_| {
        let sampled = Simulation::builder().validators(40).scheme(SeatScheme::Quota);
        sampled.committee(200, 138, 68)
    };
    runs_in_first_periods(make, 6);
}

#[test]
fn binomial_committees_decide_every_round_in_its_first_period() {
    let make = |_| {
        let sampled = Simulation::builder().validators(40).scheme(SeatScheme::Binomial);
        sampled.committee(400, 276, 136)
    };
    runs_in_first_periods(make, 6);
}

#[test]
fn repetition_and_reordering_change_nothing() {
    runs_in_first_periods(|_| Simulation::builder().delay(1, 200).duplication(300), 10);
}

#[test]
fn all_nodes_hold_the_same_blocks() {
    let mut network = Simulation::builder().nodes(7).seed(1).build().unwrap();
    network.run_until_round(10, 60_000).or_replay();
    for round in 1..=10 {
        let block = network.block(0, round);
        assert!(block.is_some());
        for node in 1..7 {
            assert_eq!(network.block(node, round), block);
        }
    }
}

/// [BA-12] Once proposals were seen to come quickly, nobody waits a second for them.
#[test]
fn the_filter_time_adapts_to_the_network() {
    let mut network = Simulation::builder().seed(2).build().unwrap();
    let unmeasured = network.run_until_round(1, 60_000).or_replay();
    network.run_until_round(20, 60_000).or_replay();
    let measured = network.run_until_round(21, 60_000).or_replay();
    assert!(unmeasured > 1_000, "{unmeasured}");
    assert!(measured < 500, "{measured}");
}
