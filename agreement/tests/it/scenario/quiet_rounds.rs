//! [BA-1] [BA-2] [BA-3] [BA-4] [BA-8] One round, five and fifty on a network that loses nothing. Each is decided in its
//! first period, before anybody votes Next or sends anything again, and takes the filter time and a few delays.

use super::{Says, Story};

fn runs(rounds: u64) {
    for seed in 0..4 {
        let mut story = Story::new(seed, |network| network);
        let took = story.finish(rounds, 120_000);
        let unmeasured = rounds.min(9);
        // A second while nothing is measured, then twice the delay of a proposal; with the delays of three messages.
        let most = 20 + unmeasured * (1_000 + 150) + (rounds - unmeasured) * (205 + 150);
        assert!(took <= most, "seed {seed}: {took} ms");
        for round in 1..=rounds {
            assert_eq!(story.block(round).1, 0, "seed {seed}");
        }
        assert_eq!(
            story.letters(|letter| letter.shows_next() || letter.attempt > 0),
            []
        );
    }
}

#[test]
fn one_round() {
    runs(1);
}

#[test]
fn five_rounds() {
    runs(5);
}

#[test]
fn fifty_rounds() {
    runs(50);
}
