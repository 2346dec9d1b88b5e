//! Counting the votes of one role.

use std::collections::BTreeMap;

use klero_committee::sampling::Weight;
use klero_committee::{Counted, Equivocation, Role, Step, Tally, Value, Vote};
use proptest::prelude::*;

use crate::world::{BLOCK, CERT, OTHER_BLOCK, ROUND, SOFT, World, stripped};

const ROLE: Role = Role::new(ROUND, 0, Step::Next(1));
const VALUES: [Value; 3] = [BLOCK, OTHER_BLOCK, Value::Bottom];

/// [COM-4] A vote counts once; so does a copy of it with other proof bytes.
#[test]
fn a_copy_changes_nothing() {
    let world = World::quota();
    let role = world.role_where(|role| world.vote(role, BLOCK, 0).unwrap().drawn() > 0);
    let (vote, copy) = (
        world.vote(role, BLOCK, 0).unwrap(),
        world.vote(role, BLOCK, 0).unwrap(),
    );
    assert_ne!(vote.proof(), copy.proof());
    let mut tally = Tally::default();
    assert_eq!(tally.add(vote.clone()), Counted::New);
    assert_eq!(tally.add(copy), Counted::Known);
    assert_eq!(tally.weight(&BLOCK), 15);
    assert_eq!(tally.first_of(0), Some(&vote));
    assert_eq!((tally.len(), tally.is_empty()), (1, false));
}

/// [COM-4] A copy that was stripped of its proof does not stand in the way of the whole one, and does not lower
/// what is counted.
#[test]
fn a_copy_with_its_proof_raises_the_weight() {
    let world = World::quota();
    let role = world.role_where(|role| world.vote(role, BLOCK, 0).unwrap().drawn() > 0);
    let vote = world.vote(role, BLOCK, 0).unwrap();
    let without = world.verify(&stripped(&vote)).unwrap();
    let mut tally = Tally::default();
    assert_eq!(tally.add(without.clone()), Counted::New);
    assert_eq!(tally.weight(&BLOCK), 14);
    assert_eq!(tally.add(vote.clone()), Counted::Raised);
    assert_eq!(tally.weight(&BLOCK), 15);
    assert_eq!(tally.add(without), Counted::Known);
    assert_eq!(tally.weight(&BLOCK), 15);
    assert_eq!(tally.votes_for(BLOCK).collect::<Vec<_>>(), [&vote]);
}

/// [COM-4] The second value counts too and is evidence with the first; a third is dropped.
#[test]
fn an_equivocator_counts_for_two_values_and_no_more() {
    let world = World::quota();
    let [first, second, third] = VALUES.map(|value| world.vote(ROLE, value, 0).unwrap());
    let weight = first.weight();
    let mut tally = Tally::default();
    assert_eq!(tally.add(first.clone()), Counted::New);
    let Counted::Equivocation(pair) = tally.add(second.clone()) else {
        panic!("no evidence");
    };
    assert_eq!((pair.first(), pair.second()), (&first, &second));
    assert_eq!((pair.role(), pair.voter()), (ROLE, 0));
    assert_eq!(tally.add(third), Counted::Known);
    assert_eq!(tally.add(second), Counted::Known);
    assert_eq!(VALUES.map(|value| tally.weight(&value)), [weight, weight, 0]);
    assert_eq!(tally.weight_of_all(), weight);
}

/// Evidence is two values of one voter in one role, and nothing else.
#[test]
fn what_is_no_equivocation_makes_no_pair() {
    let world = World::quota();
    let vote = |role, value, voter| world.vote(role, value, voter).unwrap();
    let first = vote(CERT, BLOCK, 0);
    assert!(Equivocation::new(first.clone(), vote(CERT, OTHER_BLOCK, 0)).is_some());
    assert_eq!(Equivocation::new(first.clone(), vote(CERT, BLOCK, 0)), None);
    assert_eq!(Equivocation::new(first.clone(), vote(CERT, OTHER_BLOCK, 1)), None);
    assert_eq!(Equivocation::new(first, vote(SOFT, OTHER_BLOCK, 0)), None);
}

/// The rules of [COM-4] written down once more: for each voter its first two values, each with the most weight that
/// were seen for it.
#[derive(Default)]
struct Model(BTreeMap<u32, Vec<(Value, Weight)>>);

impl Model {
    fn add(&mut self, vote: &Vote) {
        let spoken = self.0.entry(vote.voter()).or_default();
        let (value, weight) = (vote.value(), vote.guaranteed() + vote.drawn());
        if let Some((_, most)) = spoken.iter_mut().find(|(known, _)| *known == value) {
            *most = weight.max(*most);
        } else if spoken.len() < 2 {
            spoken.push((value, weight));
        }
    }

    fn weight(&self, value: Value) -> Weight {
        let all = self.0.values().flatten();
        all.filter(|(of, _)| *of == value).map(|(_, weight)| weight).sum()
    }

    fn weight_of_all(&self) -> Weight {
        let most = |spoken: &Vec<(Value, Weight)>| spoken.iter().map(|(_, weight)| *weight).max().unwrap();
        self.0.values().map(most).sum()
    }
}

/// Each voter's votes for each value, whole and, where that is still a vote, stripped.
fn pool(world: &World) -> Vec<Vote> {
    let role = world.role_where(|role| {
        world
            .votes(role, BLOCK)
            .iter()
            .filter(|vote| vote.drawn() > 0)
            .count()
            > 6
    });
    let whole: Vec<Vote> = VALUES
        .iter()
        .flat_map(|value| world.votes(role, *value))
        .collect();
    let stripped = whole.iter().filter_map(|vote| world.verify(&stripped(vote)).ok());
    let stripped: Vec<Vote> = stripped.collect();
    [whole, stripped].concat()
}

#[test]
fn tallies_agree_with_the_rules_written_down_once_more() {
    let world = World::quota();
    let pool = pool(&world);
    let sequences = prop::collection::vec(any::<prop::sample::Index>(), 0..60);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(500)
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&(sequences, 0_u32..12), |(sequence, forgotten)| {
        let (mut tally, mut model) = (Tally::default(), Model::default());
        for index in &sequence {
            let vote = index.get(&pool);
            model.add(vote);
            tally.add(vote.clone());
            for value in VALUES {
                prop_assert_eq!(tally.weight(&value), model.weight(value));
                let shown: Weight = tally.votes_for(value).map(Vote::weight).sum();
                prop_assert_eq!(shown, model.weight(value));
            }
            prop_assert_eq!(tally.weight_of_all(), model.weight_of_all());
            prop_assert_eq!(tally.len(), model.0.len());
            prop_assert!(tally.votes().is_sorted_by_key(Vote::voter));
        }
        // Forgetting leaves what would be there without the voter.
        tally.forget(forgotten);
        model.0.remove(&forgotten);
        let counted: BTreeMap<Value, Weight> =
            tally.values().map(|(value, weight)| (*value, weight)).collect();
        let expected = VALUES.map(|value| (value, model.weight(value)));
        prop_assert_eq!(
            counted,
            expected.into_iter().filter(|(_, weight)| *weight > 0).collect()
        );
        prop_assert_eq!(tally.first_of(forgotten), None);
        Ok(())
    });
    outcome.unwrap();
}
