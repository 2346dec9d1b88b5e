//! [BA-10] Next votes take two and a half seconds more than anything else, and two halves hear only themselves. A node
//! stays in k = 0 when its next deadline passes, because it has not heard J, and leaves at once when the late vote comes.

use klero_agreement::committee::Step;

use super::{Says, Story, late, lost};

const BY: u64 = 2_500;

fn halves(seed: u64, by: u64) -> Story {
    Story::new(seed, |network| {
        let network = network.rule(|letter| lost((letter.from < 2) != (letter.to < 2)));
        network.rule(move |letter| late(by, letter.votes_next()))
    })
}

#[test]
fn a_node_waits_for_late_votes_before_it_leaves_k() {
    for seed in 0..5 {
        let mut story = halves(seed, BY);
        story.run_to(6_400);
        assert!((0..4).all(|node| story.node(node).k == 0));
        story.run_to(8_000);
        for (node, other) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
            let heard = story.said_at(other, 0, Step::Next(0)) + BY;
            let left = story.said_at(node, 0, Step::Next(1));
            assert!(
                (heard..=heard + 50).contains(&left),
                "seed {seed}: {heard}, {left}"
            );
        }
        // Without the delay they have left by then.
        let mut story = halves(seed, 0);
        story.run_to(6_400);
        assert!((0..4).all(|node| story.node(node).k == 1));
    }
}
