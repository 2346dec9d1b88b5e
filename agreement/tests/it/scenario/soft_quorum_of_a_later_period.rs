//! [BA-2] [BA-6] Node 3 does not learn that period 0 is over. It hears the Soft votes of period 1, and their quorum moves it
//! there with the value staged. It has nothing to propose, votes Cert with the others, and decides with them.

use klero_agreement::Entry;
use klero_agreement::committee::{Step, Value};

use super::{Says, Story, lost};

#[test]
fn soft_votes_of_period_1_move_a_node_there() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            let network = network.rule(|letter| lost(letter.is_of(0) && letter.shows(Step::Soft)));
            network.rule(|letter| lost(letter.is_of(0) && letter.to == 3 && letter.shows_next()))
        });
        story.until(8_000, |network, _| network.period(3) == 1);
        let state = story.node(3);
        assert_eq!(state.entry, Entry::Staged);
        let (staged, _) = state.staged.unwrap();
        assert!((0..3).all(|node| story.node(node).entry == Entry::Bottom));
        let came = story.finish(1, 1_000);
        assert!(came <= 4_470 + 1_200, "seed {seed}: {came} ms");
        assert_eq!(story.block(1), (staged, 1));
        assert_eq!(story.said(3, 1, Step::Cert), Some(Value::Block(staged)));
        let own = |letter: &klero_agreement::sim::Letter| letter.is_of(1) && letter.is_own_of(3);
        assert_eq!(story.letters(|letter| own(letter) && letter.proposes()), []);
    }
}
