//! [BA-10] [BA-12] Two halves of a network cannot hear each other. Each carries J, so both go on through the Next steps of
//! period 0, sixty of them, and no half ever forms a quorum. When they hear each other the steps meet, and period 1
//! decides within `step_cap` and four seconds.

use super::{RECOVERY, Story, lost};

#[test]
fn two_halves_meet_after_sixty_steps() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            network
                .hashed()
                .rule(|letter| lost((letter.from < 2) != (letter.to < 2)))
        });
        story.until(600_000, |network, _| {
            (0..4).all(|node| network.snapshot(node).is_some_and(|state| state.k >= 60))
        });
        story.assert_open();
        assert!((0..4).all(|node| story.node(node).period == 0));
        let heals = story.network.now();
        // One second, two, four, then eight each.
        assert!(heals >= 4_000 + 7_000 + 57 * 8_000, "seed {seed}: {heals} ms");
        story.lift_rules();
        let came = story.finish(1, 2 * RECOVERY);
        assert!(came <= heals + RECOVERY, "seed {seed}: {} ms", came - heals);
        assert_eq!(story.block(1).1, 1);
    }
}
