//! Rules that messages obey.

use crate::replay::OrReplay;
use klero_agreement::committee::Step;
use klero_agreement::sim::{Content, Fate, Simulation};

#[test]
fn a_rule_without_effect_changes_nothing() {
    let run = |ruled: bool| {
        let builder = Simulation::builder().seed(3).hashed();
        let builder = if ruled {
            builder.rule(|_| Fate::Usual)
        } else {
            builder
        };
        let mut network = builder.build().unwrap();
        network.run_until_round(20, 60_000).or_replay();
        network.trace_hash()
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn without_soft_votes_no_round_ends_until_the_rule_is_lifted() {
    let soft = |content: &Content| matches!(content, Content::Votes(role, _) if role.step == Step::Soft);
    let builder = Simulation::builder().seed(4).hashed();
    let builder = builder.rule(move |letter| {
        if soft(&letter.content) {
            Fate::Lost
        } else {
            Fate::Usual
        }
    });
    let mut network = builder.build().unwrap();
    network.run_for(20_000).or_replay();
    assert_eq!(network.heights(), [0; 4]);
    let periods: Vec<u32> = (0..4).map(|node| network.period(node)).collect();
    assert!(periods.iter().all(|period| *period >= 1), "{periods:?}");
    network.lift_rules();
    network.run_until_round(3, 60_000).or_replay();
}

#[test]
fn what_is_held_back_leaves_when_the_rule_says() {
    let builder = Simulation::builder().seed(5).hashed().delay(10, 10);
    let mut network = builder.rule(|_| Fate::Until(5_000)).build().unwrap();
    network.run_for(5_005).or_replay();
    assert_eq!(network.heights(), [0; 4]);
    network.lift_rules();
    network.run_until_round(1, 5_000).or_replay();
}
