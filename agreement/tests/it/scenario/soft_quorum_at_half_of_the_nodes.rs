//! [BA-5] [BA-11] The Soft quorum is seen by two of four. At the first deadline they vote Next(0) for the block, the others
//! for ⊥: no quorum. The two send their Soft certificate again, so that all have staged the block when Next(1) is due,
//! and that quorum carries it into period 1.

use klero_agreement::committee::{Step, Value};

use super::{Says, Story, lost, waits};

#[test]
fn a_soft_certificate_sent_again_unites_the_next_votes() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            let network =
                network.rule(|letter| lost(letter.is_of(0) && letter.to >= 2 && letter.votes(Step::Soft)));
            // What is sent at the first deadline of one comes after that of the other.
            network.rule(|letter| waits(4_500, letter.is_of(0) && letter.is_certificate()))
        });
        let came = story.finish(1, 10_000);
        assert!(came <= 4_420 + 1_200 + 1_250, "seed {seed}: {came} ms");
        let (block, period) = story.block(1);
        assert_eq!(period, 1);
        let block = Some(Value::Block(block));
        for node in 0..4 {
            let (cert, first) = if node < 2 {
                (block, block)
            } else {
                (None, Some(Value::Bottom))
            };
            assert_eq!(story.said(node, 0, Step::Cert), cert);
            assert_eq!(story.said(node, 0, Step::Next(0)), first);
        }
        let second: Vec<_> = (0..4)
            .filter_map(|node| story.said(node, 0, Step::Next(1)))
            .collect();
        assert!(second.len() >= 3 && second.iter().all(|value| Some(*value) == block));
    }
}
