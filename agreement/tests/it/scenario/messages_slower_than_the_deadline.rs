//! [BA-3] [BA-5] [BA-12] For a minute every message takes longer than the first deadline. All timers pass before anything
//! comes, period after period ends with ⊥, and nothing is decided. Then messages are quick, and the round is decided
//! within `step_cap` and four seconds.

use klero_agreement::committee::{Step, Value};
use klero_agreement::sim::Delay;

use super::{RECOVERY, Story};

const CALM: u64 = 60_000;

#[test]
fn a_network_that_was_too_slow_recovers() {
    for seed in 0..10 {
        let mut story = Story::new(seed, |network| {
            let slow = network.stormy_delays(Delay::Uniform(5_000, 6_000));
            slow.calm_from(CALM)
        });
        story.run_to(CALM);
        story.assert_open();
        for node in 0..4 {
            assert_eq!(story.said(node, 0, Step::Cert), None);
            assert_eq!(story.said(node, 0, Step::Next(0)), Some(Value::Bottom));
            assert!(story.node(node).period >= 3, "seed {seed}");
        }
        let came = story.finish(1, 2 * RECOVERY);
        assert!(came <= CALM + RECOVERY, "seed {seed}: {} ms", came - CALM);
    }
}
