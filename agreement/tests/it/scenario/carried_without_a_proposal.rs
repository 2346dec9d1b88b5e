//! [BA-3] [BA-7] All staged one block in period 0, and no Cert vote arrived. In period 1 no proposal arrives either. Nobody
//! needs one: what a Next quorum carried over is voted for as it is, and its body is kept.

use klero_agreement::committee::Step;

use super::{Says, Story, lost};

#[test]
fn what_was_carried_over_needs_no_proposal() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            let network = network.rule(|letter| lost(letter.is_of(0) && letter.shows(Step::Cert)));
            network.rule(|letter| lost(letter.is_of(1) && (letter.proposes() || letter.is_body())))
        });
        story.run_to(3_900);
        let staged = story.node(0).staged.unwrap();
        assert!((1..4).all(|node| story.node(node).staged == Some(staged)) && staged.1);
        let came = story.finish(1, 3_000);
        assert!(came <= 4_470 + 1_200, "seed {seed}: {came} ms");
        assert_eq!(story.block(1), (staged.0, 1));
        assert!(
            !story
                .letters(|letter| letter.proposes() && letter.is_of(1))
                .is_empty()
        );
    }
}
