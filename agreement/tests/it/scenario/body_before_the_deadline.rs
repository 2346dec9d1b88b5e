//! [BA-3] [BA-4] Proposals come without their bodies. All vote Soft for the lowest one as the filter time says, stage it,
//! and wait. The bodies come before the first deadline: Cert follows at once, and period 0 decides.

use super::{Says, Story, bare, lowest_proposer, waits};

#[test]
fn the_body_comes_between_filter_time_and_deadline() {
    for seed in 0..5 {
        let lowest = lowest_proposer(seed);
        let mut story = Story::new(seed, |network| {
            let network = network.rule(|letter| bare(letter.is_of(0) && letter.proposes()));
            network.rule(|letter| waits(3_000, letter.is_of(0) && letter.is_body()))
        });
        story.run_to(2_990);
        story.assert_open();
        for node in 0..4 {
            let (_, is_judged) = story.node(node).staged.unwrap();
            assert_eq!(is_judged, node == lowest);
        }
        let came = story.finish(1, 1_000);
        assert!((3_000..=3_150).contains(&came), "seed {seed}: {came} ms");
        assert_eq!(story.block(1).1, 0);
    }
}
