//! No timer stands in the way of a message: neither the heartbeat of gossip nor a tick of ours.

use std::time::{Duration, Instant};

use klero_net::Verdict;

use crate::node::{Node, Over, config};

/// There and back over a relay. With one wait for a timer in each, of which the shortest is 100 ms, it would take
/// 20 seconds; a millisecond or two is usual.
const ROUND_TRIPS: usize = 200;

const BOUND: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn votes_go_back_and_forth_over_a_relay_without_waiting() {
    for over in Over::BOTH {
        let mut b = Node::start(config(over)).await;
        let mut a = Node::join(over, &b).await;
        let mut c = Node::join(over, &b).await;
        a.peers(1).await;
        b.peers(2).await;
        c.peers(1).await;
        let start = Instant::now();
        for i in 0..ROUND_TRIPS {
            let (there, back) = (format!("{i} there"), format!("{i} back"));
            a.vote(&there);
            assert_eq!(b.judge(Verdict::Accept).await, there.as_bytes());
            assert_eq!(c.judge(Verdict::Accept).await, there.as_bytes());
            c.vote(&back);
            assert_eq!(b.judge(Verdict::Accept).await, back.as_bytes());
            assert_eq!(a.judge(Verdict::Accept).await, back.as_bytes());
        }
        assert!(start.elapsed() < BOUND, "{over:?}: {:?}", start.elapsed());
    }
}
