//! [BA-9] Nodes that stop at any moment and start again from what their log holds: none breaks its word.

use crate::replay::OrReplay;
use klero_agreement::sim::{Behaviour, Builder, Simulation};

/// Some number below `below` that follows from seed and purpose.
fn pick(seed: u64, purpose: u64, below: u64) -> u64 {
    let mixed = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ purpose.wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    (mixed >> 17) % below
}

/// Every node crashes four times, at moments of its own.
fn crashing(seed: u64, builder: Builder) -> Builder {
    let mut builder = builder.seed(seed);
    for node in 0..4 {
        for turn in 0..4 {
            let at = turn * 8_000 + pick(seed, node * 10 + turn, 6_000);
            let away = 1 + pick(seed, 100 + node * 10 + turn, 1_900);
            builder = builder.crash(node as usize, at, at + away);
        }
    }
    builder
}

fn goes_on_after(seed: u64, builder: Builder) {
    let mut network = builder.build().unwrap();
    network.run_for(32_000).or_replay();
    let highest = network.heights().into_iter().max().unwrap();
    network.run_until_round(highest + 5, 60_000).or_replay();
    assert_eq!(network.alarms(), [], "seed {seed}");
}

#[test]
fn nodes_that_crash_now_and_then_keep_their_word() {
    for seed in 0..20 {
        goes_on_after(seed, crashing(seed, Simulation::builder()));
    }
}

#[test]
fn crashes_and_loss_together_break_nothing() {
    for seed in 0..20 {
        let lossy = Simulation::builder().loss(300).duplication(100).calm_from(32_000);
        goes_on_after(seed, crashing(seed, lossy));
    }
}

#[test]
fn crashes_beside_a_liar_break_nothing() {
    for seed in 0..20 {
        let lossy = Simulation::builder().loss(200).calm_from(32_000);
        let lying = lossy.behaviour(3, Behaviour::TwoFaced);
        let mut network = crashing(seed, lying).build().unwrap();
        network.run_for(32_000).or_replay();
        let highest = network.heights().into_iter().max().unwrap();
        network.run_until_round(highest + 5, 60_000).or_replay();
    }
}

#[test]
fn all_nodes_may_crash_at_one_moment() {
    for seed in 0..20 {
        let at = 500 + pick(seed, 1, 4_000);
        let mut builder = Simulation::builder().seed(seed).loss(200).calm_from(at);
        for node in 0..4 {
            builder = builder.crash(node, at, at + 3_000);
        }
        let mut network = builder.build().unwrap();
        network.run_until_round(6, 90_000).or_replay();
    }
}

#[test]
fn who_was_away_catches_up() {
    for seed in 0..6 {
        let away = Simulation::builder().seed(seed).crash(1, 1_200, 21_200);
        let mut network = away.build().unwrap();
        network.run_for(21_000).or_replay();
        let heights = network.heights();
        assert!(heights[1] + 5 < heights[0], "{heights:?}");
        network.run_until_round(heights[0], 10_000).or_replay();
    }
}
