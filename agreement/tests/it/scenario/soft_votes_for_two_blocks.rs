//! [BA-3] [BA-5] [BA-7] Two of four never see the lowest proposal and vote Soft for the next one. No block is staged, Next(0)
//! is ⊥ everywhere, and period 1 decides a new block.

use klero_agreement::committee::{Step, Value};

use super::{Says, Story, lost, lowest_proposer};

#[test]
fn two_votes_each_stage_nothing() {
    for seed in 0..5 {
        let lowest = lowest_proposer(seed);
        let blind = [(lowest + 1) % 4, (lowest + 2) % 4];
        let mut story = Story::new(seed, |network| {
            network.rule(move |letter| {
                let is_lowest = letter.proposes() && letter.speaker == u32::try_from(lowest).ok();
                lost(letter.is_of(0) && blind.contains(&letter.to) && is_lowest)
            })
        });
        let came = story.finish(1, 10_000);
        assert!(came <= 4_470 + 1_200, "seed {seed}: {came} ms");
        let (block, period) = story.block(1);
        assert_eq!(period, 1);
        let soft: Vec<_> = (0..4).map(|node| story.said(node, 0, Step::Soft)).collect();
        assert_eq!(soft[blind[0]], soft[blind[1]]);
        assert_ne!(soft[lowest], soft[blind[0]]);
        assert!(story.all_said(0, Step::Next(0), Value::Bottom));
        assert!(soft.iter().all(|value| *value != Some(Value::Block(block))));
        assert!((0..4).all(|node| story.said(node, 0, Step::Cert).is_none()));
    }
}
