//! [BA-5] [BA-9] Node 3 votes Cert, crashes, and comes back to a network in which it hears nothing. Its log holds what was
//! staged: when its first deadline passes it votes Next(0) for the block, not for ⊥.

use klero_agreement::committee::{Step, Value};

use super::{Says, Story, lost};

#[test]
fn who_voted_cert_remembers_what_was_staged() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            network.rule(|letter| lost(letter.is_of(0) && letter.shows(Step::Cert)))
        });
        story.until(2_000, |_, tape| tape.said(3, 0, Step::Cert).is_some());
        let Some(Value::Block(block)) = story.said(3, 0, Step::Cert) else {
            panic!("Cert is for a block");
        };
        story.network.stop_now(3);
        story.network.impose(|letter| lost(letter.to == 3));
        story.network.start_after(3, 500);
        let back = story.network.now() + 500;
        story.run_to(back + 10);
        assert_eq!(story.node(3).staged, Some((block, true)));
        story.until(5_000, |_, tape| tape.said(3, 0, Step::Next(0)).is_some());
        assert_eq!(story.said(3, 0, Step::Next(0)), Some(Value::Block(block)));
        // The time of the step began anew.
        assert!(story.network.now() >= back + 4_000);
        story.lift_rules();
        story.finish(3, 20_000);
        assert_eq!(story.network.block(3, 1), Some(block));
        assert_eq!(
            story.decision(0, 1).map(|known| (known.block, known.period)),
            Some((block, 1))
        );
    }
}
