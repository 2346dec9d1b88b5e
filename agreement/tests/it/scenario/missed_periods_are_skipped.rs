//! [BA-7] [BA-11] One node is deaf while the others give up several periods. One Next certificate, sent again when the
//! others enter a period, takes it to where they are. It says nothing in the periods that it missed, and votes in the
//! one that decides.

use klero_agreement::committee::Step;

use super::{Says, Story, lost};

#[test]
fn a_deaf_node_skips_the_periods_that_it_missed() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            let network = network
                .hashed()
                .rule(|letter| lost(letter.round == 1 && letter.period < 4 && letter.shows(Step::Soft)));
            network.rule(|letter| lost(letter.to == 3 && (3_900..15_000).contains(&letter.at)))
        });
        story.run_to(14_990);
        let periods: Vec<u32> = (0..4).map(|node| story.node(node).period).collect();
        assert!(
            periods[..3].iter().all(|period| *period >= 3) && periods[3] == 0,
            "{periods:?}"
        );
        let came = story.finish(1, 10_000);
        assert!(came <= 4 * 4_470 + 1_200, "seed {seed}: {came} ms");
        assert_eq!(story.block(1).1, 4);
        for period in 1..periods[0] {
            assert_eq!(story.said(3, period, Step::Soft), None);
            assert_eq!(story.said(3, period, Step::Next(0)), None);
        }
        assert!(story.said(3, 4, Step::Soft).is_some());
    }
}
