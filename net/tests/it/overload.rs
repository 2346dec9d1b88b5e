//! A node that is slow to judge loses what is beyond the allowance of its kind, and nothing of other kinds.

use klero_net::{Gossip, Topic, Verdict};

use crate::node::{Node, Over, config};

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_wait_do_not_keep_votes_out() {
    let mut a = Node::start(config(Over::Tcp)).await;
    let mut b = Node::join(Over::Tcp, &a).await;
    a.peers(1).await;
    b.peers(1).await;

    let body = |i: u8| vec![i; Topic::Proposals.max_bytes()];
    let mut waiting: Vec<Gossip> = Vec::new();
    for i in 0..8 {
        let mut body = body(i);
        // One byte short of 16 MiB altogether.
        body.truncate(Topic::Proposals.max_bytes() - usize::from(i == 7));
        a.network.publish(Topic::Proposals, body).unwrap();
        waiting.push(b.message().await);
    }
    // The next is ignored; the one behind it fits.
    a.network.publish(Topic::Proposals, body(16)).unwrap();
    a.network.publish(Topic::Proposals, vec![1]).unwrap();
    let small = b.message().await;
    assert_eq!(small.bytes, [1]);
    a.vote("a vote");
    assert_eq!(b.judge(Verdict::Accept).await, b"a vote");

    // With a verdict there is room again, and without one too, when the receipt is dropped.
    b.network.verdict(waiting.remove(0).receipt, Verdict::Reject);
    drop(waiting.remove(0));
    a.vote("the verdict was first");
    assert_eq!(b.judge(Verdict::Accept).await, b"the verdict was first");
    for i in 17..19_u8 {
        a.network.publish(Topic::Proposals, body(i)).unwrap();
        let gossip = b.message().await;
        assert_eq!(gossip.bytes, body(i));
        waiting.push(gossip);
    }
}
