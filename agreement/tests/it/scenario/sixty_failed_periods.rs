//! [BA-3] [BA-5] [BA-7] No Soft vote arrives in sixty periods of one round. Each ends by a Next quorum for ⊥ at its first
//! deadline, nobody ever needs Next(1), and the first period whose votes arrive decides.

use klero_agreement::committee::{Step, Value};

use super::{Says, Story, lost};

#[test]
fn sixty_periods_fail_and_the_next_one_decides() {
    for seed in 0..3 {
        let mut story = Story::new(seed, |network| {
            network
                .hashed()
                .rule(|letter| lost(letter.round == 1 && letter.period < 60 && letter.shows(Step::Soft)))
        });
        story.run_to(60 * 4_000);
        story.assert_open();
        let came = story.finish(1, 120_000);
        assert!(came <= 60 * 4_470 + 1_200, "seed {seed}: {came} ms");
        assert_eq!(story.block(1).1, 60);
        for period in 0..60 {
            assert!(story.all_said(period, Step::Next(0), Value::Bottom));
        }
        assert_eq!(story.letters(|letter| letter.votes(Step::Next(1))), []);
    }
}
