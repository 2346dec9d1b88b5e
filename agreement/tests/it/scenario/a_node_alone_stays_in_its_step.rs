//! [BA-8] [BA-10] [BA-11] Node 3 is heard and hears nothing. Alone it has not J, so it stays in Next(0) of round 1 and sends
//! the same votes again, while the others finish round after round. When it hears again it takes the blocks that it
//! missed.

use klero_agreement::committee::Step;

use super::{Says, Story, lost};

#[test]
fn a_deaf_node_waits_where_it_is() {
    for seed in 0..3 {
        let mut story = Story::new(seed, |network| {
            network.hashed().rule(|letter| lost(letter.to == 3))
        });
        story.run_to(60_000);
        let state = story.node(3);
        assert_eq!((state.round, state.period, state.k), (1, 0, 0));
        assert_eq!(story.said(3, 0, Step::Next(1)), None);
        let own = story.letters(|letter| letter.is_own_of(3) && letter.votes(Step::Next(0)));
        assert!(own.iter().any(|letter| letter.attempt >= 50));
        let heights = story.network.heights();
        assert!(heights[0] > 100 && heights[3] == 0, "{heights:?}");
        story.lift_rules();
        let came = story.finish(heights[0], 5_000);
        assert!(came <= 63_000, "seed {seed}: {came} ms");
    }
}
