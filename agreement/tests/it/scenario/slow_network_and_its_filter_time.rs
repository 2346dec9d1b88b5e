//! [BA-12] The filter time is a second while nothing is measured, then little more than proposals take. Proposals become
//! slow, which may cost a few rounds their first period, and it grows; they become quick, and when the slow rounds are
//! forgotten it is as short as before. No other round needs a second period.

use klero_agreement::committee::Step;

use super::{Says, Story, late};

/// How long after it began a round a node voted Soft there, in milliseconds.
fn waited(story: &Story, node: usize, round: u64) -> u64 {
    let own = |letter: &klero_agreement::sim::Letter| letter.round == round && letter.is_own_of(node);
    let soft = story.letters(|letter| own(letter) && letter.votes(Step::Soft));
    soft[0].at - story.decision(node, round - 1).unwrap().at
}

fn all_waited(story: &Story, round: u64, expected: std::ops::RangeInclusive<u64>) {
    for node in 0..4 {
        let waited = waited(story, node, round);
        assert!(
            expected.contains(&waited),
            "node {node}, round {round}: {waited} ms"
        );
    }
}

#[test]
fn the_filter_time_follows_the_network_up_and_down() {
    for seed in 0..3 {
        let mut story = Story::new(seed, |network| network.hashed().delay(10, 10));
        story.finish(20, 60_000);
        all_waited(&story, 5, 1_000..=1_000);
        all_waited(&story, 20, 10..=60);
        story.network.impose(|letter| late(300, letter.proposes()));
        story.finish(60, 120_000);
        all_waited(&story, 60, 605..=700);
        story.lift_rules();
        story.finish(64 + 60, 120_000);
        all_waited(&story, 64 + 60, 10..=60);
        // The second slow round of twenty is past the 95th percentile.
        for round in (1..=20).chain(26..=64 + 60) {
            story.assert_first_period(round);
        }
    }
}
