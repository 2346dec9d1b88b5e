//! Two nodes hear each other, on every topic [NET-1].

use klero_net::{Topic, Verdict};

use crate::node::{Node, Over, config};

async fn two_nodes(over: Over) {
    let mut a = Node::start(config(over)).await;
    let mut b = Node::join(over, &a).await;
    a.peers(1).await;
    b.peers(1).await;
    assert_eq!(
        (a.network.peers(), b.network.peers()),
        (vec![b.peer()], vec![a.peer()])
    );

    let (peer_a, peer_b) = (a.peer(), b.peer());
    for topic in Topic::ALL {
        a.network.publish(topic, b"from a".to_vec()).unwrap();
        b.network.publish(topic, b"from b".to_vec()).unwrap();
        for (node, other, text) in [(&mut a, peer_b, b"from b"), (&mut b, peer_a, b"from a")] {
            let gossip = node.message().await;
            assert_eq!(
                (gossip.topic, &*gossip.bytes, gossip.peer),
                (topic, &text[..], other)
            );
            node.network.verdict(gossip.receipt, Verdict::Accept);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_quic() {
    two_nodes(Over::Quic).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tcp() {
    two_nodes(Over::Tcp).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_greatest_messages_pass() {
    for over in Over::BOTH {
        let mut a = Node::start(config(over)).await;
        let mut b = Node::join(over, &a).await;
        a.peers(1).await;
        b.peers(1).await;
        for topic in Topic::ALL {
            a.network.publish(topic, vec![1; topic.max_bytes()]).unwrap();
            assert_eq!(
                b.judge(Verdict::Accept).await.len(),
                topic.max_bytes(),
                "{over:?} {topic:?}"
            );
        }
    }
}

/// What is published first arrives first, thousands at a time.
#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_votes_arrives_whole() {
    let mut a = Node::start(config(Over::Quic)).await;
    let mut b = Node::join(Over::Quic, &a).await;
    a.peers(1).await;
    b.peers(1).await;
    for burst in 0..5 {
        for i in 0..800 {
            a.vote(&format!("vote {burst}.{i}"));
        }
        for i in 0..800 {
            assert_eq!(
                b.judge(Verdict::Accept).await,
                format!("vote {burst}.{i}").into_bytes()
            );
        }
    }
}
