//! [BA-10] Of seven nodes three, which carry J, go on through the Next steps. The other four hear nobody and stay in
//! k = 0. They hear the three for a while, catch up, hear nobody again and stay behind again, and catch up a second time.
//! They speak in no step that they skipped. Then all hear each other and decide.

use klero_agreement::committee::Step;

use super::{RECOVERY, Story, lost};

fn steps(story: &Story) -> Vec<u32> {
    (0..7).map(|node| story.node(node).k).collect()
}

fn assert_level(steps: &[u32]) {
    assert!(steps.iter().all(|k| steps[0].abs_diff(*k) <= 1), "{steps:?}");
}

#[test]
fn a_lone_node_catches_up_whenever_it_hears_the_others() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            network.hashed().nodes(7).rule(|letter| {
                let is_heard =
                    (30_000..50_000).contains(&letter.at) || (90_000..110_000).contains(&letter.at);
                lost(letter.from >= 3 || letter.to >= 3 && !is_heard)
            })
        });
        story.run_to(29_990);
        let before = steps(&story);
        assert!(before[0] >= 4 && before[3..] == [0; 4], "{before:?}");
        story.run_to(50_000);
        let first = steps(&story);
        assert_level(&first);
        story.run_to(89_990);
        let alone = steps(&story);
        // What it heard lets it leave that step, and nothing more.
        assert!(alone[3] <= first[3] + 1 && alone[3] + 2 <= alone[0], "{alone:?}");
        story.run_to(110_000);
        assert_level(&steps(&story));
        for k in (2..before[0] - 1).chain(alone[3] + 1..alone[0] - 1) {
            assert_eq!(story.said(3, 0, Step::Next(k)), None, "{k}");
        }
        story.assert_open();
        story.lift_rules();
        let came = story.finish(1, 2 * RECOVERY);
        assert!(came <= 110_000 + RECOVERY, "seed {seed}: {came} ms");
    }
}
