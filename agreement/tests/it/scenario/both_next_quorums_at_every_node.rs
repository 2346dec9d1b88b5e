//! [BA-3] [BA-7] [BA-13] Next quorums of period 0 for ⊥ and for a value, and every node learns of both before it votes in
//! period 1. Nobody is bound then: the lowest proposal of period 1 wins, be it the value proposed again or a new block.
//! It is no alarm.

use klero_agreement::committee::{Step, Value};

use super::{Says, Story, lost, waits};

#[test]
fn with_both_the_lowest_proposal_wins() {
    let mut carried = 0;
    let seeds = 0..12;
    let count = seeds.clone().count();
    for seed in seeds {
        let mut story = Story::new(seed, |network| {
            let network = network.rule(|letter| waits(4_600, letter.is_of(0) && letter.shows(Step::Soft)));
            let network = network.rule(|letter| {
                let ring = u32::try_from(letter.to % 3 + 1).ok();
                let is_first = letter.is_of(0) && letter.votes(Step::Next(0));
                lost(is_first && letter.to != 0 && letter.speaker != ring)
            });
            // Node 0 entered period 1 by ⊥; the others hear of it when they are there too.
            network.rule(|letter| {
                waits(
                    6_000,
                    letter.is_of(0) && letter.from == 0 && letter.is_certificate(),
                )
            })
        });
        story.run_to(6_100);
        let Some(Value::Block(value)) = story.said(1, 0, Step::Next(1)) else {
            panic!("seed {seed}: no value");
        };
        for node in 0..4 {
            let state = story.node(node);
            assert_eq!((state.period, state.previous_value), (1, Some(value)));
            assert!(state.previous_bottom, "seed {seed}, node {node}");
        }
        story.finish(1, 3_000);
        let (block, period) = story.block(1);
        assert_eq!(period, 1);
        carried += usize::from(block == value);
    }
    assert!(0 < carried && carried < count, "{carried} of {count}");
}
