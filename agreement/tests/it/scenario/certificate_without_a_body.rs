//! [BA-8] [BA-10] Of seven nodes number 5 hears every vote and gets no body. It has the Cert quorum, cannot finalize, and
//! goes on taking part: it votes, and it passes on the Cert vote that comes after the quorum. Number 6, which hears votes
//! from nobody else and lacks just that one, decides by it. When the body comes number 5 decides at once, in period 0 like
//! all others.

use klero_agreement::committee::{Step, Value};
use klero_agreement::sim::{Content, Letter};

use super::{Says, Story, bare, lost, waits};

/// Number 6 hears number 5 only, and is heard by it only, except that it asks anybody for bodies.
fn is_past_number_5(letter: &Letter) -> bool {
    let ends = [letter.from, letter.to];
    let is_about_a_body = letter.is_body() || matches!(letter.content, Content::Fetch(_));
    ends.contains(&6) && !ends.contains(&5) && !is_about_a_body
}

fn is_cert_of(letter: &Letter, speaker: u32) -> bool {
    letter.is_of(0) && letter.votes(Step::Cert) && letter.speaker == Some(speaker)
}

fn without_a_body(seed: u64) -> Story {
    Story::new(seed, |network| {
        let network = network.nodes(7).rule(|letter| {
            let is_final_block = letter.is_history() && (letter.to >= 5 || letter.from >= 5);
            lost(is_past_number_5(letter) || is_final_block)
        });
        let network = network.rule(|letter| bare(letter.to == 5 && letter.proposes()));
        let network = network.rule(|letter| waits(12_000, letter.to == 5 && letter.is_body()));
        // Number 5 has its quorum without the vote of number 4, and number 6 has none without it.
        let network = network.rule(|letter| waits(2_000, letter.to == 5 && is_cert_of(letter, 4)));
        network.rule(|letter| lost(letter.to == 6 && is_cert_of(letter, 0)))
    })
}

#[test]
fn a_certificate_without_a_body_decides_when_the_body_comes() {
    for seed in 0..3 {
        let mut story = without_a_body(seed);
        story.run_to(1_990);
        let block = story.decision(0, 1).unwrap().block;
        assert_eq!(story.network.heights()[5..], [0, 0]);
        for speaker in [0, 1, 2, 3, 6] {
            let heard = |letter: &Letter| letter.to == 5 && letter.at < 1_900 && is_cert_of(letter, speaker);
            assert!(!story.letters(heard).is_empty(), "seed {seed}: {speaker}");
        }
        let late = story.letters(|letter| letter.from == 5 && is_cert_of(letter, 4));
        assert_eq!(late, []);
        story.run_to(11_990);
        let heights = story.network.heights();
        assert!(heights[0] >= 5 && heights[5] == 0, "{heights:?}");
        let by_the_last = story.decision(6, 1).unwrap();
        assert!((2_000..=2_100).contains(&by_the_last.at), "{}", by_the_last.at);
        assert_eq!(story.node(5).staged, Some((block, false)));
        assert_eq!(story.said(5, 0, Step::Next(0)), Some(Value::Bottom));
        let came = story.finish(1, 1_000);
        assert!((12_000..=12_050).contains(&came), "seed {seed}: {came} ms");
        assert_eq!(story.block(1), (block, 0));
        story.lift_rules();
        let highest = story.network.heights()[0];
        story.finish(highest + 2, 20_000);
    }
}
