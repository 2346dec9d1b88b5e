//! [BA-1] [BA-8] [MOD-3] One of four goes down in the first round. The other three decide round after round in the first
//! period. The fourth comes back, fetches what it missed, and votes again: without it another one could not go.

use super::Story;

#[test]
fn one_of_four_goes_and_comes_back() {
    for seed in 0..4 {
        let mut story = Story::new(seed, |network| network.crash(3, 300, 12_000));
        story.run_to(11_990);
        let heights = story.network.heights();
        assert!(heights[0] >= 8 && heights[3] == 0, "{heights:?}");
        // Now and then none of three draws a seat as a proposer: the period is silent up to its first deadline, and
        // there is nothing to hear.
        let came = story.finish(heights[0], 8_000);
        assert!(came <= 18_000, "seed {seed}: {came} ms");
        (1..=heights[0]).for_each(|round| story.assert_first_period(round));
        story.network.stop_now(0);
        let highest = story.network.heights()[1];
        story.finish(highest + 3, 30_000);
        assert!(story.network.heights()[0] <= highest + 1);
    }
}
