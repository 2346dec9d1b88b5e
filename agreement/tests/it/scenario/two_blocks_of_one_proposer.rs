//! [BA-2] [BA-13] The lowest proposer makes two blocks and shows each half of the nodes one. Each counts the first that it
//! verified and passes the second on without its body. If the halves are even no block gets a Soft quorum and a later
//! period decides; else one of the two is final. All agree, and nobody raises an alarm.

use klero_agreement::sim::{Behaviour, Content};

use super::{Says, Story, lowest_proposer};

#[test]
fn a_proposer_of_two_blocks_splits_nobody_for_long() {
    let (mut even, mut odd) = (0, 0);
    for seed in 0..12 {
        let lowest = lowest_proposer(seed);
        let mut story = Story::new(seed, |network| {
            // A copy that is passed on never comes before the original.
            network.delay(20, 20).behaviour(lowest, Behaviour::TwoBlocks)
        });
        story.finish(1, 60_000);
        let shown = story.letters(|letter| letter.is_of(0) && letter.proposes() && letter.is_own_of(lowest));
        let blocks = |letter: &klero_agreement::sim::Letter| match letter.content {
            Content::Proposal { block, .. } => Some(block),
            _ => None,
        };
        let first = blocks(&shown[0]);
        assert!(shown.iter().any(|letter| blocks(letter) != first));
        let evidence =
            story.letters(|letter| matches!(letter.content, Content::Proposal { body: false, .. }));
        assert!(!evidence.is_empty());
        let honest = (0..4).filter(|node| *node != lowest);
        let (_, period) = story.block_at(honest, 1);
        // The proposer counts the block that it shows to even numbers.
        if lowest.is_multiple_of(2) {
            even += 1;
            assert!(period >= 1, "seed {seed}");
        } else {
            odd += 1;
            assert_eq!(period, 0, "seed {seed}");
        }
    }
    assert!(even > 0 && odd > 0);
}
