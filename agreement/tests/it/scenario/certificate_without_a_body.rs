//! [BA-8] [BA-10] Of seven nodes number 5 hears every vote and gets no body. It has the Cert quorum, cannot finalize, and
//! goes on taking part: it votes, and it passes votes on to number 6, which hears votes from nobody else and decides by
//! them. When the body comes number 5 decides at once, in period 0 like all others.

use klero_agreement::committee::{Step, Value};
use klero_agreement::sim::{Content, Letter};

use super::{Says, Story, bare, lost, waits};

fn is_body_or_asks(letter: &Letter) -> bool {
    letter.is_body() || matches!(letter.content, Content::Fetch(_))
}

#[test]
fn a_certificate_without_a_body_decides_when_the_body_comes() {
    for seed in 0..3 {
        let mut story = Story::new(seed, |network| {
            let network = network
                .nodes(7)
                .rule(|letter| bare(letter.to == 5 && letter.proposes()));
            let network = network.rule(|letter| waits(12_000, letter.to == 5 && letter.is_body()));
            network.rule(|letter| {
                let ends = [letter.from, letter.to];
                let is_past_5 = ends.contains(&6) && !ends.contains(&5) && !is_body_or_asks(letter);
                lost(is_past_5 || letter.is_history() && (ends.contains(&5) || ends.contains(&6)))
            })
        });
        story.run_to(11_990);
        let heights = story.network.heights();
        assert!(heights[..5].iter().all(|height| *height >= 5), "{heights:?}");
        assert!(heights[5] == 0 && heights[6] >= 1, "{heights:?}");
        let block = story.decision(0, 1).unwrap().block;
        assert_eq!(story.node(5).staged, Some((block, false)));
        assert_eq!(story.said(5, 0, Step::Next(0)), Some(Value::Bottom));
        let passed_on = story.letters(|letter| {
            (letter.from, letter.to) == (5, 6) && letter.is_of(0) && letter.votes(Step::Cert)
        });
        assert!(passed_on.iter().any(|letter| letter.speaker != Some(5)));
        let came = story.finish(1, 1_000);
        assert!((12_000..=12_050).contains(&came), "seed {seed}: {came} ms");
        assert_eq!(story.block(1), (block, 0));
        story.lift_rules();
        let highest = story.network.heights()[0];
        story.finish(highest + 2, 20_000);
    }
}
