//! A network that loses half of all messages, for a while or for ever.

use crate::replay::OrReplay;
use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::sim::Simulation;

/// [BA-11] What is sent again gets through in the end.
#[test]
fn with_half_of_all_messages_lost_rounds_go_on() {
    let mut latest = 0;
    for seed in 0..20 {
        let mut network = Simulation::builder().loss(500).seed(seed).build().unwrap();
        network.run_until_round(8, 400_000).or_replay();
        latest = network
            .decisions(0)
            .iter()
            .map(|known| known.period)
            .fold(latest, u32::max);
        assert_eq!(network.alarms(), []);
    }
    // It was no calm sea: some rounds needed later periods.
    assert!(latest > 0);
}

#[test]
fn sampled_committees_survive_half_of_all_messages_lost() {
    for seed in 0..3 {
        let sampled = Simulation::builder().validators(40).scheme(SeatScheme::Quota);
        let lossy = sampled.committee(200, 138, 68).loss(500).seed(seed);
        let mut network = lossy.build().unwrap();
        network.run_until_round(4, 400_000).or_replay();
    }
}

#[test]
fn when_nearly_everything_is_lost_nothing_breaks_and_rounds_go_on_after_it() {
    for seed in 0..10 {
        let storm = Simulation::builder().loss(950).duplication(100).calm_from(60_000);
        let mut network = storm.seed(seed).build().unwrap();
        network.run_for(60_000).or_replay();
        let highest = network.heights().into_iter().max().unwrap();
        network.run_until_round(highest + 3, 40_000).or_replay();
    }
}
