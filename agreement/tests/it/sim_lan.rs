//! How long rounds take on a quiet local network.

use crate::replay::OrReplay;
use klero_agreement::sim::Simulation;

const ROUNDS: u64 = 20;

/// [BA-12] Once the filter time is learned, a round takes its messages' delays and little more: a proposer may
/// begin one delay late, its proposal takes another and is waited for as long again, then come Soft and Cert
/// votes, with a millisecond or two for each node on the way. One round that waits for a deadline takes seconds.
#[test]
fn rounds_take_little_more_than_the_delays_of_the_network() {
    for delay in [1, 3, 7, 20, 100] {
        for seed in 0..10 {
            let network = Simulation::builder().delay(delay, delay).seed(seed);
            let mut network = network.build().unwrap();
            network.run_until_round(12, 60_000).or_replay();
            let took = network.run_until_round(12 + ROUNDS, 60_000).or_replay();
            let most = ROUNDS * (6 * delay + 20);
            assert!(took <= most, "{delay} ms, seed {seed}: {took} of {most}");
        }
    }
}
