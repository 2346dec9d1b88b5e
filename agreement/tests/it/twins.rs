//! Four nodes and a twin of one, in every division of three periods: 5,000 of the 262,144 scenarios, which `make twins`
//! runs completely, and the control that shows that a fork would be found.

use crate::replay::OrReplay;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use klero_agreement::committee::Step;
use klero_agreement::sim::twins::{Audience, Scenario, Tally, Twins, What};
use klero_agreement::sim::{Breach, BuildError, Content, Failure, Fate, Letter, Simulation, Stop};

const SCENARIOS: u32 = 5_000;

/// Runs every second scenario of the sample, with one audience after the other.
fn run_half(first: u32) {
    let (twins, mut tally, mut broken) = (Twins::new().unwrap(), Tally::default(), Vec::new());
    for index in (first..SCENARIOS).step_by(2) {
        let audience = Audience::EACH[index as usize % 3];
        match twins.run(Scenario::sampled(index), audience) {
            Ok(outcome) => tally.add(&outcome),
            Err(failure) => broken.push(failure.to_string()),
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert_eq!(tally.runs, u64::from(SCENARIOS / 2));
    // The scenarios are about something.
    assert!(tally.first_decided.iter().all(|count| *count > 0), "{tally}");
    let (runs, rare) = (tally.runs, [tally.two_staged, tally.in_several, tally.went_on]);
    assert!(tally.two_faced > runs / 2 && tally.torn > runs / 2, "{tally}");
    assert!(
        tally.carried > runs / 4 && rare.iter().all(|count| *count > runs / 50),
        "{tally}"
    );
}

/// [MOD-1] [MOD-2]
#[test]
fn even_scenarios_of_the_sample_break_nothing() {
    run_half(0);
}

/// [MOD-1] [MOD-2]
#[test]
fn odd_scenarios_of_the_sample_break_nothing() {
    run_half(1);
}

/// Two twins of four are half of the stake: the same search finds forks, and finds them soon.
#[test]
fn with_two_twins_of_four_forks_are_found() {
    let twins = Twins::control().unwrap();
    let is_fork = |what: What| match what {
        What::Failure(Failure { stop, .. }) => matches!(stop, Stop::Breach(Breach::Fork { round: 1, .. })),
        What::Build(_) | What::Alarm => false,
    };
    for audience in Audience::EACH {
        let runs = (0..300).map(|index| twins.run(Scenario::sampled(index), audience));
        let forks = runs
            .filter_map(Result::err)
            .filter(|broken| is_fork(broken.what.clone()));
        assert!(forks.count() > 3, "{audience:?}");
    }
}

#[test]
fn a_failure_says_how_it_is_run_again() {
    let twins = Twins::control().unwrap();
    let mut runs = (0..300).map(|index| twins.run(Scenario::sampled(index), Audience::All));
    let broken = runs.find_map(Result::err).unwrap();
    let (text, number) = (broken.to_string(), broken.scenario.number());
    assert!(
        text.contains(&format!("scenario {number}: in period 0 ")),
        "{text}"
    );
    assert!(
        text.ends_with(&format!("--example twins -- one {number}")),
        "{text}"
    );
}

/// Whoever is to win the draw of the first period makes the block, where nobody is cut off: number 0 to 3.
#[test]
fn the_draw_goes_to_the_winner() {
    let twins = Twins::new().unwrap();
    for winner in 0..4 {
        let scenario = Scenario::numbered(winner);
        assert_eq!(
            scenario.condition(0).map(|condition| condition.winner),
            Some(winner)
        );
        let mut network = twins.network(scenario, Audience::All).unwrap();
        network.run_until_round(1, 10_000).or_replay();
        assert_eq!(
            (network.proposer(0, 1), network.decisions(0)[0].period),
            (Some(winner), 0)
        );
    }
}

/// What came through in round 1, of a scenario's first forty seconds.
fn letters(scenario: Scenario, audience: Audience) -> Vec<Letter> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    let mut network = Twins::new().unwrap().network(scenario, audience).unwrap();
    // The rules before this one let through what it sees.
    network.impose(move |letter| {
        ear.lock().unwrap().push(*letter);
        Fate::Usual
    });
    network.run_for(40_000).or_replay();
    let heard = heard.lock().unwrap();
    heard.iter().filter(|letter| letter.round == 1).copied().collect()
}

fn is_next_again(content: Content) -> bool {
    matches!(content, Content::Votes(role, _) if matches!(role.step, Step::Next(1..)))
}

#[test]
fn what_is_said_of_a_divided_period_stays_on_its_side() {
    let mut crossed = 0;
    for index in 0..60 {
        let (scenario, audience) = (Scenario::sampled(index), Audience::EACH[index as usize % 3]);
        for letter in letters(scenario, audience) {
            let Some(condition) = scenario.condition(letter.period) else {
                continue;
            };
            let role = letter.content.role();
            let is_late = letter.attempt >= 3 || is_next_again(letter.content);
            if role.is_none() || is_late {
                crossed += u32::from(!condition.joins(letter.from, letter.to));
                continue;
            }
            assert!(condition.joins(letter.from, letter.to), "{scenario}: {letter:?}");
            let is_secret = match audience {
                Audience::All => false,
                Audience::CertToA => role.is_some_and(|role| role.step == Step::Cert),
                Audience::BothToA => {
                    matches!(letter.content, Content::Votes(role, _) if role.step == Step::Soft)
                }
            };
            assert!(!is_secret || letter.to == 0, "{scenario}: {letter:?}");
        }
    }
    assert!(crossed > 0);
}

/// In each divided period everyone proposes who enters it with nothing carried, and the twins each a block of their
/// own.
#[test]
fn everyone_proposes_and_twins_make_two_blocks() {
    let mut blocks: BTreeMap<u32, BTreeSet<_>> = BTreeMap::new();
    for letter in letters(Scenario::numbered(0), Audience::All) {
        if let Content::Proposal {
            role,
            proposer,
            block,
            ..
        } = letter.content
        {
            assert_eq!(role.period, 0);
            blocks.entry(proposer).or_default().insert(block);
        }
    }
    let counts: Vec<(u32, usize)> = blocks
        .iter()
        .map(|(proposer, made)| (*proposer, made.len()))
        .collect();
    assert_eq!(counts, [(0, 1), (1, 1), (2, 1), (3, 2)]);
}

#[test]
fn a_scenario_is_the_same_whenever_it_is_run() {
    let twins = Twins::new().unwrap();
    let trace = |index, audience| {
        let mut network = twins.network(Scenario::sampled(index), audience).unwrap();
        network.run_for(20_000).or_replay();
        network.trace_hash()
    };
    for index in 0..10 {
        for audience in Audience::EACH {
            assert_eq!(trace(index, audience), trace(index, audience));
        }
        assert_ne!(trace(index, Audience::All), trace(index + 1, Audience::All));
    }
}

#[test]
fn real_draws_are_not_told_who_wins() {
    let refused = Simulation::builder().winner(1, 0, 2).build();
    assert_eq!(refused.err(), Some(BuildError::RealDraws));
}
