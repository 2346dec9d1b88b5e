//! [BA-8] [BA-9] All vote Cert and the votes are lost; then two of four crash. Two alone decide nothing. The two come back
//! and send again what their logs hold, and that completes the quorum of period 0.

use klero_agreement::committee::Step;

use super::{Says, Story, lost};

#[test]
fn two_of_four_come_back_and_their_votes_decide() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            network.rule(|letter| lost(letter.at < 1_500 && letter.shows(Step::Cert)))
        });
        story.until(1_500, |_, tape| {
            (0..4).all(|node| tape.said(node, 0, Step::Cert).is_some())
        });
        for node in [2, 3] {
            story.network.stop_now(node);
            story.network.start_after(node, 2_000);
        }
        let back = story.network.now() + 2_000;
        story.run_to(back - 1);
        story.assert_open();
        story.until(200, |network, _| network.heights()[..2] == [1, 1]);
        let came = story.finish(1, 3_000);
        // Who hears of round 2 waits a second for its own decision, then asks; the first word of round 2 may be a Soft
        // vote.
        assert!(came <= back + 2_300, "seed {seed}: {} ms", came - back);
        assert_eq!(story.block(1).1, 0);
        story.finish(4, 20_000);
    }
}
