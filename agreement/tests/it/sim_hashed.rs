//! Runs for bulk: a keyed hash in the place of the cryptography, and said so wherever a run speaks.

use crate::replay::OrReplay;
use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::sim::{Behaviour, BuildError, Builder, Crypto, Simulation};

/// Something of everything.
fn eventful(seed: u64) -> Builder {
    let stormy = Simulation::builder().seed(seed).loss(200).duplication(200);
    let torn = stormy.partition(4_000, 9_000, &[&[0, 1], &[2, 3]]);
    torn.crash(1, 2_000, 3_500).behaviour(3, Behaviour::TwoFaced)
}

fn sampled() -> Builder {
    let sampled = Simulation::builder().validators(60).scheme(SeatScheme::Binomial);
    sampled.committee(400, 276, 136)
}

#[test]
fn one_seed_gives_one_trace_and_the_mode_is_in_it() {
    for seed in 0..8 {
        let trace = |builder: Builder| {
            let mut network = builder.build().unwrap();
            network.run_until_round(6, 200_000).or_replay();
            network.trace_hash()
        };
        assert_eq!(trace(eventful(seed).hashed()), trace(eventful(seed).hashed()));
        assert_ne!(trace(eventful(seed).hashed()), trace(eventful(seed)));
    }
    // Before anything has happened too.
    let trace = |builder: Builder| builder.build().unwrap().trace_hash();
    assert_ne!(
        trace(Simulation::builder().hashed()),
        trace(Simulation::builder())
    );
}

#[test]
fn sampled_committees_draw_by_the_hash_as_they_draw_by_keys() {
    for seed in 0..8 {
        let mut network = sampled().seed(seed).hashed().build().unwrap();
        network.run_until_round(10, 60_000).or_replay();
        for node in 0..4 {
            assert!(network.decisions(node).iter().all(|known| known.period == 0));
        }
    }
}

/// With other draws from round to round each of four equal nodes proposes the final block now and then.
#[test]
fn hashed_draws_favour_nobody() {
    let mut network = Simulation::builder().hashed().build().unwrap();
    network.run_until_round(200, 600_000).or_replay();
    let mut won = [0_u32; 4];
    for round in 1..=200 {
        won[network.proposer(0, round).unwrap() as usize] += 1;
    }
    // 50 each are expected; less than 25 has a chance below 1 in 10,000.
    assert!(won.iter().all(|times| *times > 25), "{won:?}");
}

#[test]
fn what_is_hashed_is_never_verified() {
    let refused = Simulation::builder().hashed().verifying().build();
    assert_eq!(refused.err(), Some(BuildError::NothingToVerify));
}

#[test]
fn a_run_and_its_failure_name_the_mode() {
    let gone = |builder: Builder| {
        let mut network = builder.stop(2, 100).stop(3, 100).build().unwrap();
        let failure = network.run_until_round(1, 1_000).unwrap_err();
        (failure, format!("{network:?}"))
    };
    let (failure, shown) = gone(Simulation::builder());
    assert_eq!(failure.crypto, Crypto::Real);
    assert!(failure.to_string().contains("real cryptography"), "{failure}");
    assert!(shown.contains("real cryptography"), "{shown}");
    let (failure, shown) = gone(Simulation::builder().hashed());
    assert_eq!(failure.crypto, Crypto::Hashed);
    assert!(failure.to_string().contains("hashed cryptography"), "{failure}");
    assert!(shown.contains("hashed cryptography"), "{shown}");
}
