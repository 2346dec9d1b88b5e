//! [COM-4] [BA-13] One of four signs two values in every role and shows each half of the others one. Its seats count for
//! both, and that is not enough for anything: the other three decide every round in its first period, and go on.

use std::collections::BTreeSet;

use klero_agreement::committee::{Role, Value};
use klero_agreement::sim::{Behaviour, Content};

use super::Story;

#[test]
fn a_member_of_two_voices_changes_nothing() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| network.behaviour(3, Behaviour::Equivocating));
        story.finish(10, 60_000);
        let mut said: BTreeSet<(Role, Value)> = BTreeSet::new();
        for letter in story.letters(|letter| letter.speaker == Some(3)) {
            if let Content::Votes(role, value) = letter.content {
                said.insert((role, value));
            }
        }
        let roles: BTreeSet<Role> = said.iter().map(|(role, _)| *role).collect();
        assert!(said.len() > roles.len(), "it showed one face only");
        for round in 1..=10 {
            assert_eq!(story.block_at(0..3, round).1, 0, "seed {seed}, round {round}");
        }
    }
}
