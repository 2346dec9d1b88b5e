//! [BA-12] Clocks run a tenth fast and a tenth slow. Rounds are decided in their first period as ever; where that one
//! fails, all meet in the second, and nobody gets to Next(1).

use klero_agreement::committee::Step;

use super::{Says, Story, lost};

#[test]
fn clocks_that_are_a_tenth_wrong_cost_no_period() {
    for seed in 0..4 {
        let mut story = Story::new(seed, |network| {
            let network = network.clock(0, 900, 0).clock(1, 1_100, 0).clock(2, 1_100, 0);
            let fails = |round: u64| round.is_multiple_of(5);
            network.rule(move |letter| {
                lost(letter.period == 0 && fails(letter.round) && letter.shows(Step::Soft))
            })
        });
        story.finish(20, 120_000);
        for round in 1..=20_u64 {
            assert_eq!(
                story.block(round).1,
                u32::from(round.is_multiple_of(5)),
                "seed {seed}"
            );
        }
        assert_eq!(story.letters(|letter| letter.votes(Step::Next(2))), []);
    }
}
