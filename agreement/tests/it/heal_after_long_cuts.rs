//! [BA-10] [BA-12] However long parts of a network could not hear each other, they finalize again within `step_cap`
//! and 4 seconds of healing: 100 of 100 seeds for each way in which they were apart.

use crate::replay::OrReplay;
use klero_agreement::sim::{Builder, Simulation};

/// The default `step_cap` and 4 seconds.
const BOUND: u64 = 8_000 + 4_000;
const BEGINS: u64 = 3_000;
const TEN_MINUTES: u64 = 600_000;
const FIFTEEN_MINUTES: u64 = 900_000;

/// Runs until the network is whole at `heals`, and asserts that every node then finalizes what none had before.
fn heals_in_time(heals: u64, make: impl Fn() -> Builder) {
    for seed in 0..100 {
        let mut network = make().seed(seed).hashed().build().unwrap();
        network.run_for(heals).or_replay();
        let highest = network.heights().into_iter().max().unwrap();
        let took = network.run_until_round(highest + 1, 2 * BOUND).or_replay();
        assert!(took <= BOUND, "seed {seed}: {took} ms");
        assert_eq!(network.alarms(), [], "seed {seed}");
    }
}

fn cut_for_ten_minutes(nodes: usize, groups: &[&[usize]]) {
    let ends = BEGINS + TEN_MINUTES;
    heals_in_time(ends, || {
        Simulation::builder().nodes(nodes).partition(BEGINS, ends, groups)
    });
}

#[test]
fn four_nodes_cut_in_two() {
    cut_for_ten_minutes(4, &[&[0, 1], &[2, 3]]);
}

#[test]
fn seven_nodes_cut_in_two() {
    cut_for_ten_minutes(7, &[&[0, 1, 2, 3], &[4, 5, 6]]);
}

#[test]
fn four_nodes_cut_in_four() {
    cut_for_ten_minutes(4, &[]);
}

#[test]
fn eight_nodes_cut_in_four() {
    cut_for_ten_minutes(8, &[&[0, 1], &[2, 3], &[4, 5], &[6, 7]]);
}

/// Three of four are a quorum: the network is whole when the third comes.
#[test]
fn four_nodes_entered_one_after_the_other_fifteen_minutes_apart() {
    let whole = 2 * FIFTEEN_MINUTES;
    heals_in_time(whole, || {
        let second = Simulation::builder().starts(1, FIFTEEN_MINUTES);
        second.starts(2, whole).starts(3, whole)
    });
}

#[test]
fn two_halves_entered_fifteen_minutes_apart() {
    heals_in_time(FIFTEEN_MINUTES, || {
        let half = Simulation::builder().starts(2, FIFTEEN_MINUTES);
        half.starts(3, FIFTEEN_MINUTES)
    });
}
