//! [BA-7] [BA-11] The Next(0) votes for a staged value reach node 0 alone, and no Cert vote reaches anybody. Node 0 enters
//! period 1 and sends the certificate along. The others follow it within a delay, and nobody waits for Next(1).

use klero_agreement::Entry;
use klero_agreement::committee::Step;

use super::{Says, Story, lost};

#[test]
fn one_certificate_takes_everybody_along() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            let network = network.rule(|letter| lost(letter.is_of(0) && letter.shows(Step::Cert)));
            network.rule(|letter| lost(letter.is_of(0) && letter.to != 0 && letter.votes_next()))
        });
        story.until(6_000, |network, _| network.period(0) == 1);
        assert!((1..4).all(|node| story.node(node).period == 0));
        let entered = story.network.now();
        story.until(1_000, |network, _| (0..4).all(|node| network.period(node) == 1));
        assert!(story.network.now() <= entered + 50);
        let entries: Vec<Entry> = (0..4).map(|node| story.node(node).entry).collect();
        let came = story.finish(1, 3_000);
        assert!(came <= entered + 1_250, "seed {seed}: {came} ms");
        let (block, period) = story.block(1);
        assert_eq!(period, 1);
        assert_eq!(entries, [Entry::Carried(block); 4]);
        assert_eq!(story.letters(|letter| letter.votes(Step::Next(1))), []);
    }
}
