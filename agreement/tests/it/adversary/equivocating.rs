//! Two values in every role of every key [COM-4].

use crate::replay::OrReplay;
use std::collections::{BTreeMap, BTreeSet};

use klero_agreement::committee::{Role, Step, Value};
use klero_agreement::sim::{Behaviour, Content};

use super::{LITTLE, Letters, beside, rounds_go_on_beside};

#[test]
fn rounds_go_on_beside_the_equivocating() {
    rounds_go_on_beside(Behaviour::Equivocating, LITTLE);
}

/// Each honest node holds evidence of each equivocator [COM-4], and none against anybody else.
#[test]
fn every_honest_node_has_evidence_against_the_liars_alone() {
    let mut network = beside(Behaviour::Equivocating, 7, 2).seed(1).build().unwrap();
    network.run_until_round(10, 100_000).or_replay();
    let liars: BTreeSet<u32> = [5, 6]
        .into_iter()
        .flat_map(|node| network.validators(node))
        .collect();
    for node in 0..5 {
        let convicted: BTreeSet<u32> = network.evidence(node).map(|(_, member)| member).collect();
        assert_eq!(convicted, liars, "node {node}");
    }
}

/// The liar speaks where an honest node does not: twice in each Soft and Cert role, and in Next(0) although no
/// deadline has passed.
#[test]
fn it_speaks_twice_where_the_honest_speak_once_or_not_at_all() {
    let letters = Letters::default();
    let builder = letters.of(beside(Behaviour::Equivocating, 4, 1));
    let mut network = builder.seed(2).build().unwrap();
    network.run_until_round(10, 100_000).or_replay();
    assert!(network.decisions(0).iter().all(|known| known.period == 0));
    let mut said: BTreeMap<Role, BTreeSet<Value>> = BTreeMap::new();
    let mut audiences: BTreeMap<(Role, Value), BTreeSet<usize>> = BTreeMap::new();
    for letter in letters.from(3) {
        if let Content::Votes(role, value) = letter.content {
            said.entry(role).or_default().insert(value);
            audiences.entry((role, value)).or_default().insert(letter.to);
        }
    }
    for round in 2..=9 {
        for step in [Step::Soft, Step::Cert, Step::Next(0)] {
            let values = said.get(&Role::new(round, 0, step)).map_or(0, BTreeSet::len);
            assert!(values >= 2, "round {round} {step:?}: {values}");
        }
    }
    // Some votes go to everybody, others to one half.
    let sizes: BTreeSet<usize> = audiences.values().map(BTreeSet::len).collect();
    assert!(sizes.contains(&3) && sizes.contains(&1), "{sizes:?}");
}
