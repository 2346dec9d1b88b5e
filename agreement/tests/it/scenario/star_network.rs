//! [BA-10] Five nodes, and one of them is the only link between the others. It passes on what is new, and that is enough:
//! every round is decided in its first period, with one more delay for each message. Without the link nothing is.

use super::{Story, lost};

#[test]
fn one_relay_between_all_others_is_enough() {
    for seed in 0..4 {
        let mut story = Story::new(seed, |network| {
            network
                .nodes(5)
                .rule(|letter| lost(letter.from != 0 && letter.to != 0))
        });
        let took = story.finish(10, 60_000);
        assert!(took <= 20 + 9 * (1_000 + 350) + 1_000, "seed {seed}: {took} ms");
        for round in 1..=10 {
            assert_eq!(story.block(round).1, 0, "seed {seed}");
        }
        story.network.stop_now(0);
        let heights = story.network.heights();
        story.run_to(story.network.now() + 20_000);
        assert_eq!(story.network.heights(), heights);
    }
}
