//! [A9] [MOD-4] Members that sign two things in one role, below the threshold, on a network that delays, reorders and
//! loses messages besides.

use crate::replay::OrReplay;
use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::sim::{Behaviour, Builder, Simulation};

const LIES: [Behaviour; 3] = [Behaviour::Equivocating, Behaviour::TwoBlocks, Behaviour::TwoFaced];

fn rounds_go_on(make: impl Fn(Builder) -> Builder) {
    for seed in 0..10 {
        let mut network = make(Simulation::builder()).seed(seed).build().unwrap();
        network.run_until_round(8, 300_000).or_replay();
        // [BA-13] Equivocation alone halts nothing.
        assert_eq!(network.alarms(), [], "seed {seed}");
    }
}

#[test]
fn one_liar_of_four_forks_and_stops_nothing() {
    for lie in LIES {
        rounds_go_on(|builder| builder.behaviour(3, lie));
    }
}

#[test]
fn one_liar_of_four_and_loss_fork_and_stop_nothing() {
    for lie in LIES {
        rounds_go_on(|builder| builder.behaviour(3, lie).loss(250).duplication(100));
    }
}

#[test]
fn one_liar_of_four_between_two_halves_forks_nothing() {
    for lie in LIES {
        rounds_go_on(|builder| {
            builder
                .behaviour(3, lie)
                .partition(0, 20_000, &[&[0, 2, 3], &[1, 3]])
        });
    }
}

#[test]
fn two_liars_of_seven_fork_and_stop_nothing() {
    rounds_go_on(|builder| {
        let seven = builder.nodes(7).behaviour(0, Behaviour::TwoFaced);
        seven.behaviour(1, Behaviour::TwoFaced).loss(100)
    });
}

#[test]
fn a_liar_in_sampled_committees_forks_and_stops_nothing() {
    for seed in 0..3 {
        let sampled = Simulation::builder()
            .nodes(5)
            .validators(40)
            .scheme(SeatScheme::Quota);
        let lying = sampled.committee(300, 222, 111).behaviour(4, Behaviour::TwoFaced);
        let mut network = lying.loss(100).seed(seed).build().unwrap();
        network.run_until_round(5, 300_000).or_replay();
        assert_eq!(network.alarms(), []);
    }
}

/// Two processes with one set of keys, each in another half of the network.
#[test]
fn one_twin_of_four_forks_nothing() {
    rounds_go_on(|builder| builder.twin(3).partition(0, 20_000, &[&[0, 2, 3], &[1, 4]]));
    rounds_go_on(|builder| {
        builder
            .twin(3)
            .partition(2_500, 20_000, &[&[0, 3], &[1, 2, 4]])
            .loss(200)
    });
}
