//! A peer whose messages are rejected again and again is shut out, and one whose messages are ignored is not
//! [NET-2].

use klero_net::{NetworkEvent, PeerRefusal, Refusal, Topic, Verdict};

use crate::node::{Node, Over, config};
use crate::stranger::{Stranger, proper_text};

async fn refusal(node: &mut Node) -> (klero_net::PeerId, PeerRefusal) {
    node.until("a refusal", |event| match event {
        NetworkEvent::PeerRefused { peer, reason } => Some((peer, reason)),
        _ => None,
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_rejected_messages_are_too_many() {
    let mut node = Node::start(config(Over::Tcp)).await;
    let mut friend = Node::join(Over::Tcp, &node).await;
    node.peers(1).await;
    friend.peers(1).await;
    let stranger = Stranger::meet(&node, Some(proper_text()), Vec::new()).await;
    node.peers(2).await;
    for i in 0..20 {
        assert_eq!(node.network.peers().len(), 2, "after {i}");
        stranger.gossip(Topic::Votes, vec![i]);
        assert_eq!(node.judge(Refusal::BadSignature.verdict()).await, [i]);
    }
    assert_eq!(refusal(&mut node).await, (stranger.peer, PeerRefusal::Misbehaved));
    assert_eq!(node.network.peers(), [friend.peer()]);
    friend.vote("a vote");
    assert_eq!(node.judge(Verdict::Accept).await, b"a vote");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_out_does_not_come_back_at_once() {
    let mut node = Node::start(config(Over::Tcp)).await;
    let mut other = Node::join(Over::Tcp, &node).await;
    node.peers(1).await;
    other.peers(1).await;
    for i in 0..20 {
        other.vote(&i.to_string());
        node.judge(Verdict::Reject).await;
    }
    let expected = (other.peer(), PeerRefusal::Misbehaved);
    assert_eq!(refusal(&mut node).await, expected);
    // It dials again, being the other's boot node.
    assert_eq!(refusal(&mut node).await, expected);
    assert!(node.network.peers().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn ignored_messages_cost_nothing() {
    let mut node = Node::start(config(Over::Tcp)).await;
    let mut friend = Node::join(Over::Tcp, &node).await;
    node.peers(1).await;
    friend.peers(1).await;
    for i in 0..500 {
        friend.vote(&i.to_string());
        assert_eq!(
            node.judge(Refusal::Stale.verdict()).await,
            i.to_string().as_bytes()
        );
    }
    friend.vote("a vote");
    assert_eq!(node.judge(Verdict::Accept).await, b"a vote");
    assert_eq!(node.network.peers(), [friend.peer()]);
}
