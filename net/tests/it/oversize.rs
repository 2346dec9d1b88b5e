//! What is too long for its kind, or of no kind at all, is dropped before anything else [NET-1].

use klero_net::{PublishError, Topic, Verdict};
use klero_sampling::Digest;

use crate::node::{CHAIN, Node, Over, config};
use crate::stranger::{Stranger, frame, proper_text};

#[tokio::test(flavor = "multi_thread")]
async fn a_node_does_not_send_it() {
    let node = Node::start(config(Over::Tcp)).await;
    for topic in Topic::ALL {
        let limit = topic.max_bytes();
        let refused = node.network.publish(topic, vec![0; limit + 1]);
        assert_eq!(
            refused,
            Err(PublishError::TooLong {
                length: limit + 1,
                limit
            })
        );
        assert_eq!(node.network.publish(topic, vec![0; limit]), Ok(()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_does_not_deliver_it() {
    let mut node = Node::start(config(Over::Tcp)).await;
    let stranger = Stranger::meet(&node, Some(proper_text()), Vec::new()).await;
    node.peers(1).await;
    for topic in Topic::ALL {
        stranger.gossip(topic, vec![1; topic.max_bytes() + 1]);
        stranger.gossip(topic, vec![2; topic.max_bytes()]);
        let heard = node.judge(Verdict::Accept).await;
        assert_eq!(heard, vec![2; topic.max_bytes()], "{topic:?}");
    }
}

/// A frame of the lane of votes with something of each topic, of this chain and of another.
#[tokio::test(flavor = "multi_thread")]
async fn a_topic_of_another_chain_or_lane_is_none() {
    let mut node = Node::start(config(Over::Tcp)).await;
    let stranger = Stranger::mute(&node).await;
    let messages = Topic::ALL.into_iter().flat_map(|topic| {
        let other = (topic.path(&Digest([9; 32])), &b"another chain's"[..]);
        [other, (topic.path(&CHAIN), &b"this chain's"[..])]
    });
    stranger.frame(frame(messages)).await;
    for topic in [Topic::Votes, Topic::Certificates, Topic::Evidence] {
        let gossip = node.message().await;
        assert_eq!((gossip.topic, &*gossip.bytes), (topic, &b"this chain's"[..]));
        node.network.verdict(gossip.receipt, Verdict::Accept);
    }
}

/// A frame beyond every limit ends its stream, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_no_kind_allows_harms_nobody() {
    let mut node = Node::start(config(Over::Tcp)).await;
    let mut friend = Node::join(Over::Tcp, &node).await;
    node.peers(1).await;
    friend.peers(1).await;
    let stranger = Stranger::meet(&node, Some(proper_text()), Vec::new()).await;
    node.peers(2).await;
    for _ in 0..10 {
        stranger.gossip(Topic::Proposals, vec![1; 5 << 20]);
    }
    friend.vote("a vote");
    assert_eq!(node.judge(Verdict::Accept).await, b"a vote");
    assert!(node.network.peers().contains(&friend.peer()));
}
