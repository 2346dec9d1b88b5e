//! Two blocks, and votes for both of them.

use crate::replay::OrReplay;
use klero_agreement::committee::Step;
use klero_agreement::sim::Behaviour;

use super::{MUCH, beside, rounds_go_on_beside};

#[test]
fn rounds_go_on_beside_the_two_faced() {
    rounds_go_on_beside(Behaviour::TwoFaced, MUCH);
}

/// Between two halves that hear only it, the adversary has the best of chances, and does not fork them.
#[test]
fn two_halves_joined_by_the_two_faced_do_not_fork() {
    for seed in 0..10 {
        let torn = beside(Behaviour::TwoFaced, 7, 2).partition(0, 20_000, &[&[0, 2, 5, 6], &[1, 3, 4, 5, 6]]);
        let mut network = torn.seed(seed).build().unwrap();
        network.run_for(20_000).or_replay();
        network.promise_progress(10, MUCH);
        network.run_until_kept().or_replay();
        assert_eq!(network.alarms(), [], "seed {seed}");
    }
}

#[test]
fn it_is_convicted_of_proposals_and_of_votes() {
    let mut network = beside(Behaviour::TwoFaced, 4, 1).seed(1).build().unwrap();
    network.run_until_round(20, 200_000).or_replay();
    for node in 0..3 {
        for step in [Step::Propose, Step::Soft, Step::Cert, Step::Next(0)] {
            assert!(
                network.evidence(node).any(|(role, _)| role.step == step),
                "{node} {step:?}"
            );
        }
    }
}
