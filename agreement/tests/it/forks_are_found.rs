//! [RISK-2] The oracle finds forks where the committees allow them, and nowhere else.
//!
//! An adversary that equivocates whenever it is sampled: each of its nodes has a twin with the same keys. Again and again
//! the network falls into halves, with the same honest stake and with all of the adversary's keys in each. Both
//! halves have a quorum only if H + 2A ≥ 2T. Of 200 expected seats, T being 138, with the adversary's share a that is
//! 200·(1 + a) ≥ 276 on average: a = 0.38. By quota the seats that 60 equal accounts draw deviate by less than 7
//! from this sum's average, which is 280 at a = 0.4, 240 at 0.2 and 220 at 0.1.

use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::sim::{Breach, Simulation, Stop};

const NODES: usize = 10;
const VALIDATORS: usize = 60;
/// Every so many milliseconds the network falls apart, and for how many.
const EVERY: u64 = 15_000;
const APART: u64 = 7_000;
/// How long an attack lasts.
const TIME: u64 = 60_000;

/// What an attack came to.
struct Attack {
    /// The round of the fork, if there was one.
    fork: Option<u64>,
    /// The last round that is final anywhere.
    rounds: u64,
    /// In how many roles two values were voted for.
    split: usize,
}

/// Attacks; of ten nodes with the same stake so many are the adversary's.
fn attack(adversaries: usize, seed: u64) -> Attack {
    let honest = NODES - adversaries;
    let side = |odd: usize, liars: std::ops::Range<usize>| -> Vec<usize> {
        (0..honest).filter(|node| node % 2 == odd).chain(liars).collect()
    };
    let twins = NODES..NODES + adversaries;
    let (even, odd) = (side(0, honest..NODES), side(1, twins));
    let alone = Simulation::builder()
        .nodes(NODES)
        .stakes([1_000; VALIDATORS])
        .scheme(SeatScheme::Quota)
        .committee(200, 138, 69)
        .hashed()
        .unchecked()
        .seed(seed);
    let mut builder = (honest..NODES).fold(alone, |builder, node| builder.twin(node));
    for begins in (0..TIME).step_by(EVERY as usize) {
        builder = builder.partition(begins, begins + APART, &[&even, &odd]);
    }
    let mut network = builder.build().unwrap();
    let fork = match network.run_for(TIME).map_err(|failure| failure.stop) {
        Ok(()) => None,
        Err(Stop::Breach(Breach::Fork { round, .. })) => Some(round),
        Err(other) => panic!("seed {seed}: {other}"),
    };
    let outcomes: Vec<_> = network.outcomes().collect();
    let pairs = outcomes.windows(2);
    Attack {
        fork,
        rounds: network.heights().into_iter().max().unwrap(),
        split: pairs.filter(|pair| pair[0].role == pair[1].role).count(),
    }
}

/// Each half has three honest nodes, without which none of its quorums would be one.
#[test]
fn forty_percent_that_equivocate_fork_the_chain() {
    let mut rounds = 0;
    for seed in 0..4 {
        let attack = attack(4, seed);
        assert!(
            attack.fork.is_some(),
            "seed {seed}: none in {} rounds",
            attack.rounds
        );
        rounds += attack.rounds;
    }
    assert!(rounds < 50, "{rounds}");
}

/// Ten times as many rounds.
#[test]
fn twenty_percent_that_equivocate_fork_nothing() {
    let (mut rounds, mut split) = (0, 0);
    for (adversaries, seed) in [(1, 0), (1, 1), (2, 0), (2, 1), (2, 2)] {
        let attack = attack(adversaries, seed);
        assert_eq!(attack.fork, None, "{adversaries} of {NODES}, seed {seed}");
        (rounds, split) = (rounds + attack.rounds, split + attack.split);
    }
    // Not for want of two values to sign.
    assert!(
        rounds >= 500 && split > 0,
        "{rounds} rounds, {split} roles with two values"
    );
}
