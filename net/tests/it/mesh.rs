//! Four nodes that have each other as boot nodes, as in a testnet.

use std::collections::BTreeSet;

use futures::future::join_all;
use klero_net::identity::Keypair;
use klero_net::{NetworkConfig, Topic, Verdict};

use crate::node::{CHAIN, Node, Over, config};

const NODES: usize = 4;

/// Starts all of them at once; each dials every address, its own among them.
async fn all_at_once(over: Over) -> Vec<Node> {
    // Ports that are free: those of nodes that were there before.
    let before = join_all((0..NODES).map(|_| Node::start(config(over)))).await;
    let addresses: Vec<_> = before.iter().map(|node| node.address.clone()).collect();
    join_all(before.into_iter().map(Node::stop)).await;
    let mut nodes = join_all(addresses.iter().map(|address| {
        let own = NetworkConfig::new(CHAIN, Keypair::generate_ed25519()).listen(address.clone());
        Node::start(addresses.iter().cloned().fold(own, NetworkConfig::bootnode))
    }))
    .await;
    join_all(nodes.iter_mut().map(|node| node.peers(NODES - 1))).await;
    nodes
}

async fn everybody_hears_everybody_directly(over: Over) {
    let mut nodes = all_at_once(over).await;
    for topic in Topic::ALL {
        for node in &nodes {
            node.network.publish(topic, node.peer().to_bytes()).unwrap();
        }
        let all: BTreeSet<_> = nodes.iter().map(Node::peer).collect();
        for node in &mut nodes {
            let mut heard = BTreeSet::from([node.peer()]);
            for _ in 1..NODES {
                let gossip = node.message().await;
                // Nothing has been accepted anywhere, so nothing was relayed.
                assert_eq!(gossip.bytes, gossip.peer.to_bytes());
                heard.insert(gossip.peer);
            }
            assert_eq!(heard, all, "{over:?} {topic:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_quic() {
    everybody_hears_everybody_directly(Over::Quic).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tcp() {
    everybody_hears_everybody_directly(Over::Tcp).await;
}

/// What one node accepts goes to all others at once, from the moment that they are connected.
#[tokio::test(flavor = "multi_thread")]
async fn everybody_relays_to_everybody() {
    for over in Over::BOTH {
        let mut hub = Node::start(config(over)).await;
        let mut leaves = join_all((1..NODES).map(|_| Node::join(over, &hub))).await;
        hub.peers(NODES - 1).await;
        for leaf in &mut leaves {
            leaf.peers(1).await;
        }
        for speaker in 0..leaves.len() {
            let text = format!("from {speaker}");
            leaves[speaker].vote(&text);
            assert_eq!(hub.judge(Verdict::Accept).await, text.as_bytes());
            for (listener, leaf) in leaves.iter_mut().enumerate() {
                if listener != speaker {
                    assert_eq!(leaf.judge(Verdict::Accept).await, text.as_bytes(), "{over:?}");
                }
            }
        }
    }
}
