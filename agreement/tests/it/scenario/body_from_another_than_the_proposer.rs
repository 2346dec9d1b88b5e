//! [BA-8] [BA-10] One node never gets a body from the proposer, whatever it asks. It asks everybody, others hand the body
//! on, and the round is decided in its first period without delay.

use klero_agreement::sim::Content;

use super::{Says, Story, bare, lost, lowest_proposer};

#[test]
fn others_hand_the_body_on() {
    for seed in 0..5 {
        let lowest = lowest_proposer(seed);
        let victim = (lowest + 1) % 4;
        let mut story = Story::new(seed, |network| {
            let network = network.rule(move |letter| bare(letter.to == victim && letter.proposes()));
            network.rule(move |letter| lost(letter.to == victim && letter.from == lowest && letter.is_body()))
        });
        let came = story.finish(1, 3_000);
        assert!(came <= 1_200, "seed {seed}: {came} ms");
        let (block, period) = story.block(1);
        assert_eq!(period, 0);
        let body = Content::Body(block);
        let asked = story.letters(|letter| letter.from == victim && letter.content == Content::Fetch(block));
        let handed = story.letters(|letter| letter.to == victim && letter.content == body);
        assert!(!asked.is_empty());
        assert!(handed.iter().any(|letter| letter.from != lowest));
    }
}
