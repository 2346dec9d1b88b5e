//! [BA-5] [BA-8] Node 0 alone sees the Cert quorum of period 0 and goes on to round 2. The others voted Cert and cannot
//! know that it is decided. They carry the value into period 1 and decide the same block there; or, if no Cert vote ever
//! reaches them, they take the decision of period 0 from the final block that node 0 sends.

use klero_agreement::committee::{Step, Value};

use super::{Says, Story, lost};

#[test]
fn the_others_decide_the_same_block_a_period_later() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            network.rule(|letter| {
                let decides = letter.is_of(0) && letter.shows(Step::Cert);
                lost(letter.to != 0 && (decides || letter.is_history()))
            })
        });
        story.run_to(3_900);
        assert_eq!(story.network.heights(), [1, 0, 0, 0]);
        let came = story.finish(1, 3_000);
        assert!(came <= 5_900, "seed {seed}: {came} ms");
        let first = story.decision(0, 1).unwrap();
        assert_eq!(first.period, 0);
        for node in 1..4 {
            let later = story.decision(node, 1).unwrap();
            assert_eq!((later.period, later.block), (1, first.block));
            assert_eq!(
                story.said(node, 0, Step::Next(0)),
                Some(Value::Block(first.block))
            );
        }
        story.lift_rules();
        story.finish(4, 30_000);
    }
}

#[test]
fn the_others_take_it_from_the_final_block() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            network.rule(|letter| {
                let decides = letter.round == 1 && letter.shows(Step::Cert);
                lost(letter.to != 0 && (decides || letter.is_history() && letter.at < 15_000))
            })
        });
        story.run_to(14_990);
        assert_eq!(story.network.heights(), [1, 0, 0, 0]);
        assert!((1..4).all(|node| story.node(node).period >= 2));
        let came = story.finish(1, 5_000);
        assert!(came <= 17_500, "seed {seed}: {came} ms");
        assert_eq!(story.block(1), (story.decision(0, 1).unwrap().block, 0));
    }
}
