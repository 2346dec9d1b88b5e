//! The oracle sees what it is there to see: runs in which a promise must break end with that breach.

use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::sim::{Breach, Builder, Failure, Simulation, Stop};

const HALVES: [&[usize]; 2] = [&[0, 1], &[2, 3]];

fn failure(builder: Builder) -> Option<Failure> {
    let mut network = builder.build().unwrap();
    network.run_until_round(8, 120_000).err()
}

fn is_fork(failure: &Failure) -> bool {
    matches!(failure.stop, Stop::Breach(Breach::Fork { .. }))
}

/// A threshold of a third lets each half decide alone.
#[test]
fn a_threshold_that_is_too_low_is_seen_to_fork() {
    for seed in 0..6 {
        let weak = Simulation::builder()
            .scheme(SeatScheme::Quota)
            .committee(100, 34, 20);
        let failure = failure(weak.partition(0, 60_000, &HALVES).seed(seed)).unwrap();
        assert!(is_fork(&failure), "{failure}");
        assert_eq!(failure.seed, seed);
    }
}

/// Half of the stake speaks to each part of the network in another voice.
#[test]
fn two_twins_of_four_are_seen_to_fork() {
    for seed in 0..6 {
        let doubled = Simulation::builder().twin(2).twin(3);
        let torn = doubled.partition(0, 60_000, &[&[0, 2, 3], &[1, 4, 5]]);
        let failure = failure(torn.seed(seed)).unwrap();
        assert!(is_fork(&failure), "{failure}");
    }
}

/// [BA-9] A node that loses its log speaks twice in one role sooner or later. With the log it never does, at the
/// same moments of the same runs.
#[test]
fn a_node_without_its_log_is_seen_to_break_its_word() {
    let run = |seed, forgets| {
        let mut builder = Simulation::builder().seed(seed).loss(400);
        for turn in 0..20 {
            let at = 1_500 + turn * 4_700;
            let restart = at + 10;
            builder = if forgets {
                builder.forget(1, at, restart)
            } else {
                builder.crash(1, at, restart)
            };
        }
        failure(builder)
    };
    let broke_its_word = |failure: Option<Failure>| {
        matches!(
            failure.map(|failure| failure.stop),
            Some(Stop::Breach(Breach::TwoValues { node: 1, .. }))
        )
    };
    let seeds = 0..20;
    let broken = seeds
        .clone()
        .filter(|seed| broke_its_word(run(*seed, true)))
        .count();
    assert!(broken > 0);
    for seed in seeds {
        assert_eq!(run(seed, false), None);
    }
}

#[test]
fn a_network_without_a_quorum_is_seen_to_stall() {
    let gone = Simulation::builder().stop(2, 100).stop(3, 100);
    let failure = failure(gone).unwrap();
    let stalled = Stop::Stalled {
        wanted: 8,
        heights: vec![0; 4],
    };
    assert_eq!(failure.stop, stalled);
}

/// A failure ends the run for good.
#[test]
fn after_a_breach_nothing_runs() {
    let weak = Simulation::builder()
        .scheme(SeatScheme::Quota)
        .committee(100, 34, 20);
    let mut network = weak.partition(0, 60_000, &HALVES).build().unwrap();
    let first = network.run_until_round(8, 120_000).unwrap_err();
    assert_eq!(network.run_for(1_000), Err(first.clone()));
    assert_eq!(network.run_until_round(1, 1_000), Err(first));
}
