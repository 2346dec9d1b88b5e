//! Connections beyond the limits do not come about, and those within stay.

use klero_net::identity::Keypair;
use klero_net::{Limits, NetworkConfig, Verdict};

use crate::node::{CHAIN, Node, Over, config};

#[tokio::test(flavor = "multi_thread")]
async fn inbound() {
    let limits = Limits {
        inbound: 2,
        ..Limits::default()
    };
    let mut node = Node::start(config(Over::Tcp).limits(limits)).await;
    let mut friends = [
        Node::join(Over::Tcp, &node).await,
        Node::join(Over::Tcp, &node).await,
    ];
    node.peers(2).await;
    let late = Node::join(Over::Tcp, &node).await;
    // While the late one tries, the others are served.
    for round in 0..20 {
        for friend in &mut friends {
            let text = format!("{round} of {}", friend.peer());
            friend.peers(1).await;
            friend.vote(&text);
            assert_eq!(node.judge(Verdict::Ignore).await, text.into_bytes());
        }
    }
    assert!(!node.network.peers().contains(&late.peer()));

    // A place that is given up goes to the late one.
    let [first, _second] = friends;
    let gone = first.peer();
    first.stop().await;
    node.loses(gone).await;
    node.peers(2).await;
    assert!(node.network.peers().contains(&late.peer()));
}

#[tokio::test(flavor = "multi_thread")]
async fn per_peer() {
    let limits = Limits {
        per_peer: 1,
        ..Limits::default()
    };
    let mut node = Node::start(config(Over::Tcp).listen(Over::Quic.address()).limits(limits)).await;
    let identity = Keypair::generate_ed25519();
    let twin = || NetworkConfig::new(CHAIN, identity.clone()).listen(Over::Tcp.address());
    let mut first = Node::start(twin().bootnode(node.address.clone())).await;
    node.peers(1).await;
    first.peers(1).await;
    let _second = Node::start(twin().bootnode(node.address.clone())).await;
    for round in 0..20 {
        first.vote(&format!("{round}"));
        assert_eq!(node.judge(Verdict::Ignore).await, format!("{round}").into_bytes());
    }
    assert_eq!(node.network.peers(), [first.peer()]);
}
