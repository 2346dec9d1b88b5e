//! [BA-1] [BA-8] Node 3 is down while the others finish a hundred rounds, and they go on when it starts again. It takes the
//! final blocks with their certificates, reaches the open round, and votes there: without it another one could not go.

use super::Story;

#[test]
fn a_node_catches_up_with_a_hundred_rounds() {
    for seed in 0..3 {
        let mut story = Story::new(seed, |network| network.hashed());
        story.run_to(500);
        story.network.stop_now(3);
        story.finish(100, 120_000);
        story.network.start_after(3, 0);
        let back = story.network.now();
        // Now and then none of three draws a seat as a proposer: the period is silent up to its first deadline, and there
        // is nothing to hear.
        story.until(8_000, |network, _| {
            let heights = network.heights();
            heights[3] >= 100 && heights[3] == heights[0]
        });
        assert!(story.network.now() <= back + 6_500, "seed {seed}");
        (1..=100).for_each(|round| story.assert_first_period(round));
        story.network.stop_now(0);
        let highest = story.network.heights()[3];
        story.finish(highest + 3, 30_000);
        assert!(story.network.heights()[0] <= highest + 1);
    }
}
