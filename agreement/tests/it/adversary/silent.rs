//! Who says nothing, or does not propose, is waited for by nobody [MOD-3].

use crate::replay::OrReplay;
use klero_agreement::sim::Behaviour;

use super::{LITTLE, Letters, beside, rounds_go_on_beside};

#[test]
fn rounds_go_on_beside_the_silent() {
    rounds_go_on_beside(Behaviour::Mute, LITTLE);
    rounds_go_on_beside(Behaviour::NeverProposes, LITTLE);
}

#[test]
fn the_mute_say_nothing_and_the_others_never_propose() {
    let own = |behaviour| {
        let letters = Letters::default();
        let mut network = letters.of(beside(behaviour, 4, 1)).seed(1).build().unwrap();
        network.run_until_round(10, 60_000).or_replay();
        let own = network.validators(3)[0];
        for round in 1..=10 {
            assert_ne!(network.proposer(0, round), Some(own));
        }
        letters.from(3).len()
    };
    assert_eq!(own(Behaviour::Mute), 0);
    assert!(own(Behaviour::NeverProposes) > 0);
}
