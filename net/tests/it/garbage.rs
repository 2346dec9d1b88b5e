//! Whatever bytes a peer sends on its streams, the node lives and goes on answering.

use klero_net::{RequestError, Topic, Verdict};
use klero_sampling::Digest;

use crate::node::{CHAIN, Node, Over, config};
use crate::stranger::{Stranger, frame, length_first, proper_text};

/// The question for the head, as it stands on the wire, and its answer by a chain of no blocks.
const HEAD: &[u8] = &[1, 0, 0, 0, 0];
const NO_BLOCKS: &[u8] = &[9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

fn garbage() -> Vec<Vec<u8>> {
    let mut garbage = vec![
        Vec::new(),
        vec![1],
        vec![1, 0, 0],
        vec![1, 0, 0, 0],
        vec![1, 0, 0, 0, 9],
        vec![2, 0, 0, 0, 0, 0],
        vec![64, 0, 0, 0],
        vec![65, 0, 0, 0],
        vec![255; 4],
        vec![255; 100_000],
    ];
    // A length of 2^32 − 1 with much behind it, and each tag with a full frame of ones.
    garbage.push([vec![255; 4], vec![1; 100_000]].concat());
    garbage.extend(
        (0..=255)
            .step_by(15)
            .map(|tag| [vec![64, 0, 0, 0, tag], vec![255; 63]].concat()),
    );
    garbage
}

#[tokio::test(flavor = "multi_thread")]
async fn in_requests() {
    for over in Over::BOTH {
        let mut node = Node::start(config(over)).await;
        let stranger = Stranger::meet(&node, Some(proper_text()), Vec::new()).await;
        node.peers(1).await;
        for bytes in garbage() {
            let answer = stranger.ask(bytes).await.unwrap_or_default();
            assert!(answer.is_empty(), "{over:?}: {answer:?}");
        }
        assert_eq!(
            stranger.ask(HEAD.to_vec()).await.as_deref(),
            Some(NO_BLOCKS),
            "{over:?}"
        );

        let mut friend = Node::join(over, &node).await;
        friend.peers(1).await;
        node.peers(2).await;
        assert_eq!(friend.network.head_of(node.peer()).await, Ok(0));
        friend.vote("a vote");
        assert_eq!(node.judge(Verdict::Accept).await, b"a vote");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_gossip_streams() {
    for over in Over::BOTH {
        let mut node = Node::start(config(over)).await;
        let good = |text: &[u8]| frame([(Topic::Votes.path(&CHAIN), text)]);
        let cut = good(b"a vote")[..60].to_vec();
        // Empty fields by the hundred thousand: messages, subscriptions, control messages.
        let many = [0x12, 0x0a, 0x1a].map(|tag| length_first(&[tag, 0].repeat(100_000)));
        for (i, bytes) in garbage().into_iter().chain([cut]).chain(many).enumerate() {
            let stranger = Stranger::mute(&node).await;
            stranger.frame(bytes).await;
            let vote = format!("vote {i}").into_bytes();
            stranger.frame(good(&vote)).await;
            assert_eq!(node.judge(Verdict::Accept).await, vote, "{over:?}");
        }

        let mut friend = Node::join(over, &node).await;
        friend.peers(1).await;
        friend.vote("another vote");
        assert_eq!(node.judge(Verdict::Accept).await, b"another vote", "{over:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_answers() {
    let longer_than_any = ((8 << 20) + 1_u32).to_le_bytes().to_vec();
    let many_blocks = [vec![5, 0, 0, 0, 1], vec![255; 4]].concat();
    let trailing = [&[10][..], &NO_BLOCKS[1..], &[0]].concat();
    for (bytes, is_answer) in [
        (Vec::new(), false),
        (vec![255; 4], true),
        (longer_than_any, true),
        (many_blocks, true),
        (trailing, true),
        (vec![1, 0, 0, 0, 9], true),
        (vec![2, 0, 0, 0, 2, 0], true),
        (vec![9, 0, 0, 0, 0], false),
    ] {
        let mut node = Node::start(config(Over::Tcp)).await;
        let stranger = Stranger::meet(&node, Some(proper_text()), bytes.clone()).await;
        node.peers(1).await;
        let error = node.network.head_of(stranger.peer).await.unwrap_err();
        // What breaks off may have been cut by the network; the rest is the peer's doing.
        assert_eq!(error == RequestError::BadAnswer, is_answer, "{bytes:?}: {error}");
        let body = node.network.body_from(stranger.peer, Digest::ZERO).await;
        assert!(
            matches!((body, bytes.get(4)), (Err(_), _) | (Ok(None), Some(2))),
            "{bytes:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_busy_says_so() {
    let mut node = Node::start(config(Over::Tcp)).await;
    let stranger = Stranger::meet(&node, Some(proper_text()), vec![1, 0, 0, 0, 3]).await;
    node.peers(1).await;
    assert_eq!(node.network.head_of(stranger.peer).await, Err(RequestError::Busy));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_gossip() {
    let mut node = Node::start(config(Over::Tcp)).await;
    let stranger = Stranger::meet(&node, Some(proper_text()), Vec::new()).await;
    node.peers(1).await;
    for topic in Topic::ALL {
        for bytes in [Vec::new(), vec![0], vec![255; 1000]] {
            stranger.gossip(topic, [vec![topic as u8], bytes.clone()].concat());
            assert_eq!(
                node.judge(Verdict::Reject).await[1..],
                bytes,
                "opaque bytes are the node's to judge"
            );
        }
    }
}
