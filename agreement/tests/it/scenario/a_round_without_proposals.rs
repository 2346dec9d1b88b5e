//! [BA-2] [BA-5] [BA-7] No proposal of period 0 leaves its maker. Everybody votes Soft for a block of its own, nothing is
//! staged, and Next(0) is ⊥. In period 1 all build anew, and one of those blocks is decided.

use klero_agreement::committee::{Step, Value};
use klero_agreement::sim::{Content, Letter};

use super::{Says, Story, lost};

fn proposed(story: &Story, period: u32) -> Vec<klero_agreement::committee::sampling::Digest> {
    let block = |letter: &Letter| match letter.content {
        Content::Proposal { block, .. } => Some(block),
        _ => None,
    };
    let letters = story.letters(|letter| letter.is_of(period));
    letters.iter().filter_map(block).collect()
}

#[test]
fn proposals_that_reach_nobody_cost_one_period() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            network.rule(|letter| lost(letter.is_of(0) && letter.proposes()))
        });
        let came = story.finish(1, 10_000);
        assert!(came <= 4_470 + 1_200, "seed {seed}: {came} ms");
        let (block, period) = story.block(1);
        assert_eq!(period, 1);
        assert!(proposed(&story, 1).contains(&block));
        assert!(!proposed(&story, 0).contains(&block));
        assert!(story.all_said(0, Step::Next(0), Value::Bottom));
    }
}
