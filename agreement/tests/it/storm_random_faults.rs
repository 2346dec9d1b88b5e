//! Random networks of four to ten nodes with random faults: no two values in a round, and after the calm ten more
//! rounds at every live node in time.

use crate::replay::OrReplay;
use klero_agreement::sim::Behaviour;
use klero_agreement::sim::storm::Plan;

/// Half of the 50,000 rounds that are run with every test; `make soak` runs a million.
const ROUNDS: u64 = 25_000;

/// Runs the plans of these seeds until there are enough rounds.
fn weather(seeds: impl Iterator<Item = u64>) {
    let (mut rounds, mut failed) = (0, Vec::new());
    for seed in seeds {
        let plan = Plan::random(seed);
        match plan.run() {
            Ok(more) => rounds += more,
            Err(error) => failed.push(format!("{plan}: {error}\n  again: {}", plan.command())),
        }
        if rounds >= ROUNDS || failed.len() > 10 {
            break;
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// [MOD-1] [MOD-2]
#[test]
fn storms_of_even_seeds_break_nothing_and_pass() {
    weather((0..).step_by(2));
}

/// [MOD-1] [MOD-2] [BA-11] Among these are networks in which the one node that saw a Soft quorum is overtaken in every
/// step: it sends the certificate all the same.
#[test]
fn storms_of_odd_seeds_break_nothing_and_pass() {
    weather((1..).step_by(2));
}

#[test]
fn a_plan_is_the_same_whenever_it_is_made() {
    for seed in 0..20 {
        let trace = || {
            let mut network = Plan::random(seed).network().unwrap();
            network.run_for(20_000).or_replay();
            network.trace_hash()
        };
        assert_eq!(trace(), trace(), "seed {seed}");
    }
}

/// Every adversary is drawn, and cuts that heal step by step.
#[test]
fn storms_draw_from_everything() {
    let plans: Vec<String> = (0..1_000)
        .map(|seed| format!("{:?}", Plan::random(seed)))
        .collect();
    for behaviour in Behaviour::ADVERSARIES {
        let name = format!("{behaviour:?}");
        let name = name.split(' ').next().unwrap();
        let drawn = plans.iter().filter(|plan| plan.contains(name)).count();
        assert!(drawn > 20, "{name}: {drawn}");
    }
    let cuts = |plan: &String| plan.matches("Cut {").count();
    // At most three cuts are drawn; more come of parts that join one by one.
    assert!(plans.iter().any(|plan| cuts(plan) > 3));
}

#[test]
fn another_seed_makes_another_plan() {
    let shown = |seed| format!("{:?}", Plan::random(seed));
    assert_ne!(shown(1), shown(2));
    assert!(
        Plan::random(1)
            .command()
            .ends_with("--plan 1 --record plan-1.run")
    );
}
