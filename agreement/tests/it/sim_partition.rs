//! Parts of the network that cannot hear each other for twenty seconds.

use crate::replay::OrReplay;
use klero_agreement::sim::{Builder, Simulation};

const BEGINS: u64 = 3_000;
const ENDS: u64 = 23_000;

/// Runs into the cut and to its end; with the heights shortly after it began and at its end.
fn through_the_cut(builder: Builder) -> (Simulation, Vec<u64>, Vec<u64>) {
    let mut network = builder.build().unwrap();
    // What was under way when the cut began has arrived by then.
    network.run_for(BEGINS + 200).or_replay();
    let early = network.heights();
    network.run_for(ENDS - BEGINS - 200).or_replay();
    let late = network.heights();
    (network, early, late)
}

/// [MOD-1] [MOD-2] Neither half can decide alone, and both go on together as soon as they hear each other.
#[test]
fn two_of_four_cut_off_for_twenty_seconds_come_back() {
    for seed in 0..20 {
        let cut = Simulation::builder().partition(BEGINS, ENDS, &[&[0, 1], &[2, 3]]);
        let (mut network, early, late) = through_the_cut(cut.seed(seed));
        assert_eq!(early, late, "seed {seed}");
        let highest = late.into_iter().max().unwrap();
        network.run_until_round(highest + 5, 40_000).or_replay();
        for round in 1..=highest + 5 {
            let blocks: Vec<_> = (0..4).map(|node| network.block(node, round)).collect();
            assert!(blocks[0].is_some());
            assert_eq!(blocks, [blocks[0]; 4]);
        }
    }
}

#[test]
fn three_of_four_go_on_and_the_fourth_catches_up() {
    for seed in 0..6 {
        let cut = Simulation::builder().partition(BEGINS, ENDS, &[&[0], &[1, 2, 3]]);
        let (mut network, early, late) = through_the_cut(cut.seed(seed));
        assert_eq!(early[0], late[0]);
        assert!(late[1] > early[1] + 3);
        network.run_until_round(late[1], 20_000).or_replay();
    }
}

#[test]
fn four_that_hear_nobody_meet_again() {
    for seed in 0..10 {
        let cut = Simulation::builder().partition(BEGINS, ENDS, &[]);
        let (mut network, early, late) = through_the_cut(cut.seed(seed));
        assert_eq!(early, late);
        let highest = late.into_iter().max().unwrap();
        network.run_until_round(highest + 3, 40_000).or_replay();
    }
}

/// [BA-10] However far the parts have drifted apart in k, the cap and catching up bound the time to the next
/// block.
#[test]
fn recovery_takes_no_longer_after_a_longer_cut() {
    for length in [20_000, 200_000, 2_000_000] {
        for seed in 0..4 {
            let cut = Simulation::builder().partition(BEGINS, BEGINS + length, &[&[0, 1], &[2, 3]]);
            let mut network = cut.seed(seed).build().unwrap();
            network.run_for(BEGINS + length).or_replay();
            let highest = network.heights().into_iter().max().unwrap();
            network.run_until_round(highest + 1, 30_000).or_replay();
        }
    }
}

/// [BA-10] Who reached the last step stays in it and goes on sending again.
#[test]
fn parts_that_ran_out_of_steps_meet_again() {
    for seed in 0..6 {
        let cut = Simulation::builder().partition(BEGINS, 200_000, &[&[0], &[1], &[2, 3]]);
        let mut network = cut.k_max(2).seed(seed).build().unwrap();
        network.run_for(200_000).or_replay();
        let highest = network.heights().into_iter().max().unwrap();
        network.run_until_round(highest + 2, 60_000).or_replay();
    }
}

#[test]
fn who_is_heard_by_some_only_is_heard_through_them() {
    for seed in 0..6 {
        let deaf = Simulation::builder()
            .one_way(0, u64::MAX, 0, 1)
            .one_way(0, u64::MAX, 2, 0);
        let mut network = deaf.seed(seed).build().unwrap();
        network.run_until_round(8, 60_000).or_replay();
    }
}
