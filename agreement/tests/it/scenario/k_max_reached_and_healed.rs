//! [BA-10] [BA-11] Two halves are apart so long that both run out of steps. Nobody goes beyond `k_max`; all stay there and
//! send again. When they hear each other the last step makes the quorum, and period 1 decides.

use klero_agreement::committee::Step;

use super::{RECOVERY, Says, Story, lost};

#[test]
fn halves_that_ran_out_of_steps_meet_in_the_last() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            network
                .hashed()
                .k_max(3)
                .rule(|letter| lost((letter.from < 2) != (letter.to < 2)))
        });
        story.run_to(120_000);
        story.assert_open();
        for node in 0..4 {
            let state = story.node(node);
            assert_eq!((state.period, state.k), (0, 3));
        }
        story.lift_rules();
        let came = story.finish(1, 2 * RECOVERY);
        assert!(came <= 120_000 + RECOVERY, "seed {seed}: {} ms", came - 120_000);
        assert_eq!(story.block(1).1, 1);
        assert_eq!(story.letters(|letter| letter.votes(Step::Next(4))), []);
    }
}
