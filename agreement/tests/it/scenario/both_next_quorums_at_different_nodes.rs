//! [BA-3] [BA-7] Period 0 ends with two Next quorums: Next(0) for ⊥, which node 0 alone sees, and Next(1) for a value
//! that was staged after the first deadline, which the others see. Node 0 is free and votes for a new block in period 1.
//! The others are bound, three of four, and decide their value there.

use klero_agreement::Entry;
use klero_agreement::committee::{Step, Value};

use super::{Says, Story, lost, waits};

#[test]
fn bottom_at_one_node_and_a_value_at_three() {
    let mut free = 0;
    for seed in 0..8 {
        let mut story = Story::new(seed, |network| {
            let network = network.rule(|letter| waits(4_600, letter.is_of(0) && letter.shows(Step::Soft)));
            let network = network.rule(|letter| {
                // Each of the three hears one Next(0) vote besides its own: it may leave k, and sees no quorum.
                let ring = u32::try_from(letter.to % 3 + 1).ok();
                let is_first = letter.is_of(0) && letter.votes(Step::Next(0));
                lost(is_first && letter.to != 0 && letter.speaker != ring)
            });
            network.rule(|letter| {
                let between = letter.from == 0 || letter.to == 0;
                let to_0 = letter.to == 0 && letter.shows(Step::Next(1));
                lost(letter.is_of(0) && (between && letter.is_certificate() || to_0))
            })
        });
        story.until(7_000, |network, _| (0..4).all(|node| network.period(node) == 1));
        let Some(Value::Block(value)) = story.said(1, 0, Step::Next(1)) else {
            panic!("seed {seed}: no value");
        };
        assert_eq!(story.node(0).entry, Entry::Bottom);
        for node in 1..4 {
            assert_eq!(story.said(node, 0, Step::Next(0)), Some(Value::Bottom));
            assert_eq!(story.node(node).entry, Entry::Carried(value));
        }
        story.finish(1, 3_000);
        assert_eq!(story.block(1), (value, 1));
        let other = story.said(0, 1, Step::Soft);
        free += u32::from(other.is_some_and(|other| other != Value::Block(value)));
    }
    // Node 0 draws no seat as a proposer in one period of seven.
    assert!(free >= 4, "{free}");
}
