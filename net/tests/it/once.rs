//! The same bytes are delivered once, whoever sends them and however often [NET-1].

use klero_net::Verdict;

use crate::node::{Node, Over, config};

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_in_a_triangle() {
    let mut a = Node::start(config(Over::Tcp)).await;
    let mut b = Node::join(Over::Tcp, &a).await;
    let to_both = config(Over::Tcp)
        .bootnode(a.address.clone())
        .bootnode(b.address.clone());
    let mut c = Node::start(to_both).await;
    for node in [&mut a, &mut b, &mut c] {
        node.peers(2).await;
    }
    for _ in 0..3 {
        a.vote("the same");
        b.vote("the same");
    }
    a.vote("last of a");
    b.vote("last of b");

    let mut heard = Vec::new();
    while !(heard.contains(&b"last of a".to_vec()) && heard.contains(&b"last of b".to_vec())) {
        heard.push(c.judge(Verdict::Accept).await);
    }
    assert_eq!(heard.iter().filter(|bytes| *bytes == b"the same").count(), 1);
    assert_eq!(heard.len(), 3);
}

/// The same bytes on two topics are two messages.
#[tokio::test(flavor = "multi_thread")]
async fn topics_do_not_share_ids() {
    let mut a = Node::start(config(Over::Tcp)).await;
    let mut b = Node::join(Over::Tcp, &a).await;
    a.peers(1).await;
    b.peers(1).await;
    for topic in klero_net::Topic::ALL {
        a.network.publish(topic, b"bytes".to_vec()).unwrap();
        let gossip = b.message().await;
        assert_eq!((gossip.topic, &*gossip.bytes), (topic, &b"bytes"[..]));
    }
}
