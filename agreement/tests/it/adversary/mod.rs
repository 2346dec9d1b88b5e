//! Adversaries below a third of the stake: each does what it is named for, forks nothing, and rounds go on beside it.

use klero_agreement::sim::{Behaviour, Builder, Simulation};

/// Nodes, and how many of them are the adversary's: the most that less than a third of the stake allows.
const NETWORKS: [(usize, usize); 3] = [(4, 1), (7, 2), (10, 3)];
const ROUNDS: u64 = 20;
const SEEDS: u64 = 10;

/// A network whose last nodes behave like this.
fn beside(behaviour: Behaviour, nodes: usize, bad: usize) -> Builder {
    let builder = Simulation::builder().nodes(nodes).hashed();
    (nodes - bad..nodes).fold(builder, |builder, node| builder.behaviour(node, behaviour))
}

/// Asserts that beside this adversary every honest node finalizes twenty rounds in so many virtual milliseconds, in
/// each of the networks under each seed, and that nobody raises the alarm. A fork, or anything else that is promised,
/// ends a run.
fn rounds_go_on_beside(behaviour: Behaviour, within: u64) {
    for (nodes, bad) in NETWORKS {
        let mut slowest = 0;
        let begun = std::time::Instant::now();
        for seed in 0..SEEDS {
            let mut network = beside(behaviour, nodes, bad).seed(seed).build().unwrap();
            let took = network.run_until_round(ROUNDS, within).unwrap();
            assert_eq!(network.alarms(), [], "seed {seed}");
            slowest = slowest.max(took);
        }
        println!(
            "{behaviour:?} {bad} of {nodes}: {slowest} ms, wall {:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn probe() {
    for behaviour in [Behaviour::Honest].into_iter().chain(Behaviour::ADVERSARIES) {
        rounds_go_on_beside(behaviour, 600_000);
    }
    rounds_go_on_beside(Behaviour::Withholding { victims: 1 }, 600_000);
    rounds_go_on_beside(Behaviour::Withholding { victims: 3 }, 600_000);
}
