//! [BA-3] [BA-10] The lowest proposal is slow. Where it comes before the filter time it takes the place of the one that was
//! lowest until then, body and all, and its block is final. Where it comes after the Soft votes, they stay as they are,
//! and the block that was lowest in time is final.

use klero_agreement::committee::{Step, Value};
use klero_agreement::sim::Content;

use super::{Says, Story, late, lowest_proposer, waits};

fn with_slow_lowest(seed: u64, lowest: usize, by: u64) -> Story {
    Story::new(seed, |network| {
        let network = network.rule(move |letter| {
            let is_lowest = letter.proposes() && letter.speaker == u32::try_from(lowest).ok();
            late(by, letter.is_of(0) && is_lowest)
        });
        network.rule(|letter| waits(2_500, letter.is_of(0) && letter.shows(Step::Soft)))
    })
}

#[test]
fn before_the_filter_time_it_takes_the_place() {
    for seed in 0..5 {
        let lowest = lowest_proposer(seed);
        let mut story = with_slow_lowest(seed, lowest, 700);
        story.finish(1, 5_000);
        assert_eq!(story.block(1).1, 0);
        assert_eq!(story.network.proposer(0, 1), u32::try_from(lowest).ok());
        let others = story.letters(|letter| letter.proposes() && letter.is_of(0) && letter.at < 700);
        assert!(
            others
                .iter()
                .any(|letter| letter.speaker != u32::try_from(lowest).ok())
        );
    }
}

#[test]
fn after_the_soft_votes_it_changes_none() {
    for seed in 0..5 {
        let lowest = lowest_proposer(seed);
        let mut story = with_slow_lowest(seed, lowest, 1_500);
        story.run_to(2_490);
        for node in (0..4).filter(|node| *node != lowest) {
            let own =
                story.letters(|letter| letter.is_of(0) && letter.is_own_of(node) && letter.votes(Step::Soft));
            let values = own.iter().map(|letter| letter.content);
            let role = klero_agreement::committee::Role::new(1, 0, Step::Soft);
            let first = story.said(node, 0, Step::Soft).unwrap();
            assert_ne!(Some(first), story.said(lowest, 0, Step::Soft));
            assert!(
                values
                    .into_iter()
                    .all(|content| content == Content::Votes(role, first))
            );
        }
        let came = story.finish(1, 1_000);
        assert!(came <= 2_600, "seed {seed}: {came} ms");
        let (block, period) = story.block(1);
        assert_eq!(period, 0);
        assert_eq!(
            story.said((lowest + 1) % 4, 0, Step::Soft),
            Some(Value::Block(block))
        );
    }
}
