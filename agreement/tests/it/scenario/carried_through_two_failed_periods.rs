//! [BA-2] [BA-3] [BA-5] [BA-7] A block is staged in period 0 and no Cert vote arrives, there and in period 1. Next quorums
//! carry the block through both, it is what all propose again, and period 2 decides it.

use klero_agreement::Entry;
use klero_agreement::committee::{Step, Value};
use klero_agreement::sim::Content;

use super::{Says, Story, lost};

#[test]
fn the_block_of_period_0_is_decided_in_period_2() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            network.rule(|letter| lost(letter.round == 1 && letter.period < 2 && letter.shows(Step::Cert)))
        });
        story.until(10_000, |network, _| (0..4).all(|node| network.period(node) == 2));
        let entries: Vec<Entry> = (0..4).map(|node| story.node(node).entry).collect();
        let came = story.finish(1, 3_000);
        assert!(came <= 2 * 4_470 + 1_200, "seed {seed}: {came} ms");
        let (block, period) = story.block(1);
        assert_eq!(period, 2);
        assert_eq!(entries, [Entry::Carried(block); 4]);
        for (node, period) in (0..4).flat_map(|node| (0..3).map(move |period| (node, period))) {
            assert_eq!(story.said(node, period, Step::Cert), Some(Value::Block(block)));
        }
        let again = story.letters(|letter| letter.proposes() && letter.round == 1 && letter.period > 0);
        assert!(!again.is_empty());
        let is_the_block =
            |content| matches!(content, Content::Proposal { block: other, .. } if other == block);
        assert!(again.iter().all(|letter| is_the_block(letter.content)));
    }
}
