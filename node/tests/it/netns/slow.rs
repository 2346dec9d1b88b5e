//! A host on a narrow link.

use std::time::Duration;

use super::Counted;
use super::nodes::Nodes;
use super::trouble::endure;

/// [D13] On a link that is wide enough the node takes part; on one that is not, the others go on without waiting for it,
/// and it is there again when its link is.
#[test]
#[ignore = "takes minutes and needs root: make netns"]
fn a_slow_link_holds_up_nobody_else() {
    let title = "a slow link";
    let Some(_counted) = Counted::new(title) else {
        return;
    };
    let mut nodes = Nodes::start(200, |_| ());
    for (kilobits, seconds, least) in [(4_000, 60, 20), (512, 120, 0)] {
        let story = endure(
            &format!("{title} of {kilobits} kbit/s"),
            &mut nodes,
            Duration::from_secs(seconds),
            |hosts| hosts.slow(3, kilobits),
            |_| (),
        );
        let [others @ .., slow] = story.rounds.as_slice() else {
            panic!("{:?}", story.rounds);
        };
        assert!(others.iter().all(|rounds| *rounds >= 20), "{:?}", story.rounds);
        assert!(*slow >= least, "{:?}", story.rounds);
        story.assert_back_in_time();
    }
}
