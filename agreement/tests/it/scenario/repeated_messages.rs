//! [COM-4] [BA-10] Every message arrives twice, in any order. No vote counts twice, nobody passes a copy on, and rounds
//! take no more messages than they do without.

use super::Story;

const ROUNDS: u64 = 10;

fn letters(seed: u64, per_mille: u32) -> usize {
    let mut story = Story::new(seed, |network| network.delay(1, 200).duplication(per_mille));
    story.finish(ROUNDS, 60_000);
    for round in 1..=ROUNDS {
        assert_eq!(story.block(round).1, 0, "seed {seed}");
    }
    story.letters(|_| true).len()
}

#[test]
fn when_everything_comes_twice_nothing_is_sent_twice() {
    for seed in 0..4 {
        let (once, twice) = (letters(seed, 0), letters(seed, 1_000));
        assert!(once.abs_diff(twice) <= once / 10, "seed {seed}: {once}, {twice}");
    }
}
