//! [BA-4] [BA-5] [BA-8] All vote Cert in time, but their votes come after the first deadline, when everybody has voted
//! Next(0) for the same block. The Cert quorum decides all the same, in period 0.

use klero_agreement::committee::{Step, Value};

use super::{Says, Story, lost, waits};

#[test]
fn cert_votes_come_after_everybody_voted_next() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            let network = network.rule(|letter| waits(4_700, letter.is_of(0) && letter.shows(Step::Cert)));
            // Nobody leaves the period meanwhile.
            network.rule(|letter| lost(letter.is_of(0) && letter.shows_next()))
        });
        story.run_to(4_690);
        story.assert_open();
        for node in 0..4 {
            let state = story.node(node);
            assert!(state.period == 0 && state.first_deadline_passed);
        }
        let came = story.finish(1, 1_000);
        assert!((4_700..=4_800).contains(&came), "seed {seed}: {came} ms");
        let (block, period) = story.block(1);
        assert_eq!(period, 0);
        for node in 0..4 {
            assert_eq!(story.said(node, 0, Step::Cert), Some(Value::Block(block)));
            assert_eq!(story.said(node, 0, Step::Next(0)), Some(Value::Block(block)));
        }
    }
}
