//! [BA-4] [BA-5] [BA-7] A block is staged everywhere, but its body comes after the first deadline to all but its
//! proposer. Nobody votes Cert without the body, and Next(0) is ⊥: period 1 starts from new proposals and decides one.

use klero_agreement::committee::{Step, Value};

use super::{Says, Story, bare, lowest_proposer, waits};

#[test]
fn the_body_comes_when_the_period_is_over() {
    for seed in 0..5 {
        let lowest = lowest_proposer(seed);
        let mut story = Story::new(seed, |network| {
            let network = network.rule(|letter| bare(letter.is_of(0) && letter.proposes()));
            network.rule(|letter| waits(4_700, letter.round == 1 && letter.period == 0 && letter.is_body()))
        });
        story.run_to(3_900);
        let (staged, _) = story.node(lowest).staged.unwrap();
        for node in (0..4).filter(|node| *node != lowest) {
            assert_eq!(story.node(node).staged, Some((staged, false)));
        }
        let came = story.finish(1, 3_000);
        assert!(came <= 5_900, "seed {seed}: {came} ms");
        let (block, period) = story.block(1);
        assert_eq!(period, 1);
        assert_ne!(block, staged);
        for node in 0..4 {
            let (cert, next) = if node == lowest {
                (Some(Value::Block(staged)), Value::Block(staged))
            } else {
                (None, Value::Bottom)
            };
            assert_eq!(story.said(node, 0, Step::Cert), cert);
            assert_eq!(story.said(node, 0, Step::Next(0)), Some(next));
        }
    }
}
