//! [BA-9] Node 3 votes Soft for the lowest proposal that it has seen, crashes, and comes back. Meanwhile a lower one
//! arrives, which it would vote for if it did not know its word. It sends the old vote again and no other.

use klero_agreement::committee::Step;
use klero_agreement::sim::Content;

use super::{Says, Story, lowest_proposer, waits};

#[test]
fn who_voted_soft_keeps_to_it() {
    let seeds = (0..12).map(|seed| (seed, lowest_proposer(seed)));
    let seeds: Vec<_> = seeds.filter(|(_, lowest)| *lowest != 3).collect();
    assert!(seeds.len() >= 5);
    for (seed, lowest) in seeds {
        let mut story = Story::new(seed, |network| {
            let network = network.rule(move |letter| {
                let is_lowest = letter.proposes() && letter.speaker == u32::try_from(lowest).ok();
                waits(2_200, letter.is_of(0) && letter.to == 3 && is_lowest)
            });
            // Nobody stages anything until node 3 has had a second filter time.
            network.rule(|letter| waits(3_500, letter.is_of(0) && letter.shows(Step::Soft)))
        });
        story.until(1_100, |_, tape| tape.said(3, 0, Step::Soft).is_some());
        let word = story.said(3, 0, Step::Soft);
        story.network.stop_now(3);
        story.network.start_after(3, 800);
        story.run_to(3_490);
        assert_ne!(story.said(lowest, 0, Step::Soft), word);
        story.assert_open();
        story.finish(1, 1_000);
        assert_eq!(story.block(1).1, 0);
        let own = story.letters(|letter| letter.is_of(0) && letter.is_own_of(3) && letter.votes(Step::Soft));
        assert!(own.iter().any(|letter| letter.at >= 1_700));
        let said = own.iter().map(|letter| match letter.content {
            Content::Votes(_, value) => Some(value),
            _ => None,
        });
        assert!(said.into_iter().all(|value| value == word), "seed {seed}");
    }
}
