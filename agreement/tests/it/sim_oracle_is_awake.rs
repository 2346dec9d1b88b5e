//! The oracle sees what it is there to see: runs in which a promise must break end with that breach. What no run can
//! break because the product stands before it is told to the oracle directly.

use crate::replay::OrReplay;
use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::sim::{Behaviour, Breach, Builder, Failure, Oracle, Simulation, Stop};

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

/// A block of a round as bytes.
const BLOCK: [u8; 32] = [7; 32];
const OTHER: [u8; 32] = [8; 32];

/// Nodes 0 to 2 each hold the keys of the validator of their number, and node 0 proposed a block in round 1.
fn oracle() -> Oracle {
    let mut oracle = Oracle::default();
    for node in 0..3 {
        oracle.holds(node, node as u32);
    }
    oracle.proposed(0, 1, BLOCK);
    oracle
}

#[test]
fn it_approves_what_is_right() {
    let mut oracle = oracle();
    oracle.proposed(1, 2, OTHER);
    for node in 0..3 {
        assert_eq!(oracle.decided(node, 1, BLOCK, 0), Ok(()));
        assert_eq!(oracle.decided(node, 2, OTHER, 1), Ok(()));
        assert_eq!(oracle.height(node), 2);
    }
}

#[test]
fn two_blocks_in_one_round_are_a_fork() {
    let mut oracle = oracle();
    oracle.proposed(1, 1, OTHER);
    assert_eq!(oracle.decided(2, 1, OTHER, 1), Ok(()));
    let (round, first, second) = (1, 2, 0);
    let fork = Breach::Fork { round, first, second };
    assert_eq!(oracle.decided(0, 1, BLOCK, 0), Err(fork));
}

#[test]
fn a_round_is_not_skipped_and_not_repeated() {
    for (done, found, expected) in [(0, 2, 1), (1, 1, 2), (1, 3, 2)] {
        let mut oracle = oracle();
        for round in 1..=done {
            assert_eq!(oracle.decided(0, round, BLOCK, 0), Ok(()));
        }
        let node = 0;
        let gap = Breach::Gap {
            node,
            expected,
            found,
        };
        assert_eq!(oracle.decided(0, found, BLOCK, 0), Err(gap));
    }
}

#[test]
fn what_nobody_proposed_in_the_round_is_not_final() {
    let unproposed = |node, round| Err(Breach::Unproposed { node, round });
    assert_eq!(oracle().decided(1, 1, OTHER, 0), unproposed(1, 1));
    // Nor is a block of another round.
    let mut oracle = oracle();
    assert_eq!(oracle.decided(2, 1, BLOCK, 0), Ok(()));
    assert_eq!(oracle.decided(2, 2, BLOCK, 0), unproposed(2, 2));
}

#[test]
fn a_block_that_names_an_honest_node_was_proposed_by_it() {
    let framed = Breach::Framed {
        node: 2,
        round: 1,
        author: 1,
    };
    assert_eq!(oracle().decided(2, 1, BLOCK, 1), Err(framed));
    // A liar may have let others speak for it.
    let mut lying = oracle();
    lying.lies(1);
    assert_eq!(lying.decided(2, 1, BLOCK, 1), Ok(()));
    // Of two that hold the same keys either may have proposed it.
    let mut twins = oracle();
    twins.holds(0, 1);
    assert_eq!(twins.decided(2, 1, BLOCK, 1), Ok(()));
}

#[test]
fn two_values_in_one_place_break_the_word() {
    let mut oracle = oracle();
    let (place, later) = ((1, 0, [2, 0, 0, 0, 0]), (1, 1, [2, 0, 0, 0, 0]));
    assert_eq!(oracle.spoke(0, place, [1; 33]), Ok(()));
    assert_eq!(oracle.spoke(0, place, [1; 33]), Ok(()));
    assert_eq!(oracle.spoke(1, place, [2; 33]), Ok(()));
    assert_eq!(oracle.spoke(0, later, [2; 33]), Ok(()));
    let broken = Breach::TwoValues { node: 0, round: 1 };
    assert_eq!(oracle.spoke(0, place, [2; 33]), Err(broken));
}

#[test]
fn who_is_late_is_named() {
    let mut oracle = oracle();
    oracle.promise_progress(&[0, 1, 2], 1, 5_000);
    assert_eq!(oracle.decided(0, 1, BLOCK, 0), Ok(()));
    assert_eq!(oracle.awaits(), Some(5_000));
    assert_eq!(oracle.time(5_000), Ok(()));
    let late = Breach::Late {
        node: 1,
        promised: 1,
        reached: 0,
        deadline: 5_000,
    };
    assert_eq!(oracle.time(5_001), Err(late));
    let text = late.to_string();
    assert_eq!(
        text,
        "node 1 was to finalize round 1 by 5000 ms and has finalized round 0"
    );
    // Who is gone owes nothing; who decides in time has kept the promise.
    oracle.gone(1);
    assert_eq!(oracle.decided(2, 1, BLOCK, 0), Ok(()));
    assert_eq!((oracle.time(5_001), oracle.awaits()), (Ok(()), None));
}

/// The same in runs: with two of four mute nothing is decided, and with one everything in time.
#[test]
fn a_network_that_breaks_the_promise_of_progress_is_late() {
    let run = |mute: usize| {
        let builder = Simulation::builder().hashed();
        let builder = (0..mute).fold(builder, |builder, node| builder.behaviour(node, Behaviour::Mute));
        let mut network = builder.build().unwrap();
        network.run_for(100).or_replay();
        network.promise_progress(5, 60_000);
        network.run_until_kept()
    };
    let failure = run(2).unwrap_err();
    let late = Breach::Late {
        node: 2,
        promised: 5,
        reached: 0,
        deadline: 60_100,
    };
    assert_eq!(failure.stop, Stop::Breach(late));
    assert!(run(1).unwrap() < 60_000);
    assert!(run(0).unwrap() < 30_000);
}
