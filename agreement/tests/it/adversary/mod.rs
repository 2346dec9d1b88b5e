//! Adversaries below a third of the stake: each does what it is named for, forks nothing, and rounds go on beside it.

mod delaying;
mod equivocating;
mod far_rounds;
mod replaying;
mod seed_choosing;
mod silent;
mod two_blocks;
mod two_faced;
mod withholding;

use crate::replay::OrReplay;
use std::sync::{Arc, Mutex, PoisonError};

use klero_agreement::sim::{Behaviour, Builder, Fate, Letter, Simulation};

/// Nodes, and how many of them are the adversary's: the most that less than a third of the stake allows.
const NETWORKS: [(usize, usize); 3] = [(4, 1), (7, 2), (10, 3)];
const ROUNDS: u64 = 20;
const SEEDS: u64 = 4;
/// Twenty rounds take some ten seconds. Who costs a period now and then may add this much …
const LITTLE: u64 = 40_000;
/// … and who costs one of five seconds in each round that he wins, this much.
const MUCH: u64 = 130_000;

/// A network whose last nodes behave like this.
fn beside(behaviour: Behaviour, nodes: usize, bad: usize) -> Builder {
    let builder = Simulation::builder().nodes(nodes).hashed();
    (nodes - bad..nodes).fold(builder, |builder, node| builder.behaviour(node, behaviour))
}

/// Asserts that beside this adversary every honest node finalizes twenty rounds in so many virtual milliseconds, in
/// each of the networks under each seed, with a network that loses nothing and with one that does, and that nobody
/// raises the alarm. A fork, or anything else that the oracle watches, ends a run.
fn rounds_go_on_beside(behaviour: Behaviour, within: u64) {
    for (nodes, bad) in NETWORKS {
        for seed in 0..SEEDS {
            for loss in [0, 100] {
                let calm = beside(behaviour, nodes, bad).seed(seed);
                let mut network = calm.loss(loss).duplication(loss).build().unwrap();
                network.promise_progress(ROUNDS, if loss == 0 { within } else { 2 * within });
                network.run_until_kept().or_replay();
                assert_eq!(network.alarms(), [], "seed {seed}");
            }
        }
    }
}

/// Every message that a network sends, in order.
#[derive(Debug, Clone, Default)]
struct Letters(Arc<Mutex<Vec<Letter>>>);

impl Letters {
    /// The network, with all its messages noted here.
    fn of(&self, builder: Builder) -> Builder {
        let all = Arc::clone(&self.0);
        builder.rule(move |letter| {
            all.lock().unwrap_or_else(PoisonError::into_inner).push(*letter);
            Fate::Usual
        })
    }

    /// The messages of one node.
    fn from(&self, node: usize) -> Vec<Letter> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|letter| letter.from == node).copied().collect()
    }
}
