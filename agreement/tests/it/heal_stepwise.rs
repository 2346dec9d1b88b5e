//! Partitions that heal step by step: four parts, three, two, one.

use crate::replay::OrReplay;
use klero_agreement::sim::{Builder, Simulation};

const BEGINS: u64 = 3_000;
const JOINS: [u64; 3] = [20_000, 40_000, 60_000];
/// As after any partition: the default `step_cap` and 4 seconds.
const BOUND: u64 = 8_000 + 4_000;

fn torn(nodes: usize, groups: &[&[usize]], seed: u64) -> Builder {
    let builder = Simulation::builder().nodes(nodes).hashed().seed(seed);
    builder.heal_stepwise(BEGINS, groups, &JOINS)
}

/// [BA-10] [BA-11] Parts that met one after the other agree when the last has come, as soon as if all had met at once.
/// Before that two of eight are no quorum, nor are four.
#[test]
fn four_parts_of_eight_join_one_by_one_and_go_on() {
    for seed in 0..20 {
        let groups: [&[usize]; 4] = [&[0, 1], &[2, 3], &[4, 5], &[6, 7]];
        let mut network = torn(8, &groups, seed).build().unwrap();
        network.run_for(BEGINS + 200).or_replay();
        let before = network.heights();
        network.run_for(JOINS[1] - network.now()).or_replay();
        assert_eq!(network.heights(), before, "seed {seed}");
        // Now six of eight hear each other.
        network.run_for(JOINS[2] - network.now()).or_replay();
        network.promise_progress(1, BOUND);
        network.run_until_kept().or_replay();
    }
}

/// The part that grows to a quorum goes on before the network is whole, and the rest catches up.
#[test]
fn a_part_that_becomes_a_quorum_goes_on_before_the_rest() {
    for seed in 0..10 {
        let groups: [&[usize]; 4] = [&[0], &[1], &[2, 3], &[4, 5, 6]];
        let mut network = torn(7, &groups, seed).build().unwrap();
        network.run_for(JOINS[0]).or_replay();
        let before = network.heights();
        // Five of seven from here on.
        network.run_for(JOINS[1] - JOINS[0]).or_replay();
        let heights = network.heights();
        assert!(
            heights[2..].iter().all(|height| *height > before[2] + 5),
            "seed {seed}: {heights:?}"
        );
        assert_eq!(heights[..2], before[..2], "seed {seed}");
        network.run_for(JOINS[2] - JOINS[1]).or_replay();
        network.promise_progress(3, 2 * BOUND);
        network.run_until_kept().or_replay();
    }
}

/// With fewer times than parts, what has not joined stays apart.
#[test]
fn what_has_no_time_to_join_stays_apart() {
    let builder = Simulation::builder().hashed().seed(1);
    let mut network = builder
        .heal_stepwise(0, &[&[0], &[1], &[2, 3]], &[10_000])
        .build()
        .unwrap();
    network.run_for(60_000).or_replay();
    assert_eq!(network.heights()[0], 0);
    assert!(network.heights()[1..].iter().all(|height| *height > 10));
}
