//! What a round costs a node hardly depends on how many validators there are; `make scale` asks the same of 1,000 and
//! 10,000.

use crate::replay::OrReplay;
use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::sim::{Load, Simulation};

const ROUNDS: u64 = 5;
const TAU: u32 = 80;

/// Mean bytes received, bytes sent and verifications of a node in a round, where each validator is a node with eight
/// neighbours.
fn cost(validators: usize, scheme: SeatScheme) -> [u64; 3] {
    let builder = Simulation::builder()
        .nodes(validators)
        .neighbours(8)
        .scheme(scheme);
    let sampled = builder
        .committee(TAU, 55, 27)
        .seed(1)
        .hashed()
        .unchecked()
        .metered();
    let mut network = sampled.build().unwrap();
    network.run_until_round(ROUNDS, 60_000).or_replay();
    let mut sums = [0; 3];
    // Blocks of the first round have no certificate of a parent.
    let rounds = 2..=ROUNDS - 1;
    let mut count = 0;
    for Load {
        bytes_in,
        bytes_out,
        work,
        ..
    } in network.loads(rounds)
    {
        count += 1;
        for (sum, more) in sums.iter_mut().zip([*bytes_in, *bytes_out, work.total()]) {
            *sum += more;
        }
    }
    assert_eq!(count, validators as u64 * (ROUNDS - 2));
    sums.map(|sum| sum / count)
}

#[test]
fn ten_times_as_many_validators_cost_a_node_less_than_a_fifth_more() {
    let (few, many) = (cost(100, SeatScheme::Quota), cost(1_000, SeatScheme::Quota));
    for (before, after) in few.into_iter().zip(many) {
        assert!(before > 100, "{few:?}");
        assert!(after * 5 < before * 6, "{few:?}, {many:?}");
    }
}

/// The judge is awake: where everyone votes, ten times as many validators cost more than five times as much.
#[test]
fn without_sampling_the_cost_grows_with_the_network() {
    let (few, many) = (cost(30, SeatScheme::Full), cost(300, SeatScheme::Full));
    for (before, after) in few.into_iter().zip(many) {
        assert!(after > before * 5, "{few:?}, {many:?}");
    }
}
