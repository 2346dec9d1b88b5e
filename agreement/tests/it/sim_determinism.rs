//! One seed, one run.

use crate::replay::OrReplay;
use klero_agreement::committee::sampling::Digest;
use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::sim::{Behaviour, Builder, Decision, Simulation};

/// Something of everything.
fn eventful(seed: u64) -> Builder {
    let stormy = Simulation::builder().seed(seed).loss(200).duplication(200);
    let torn = stormy.partition(4_000, 9_000, &[&[0, 1], &[2, 3]]);
    torn.crash(1, 2_000, 3_500).behaviour(3, Behaviour::TwoFaced)
}

fn run(builder: Builder) -> (Digest, Vec<Decision>) {
    let mut network = builder.build().unwrap();
    network.run_until_round(6, 200_000).or_replay();
    (network.trace_hash(), network.decisions(0).to_vec())
}

#[test]
fn one_seed_gives_one_trace() {
    for seed in 0..4 {
        assert_eq!(run(eventful(seed)), run(eventful(seed)));
    }
}

#[test]
fn sampled_committees_give_one_trace_too() {
    let sampled = || {
        let builder = eventful(3).validators(30).scheme(SeatScheme::Binomial);
        builder.committee(300, 201, 100)
    };
    assert_eq!(run(sampled()), run(sampled()));
}

#[test]
fn another_seed_gives_another_trace() {
    assert_ne!(run(eventful(0)).0, run(eventful(1)).0);
}

#[test]
fn verifying_everything_from_its_bytes_changes_nothing() {
    for seed in 0..2 {
        assert_eq!(run(eventful(seed)), run(eventful(seed).verifying()));
    }
}
