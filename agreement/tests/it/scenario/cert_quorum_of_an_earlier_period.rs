//! [BA-7] [BA-8] The Cert votes of period 0 are so late that all nodes are in period 1, which they entered with the value
//! that they voted Cert for. The quorum of the earlier period decides the round.

use klero_agreement::Entry;
use klero_agreement::committee::Step;

use super::{Says, Story, lost, waits};

#[test]
fn cert_votes_of_period_0_come_in_period_1() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            let network = network.rule(|letter| waits(6_500, letter.is_of(0) && letter.shows(Step::Cert)));
            // Period 1 decides nothing by itself.
            network.rule(|letter| lost(letter.is_of(1) && letter.shows(Step::Soft)))
        });
        story.run_to(6_490);
        story.assert_open();
        let entries = (0..4).map(|node| story.node(node).entry).collect::<Vec<_>>();
        let came = story.finish(1, 1_000);
        assert!((6_500..=6_600).contains(&came), "seed {seed}: {came} ms");
        let (block, period) = story.block(1);
        assert_eq!(period, 0);
        assert_eq!(entries, [Entry::Carried(block); 4]);
    }
}
