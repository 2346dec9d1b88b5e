//! [BA-4] [BA-10] Two of four start a minute late. The first two have gone through the Next steps meanwhile. The late ones
//! move to their k by its votes at once, past their own first deadline: they vote no step that they skipped, and no Cert.

use klero_agreement::committee::Step;

use super::{RECOVERY, Story};

#[test]
fn late_starters_skip_to_the_step_of_the_others() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| network.starts(2, 60_000).starts(3, 60_000));
        story.run_to(59_990);
        let k = story.node(0).k.min(story.node(1).k);
        assert!(k >= 7, "seed {seed}: {k}");
        let came = story.finish(1, 2 * RECOVERY);
        assert!(came <= 60_000 + RECOVERY, "seed {seed}: {came} ms");
        assert!(story.block(1).1 >= 1);
        let mut caught_up = 0;
        for node in [2, 3] {
            assert!((2..k - 1).all(|skipped| story.said(node, 0, Step::Next(skipped)).is_none()));
            assert_eq!(story.said(node, 0, Step::Cert), None);
            caught_up += (k..k + 3)
                .filter(|k| story.said(node, 0, Step::Next(*k)).is_some())
                .count();
        }
        // One that hears the quorum of the other three first has nothing to vote for.
        assert!(caught_up >= 1, "seed {seed}");
    }
}
