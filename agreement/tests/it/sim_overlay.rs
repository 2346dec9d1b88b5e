//! Networks in which a node speaks to a few neighbours, and hears of all others through them.

use crate::replay::OrReplay;
use klero_agreement::committee::sampling::{Digest, SeatScheme};
use klero_agreement::sim::{Behaviour, Builder, Decision, Load, Simulation};

fn sparse(nodes: usize, seed: u64) -> Builder {
    Simulation::builder().nodes(nodes).neighbours(4).seed(seed)
}

fn run(builder: Builder) -> (Digest, Vec<Decision>) {
    let mut network = builder.build().unwrap();
    network.run_until_round(5, 300_000).or_replay();
    (network.trace_hash(), network.decisions(0).to_vec())
}

/// Something of everything.
fn eventful(seed: u64) -> Builder {
    let stormy = sparse(12, seed).loss(200).duplication(200).calm_from(12_000);
    let torn = stormy.partition(4_000, 9_000, &[&[0, 1, 2, 3, 4, 5], &[6, 7, 8, 9, 10, 11]]);
    torn.crash(1, 2_000, 3_500).behaviour(3, Behaviour::TwoFaced)
}

/// [MOD-2]
#[test]
fn rounds_end_in_period_0_where_votes_pass_through_others() {
    for seed in 0..5 {
        let sampled = sparse(60, seed)
            .scheme(SeatScheme::Quota)
            .committee(300, 201, 100);
        let mut network = sampled.hashed().build().unwrap();
        network.run_until_round(12, 60_000).or_replay();
        for node in 0..60 {
            assert!(network.decisions(node).iter().all(|known| known.period == 0));
        }
    }
}

/// [BA-9] [BA-10] [BA-11] Who was down, cut off or missed what was lost hears of it from its neighbours.
#[test]
fn faults_on_the_way_are_made_good() {
    for seed in 0..20 {
        run(eventful(seed).hashed());
    }
}

#[test]
fn one_seed_gives_one_overlay_and_one_trace() {
    for seed in 0..3 {
        assert_eq!(run(eventful(seed)), run(eventful(seed)));
        let complete = Simulation::builder().nodes(12).seed(seed);
        assert_ne!(run(sparse(12, seed)).0, run(complete).0);
    }
}

#[test]
fn verifying_and_metering_and_leaving_out_the_checks_change_nothing() {
    for seed in 0..2 {
        let plain = run(eventful(seed));
        assert_eq!(plain, run(eventful(seed).verifying()));
        assert_eq!(plain, run(eventful(seed).metered()));
        assert_eq!(plain, run(eventful(seed).unchecked()));
    }
}

#[test]
fn a_run_says_that_it_is_unchecked() {
    let shown = |builder: Builder| format!("{:?}", builder.build().unwrap());
    assert!(shown(sparse(4, 0).unchecked()).contains("unchecked"));
    assert!(!shown(sparse(4, 0)).contains("unchecked"));
}

/// On a quiet network each of n votes is sent once over each link, and once more where two neighbours send it to each
/// other: all but its speaker pass it on to all neighbours but one.
#[test]
fn the_meter_counts_what_flooding_sends() {
    let mut network = sparse(12, 4).metered().build().unwrap();
    network.run_until_round(4, 60_000).or_replay();
    network.run_for(900).or_replay();
    let sum = |of: fn(&Load) -> u64| network.loads(3..=3).map(of).sum::<u64>();
    // Whatever was sent has arrived.
    assert_eq!(sum(|load| load.messages_in), sum(|load| load.messages_out));
    assert_eq!(sum(|load| load.bytes_in), sum(|load| load.bytes_out));
    // Each node verifies the Soft votes of the eleven others, and of their Cert votes at least a quorum of nine with
    // its own; at most as many, and twelve proposals.
    for load in network.loads(3..=3) {
        assert!(
            (11 + 8..=11 + 11 + 12).contains(&load.work.signatures),
            "{load:?}"
        );
    }
    assert_eq!(network.loads(3..=3).count(), 12);
    let mut unmetered = sparse(12, 4).build().unwrap();
    unmetered.run_until_round(4, 60_000).or_replay();
    assert_eq!(unmetered.loads(0..=9).count(), 0);
}
