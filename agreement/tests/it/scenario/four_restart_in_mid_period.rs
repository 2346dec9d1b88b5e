//! [BA-8] [BA-9] All four vote Cert, the votes are lost, and all four crash at one moment. Nothing is left but the logs.
//! They come back, send the same votes again, and decide the block of period 0 within two delays.

use klero_agreement::committee::{Step, Value};

use super::{Says, Story, lost};

#[test]
fn what_four_logs_hold_decides() {
    for seed in 0..5 {
        let mut story = Story::new(seed, |network| {
            network.rule(|letter| lost(letter.at < 1_500 && letter.shows(Step::Cert)))
        });
        story.until(1_500, |_, tape| {
            (0..4).all(|node| tape.said(node, 0, Step::Cert).is_some())
        });
        for node in 0..4 {
            story.network.stop_now(node);
            story.network.start_after(node, 1_000);
        }
        story.assert_open();
        let back = story.network.now() + 1_000;
        let came = story.finish(1, 3_000);
        assert!(
            (back..=back + 100).contains(&came),
            "seed {seed}: {} ms",
            came - back
        );
        let (block, period) = story.block(1);
        assert_eq!(period, 0);
        assert_eq!(story.said(0, 0, Step::Cert), Some(Value::Block(block)));
        assert_eq!(story.letters(|letter| letter.shows_next()), []);
        story.finish(4, 20_000);
    }
}
