//! [BA-1] [BA-10] Node 3 lacks the Cert quorum of round 1 while the others begin and finish round 2. It holds what it hears
//! of round 2. When the Cert votes of round 1 come it decides both rounds at one moment, and asked nobody for a block.

use klero_agreement::committee::Step;

use super::{Says, Story, lost, waits};

#[test]
fn a_node_decides_two_rounds_at_once() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            let network = network.rule(|letter| {
                waits(
                    3_000,
                    letter.to == 3 && letter.round == 1 && letter.shows(Step::Cert),
                )
            });
            network.rule(|letter| lost(letter.is_history()))
        });
        story.run_to(2_990);
        let heights = story.network.heights();
        assert!(
            heights[..3].iter().all(|height| *height == 2) && heights[3] == 0,
            "{heights:?}"
        );
        story.finish(2, 1_000);
        let (first, second) = (story.decision(3, 1).unwrap(), story.decision(3, 2).unwrap());
        assert_eq!(first.at, second.at);
        assert!((3_000..=3_050).contains(&first.at));
        assert_eq!((story.block(1).1, story.block(2).1), (0, 0));
        story.lift_rules();
        story.finish(6, 20_000);
    }
}
