//! [D6] Twenty honest nodes on one address that speak once in ten seconds: nobody is disconnected, refused or left out.

use std::collections::BTreeSet;
use std::time::Duration;

use klero_net::{NetworkEvent, Verdict};

use crate::node::{Node, Over, patiently, seeking};

const NODES: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn stay_in() {
    let mut observer = Node::start(seeking(Over::Quic)).await;
    let mut nodes = Vec::new();
    for _ in 0..NODES {
        nodes.push(Node::join(Over::Quic, &observer).await);
    }
    observer.peers(NODES).await;
    // The first peer of a node may be one that it discovered; what it says before it has met the observer is lost to it.
    for node in &nodes {
        let met = async {
            while !node.network.peers().contains(&observer.peer()) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        patiently("the observer", met).await;
    }
    for turn in 0..2 {
        let mut missing = BTreeSet::new();
        for node in &nodes {
            let text = format!("{turn} of {}", node.peer());
            node.vote(&text);
            missing.insert(text.into_bytes());
        }
        while !missing.is_empty() {
            let heard = observer.until("vote", |event| match event {
                NetworkEvent::Gossip(gossip) => Some(gossip),
                NetworkEvent::PeerDisconnected(peer) => panic!("{peer} is gone"),
                NetworkEvent::PeerRefused { peer, reason } => panic!("{peer} is refused: {reason}"),
                _ => None,
            });
            let gossip = heard.await;
            assert!(missing.remove(&gossip.bytes), "twice");
            observer.network.verdict(gossip.receipt, Verdict::Accept);
        }
        if turn == 0 {
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
    }
    assert_eq!(observer.network.peers().len(), NODES);
    for node in &mut nodes {
        assert!(node.network.peers().contains(&observer.peer()));
        for _ in 0..NODES * 2 {
            // Each hears the others of its own turn, by way of the observer.
            let event = node.until("vote", |event| match event {
                NetworkEvent::PeerDisconnected(peer) => panic!("{peer} is gone"),
                NetworkEvent::PeerRefused { peer, reason } => panic!("{peer} is refused: {reason}"),
                NetworkEvent::Gossip(gossip) => Some(gossip.bytes),
                _ => None,
            });
            if event.await.starts_with(b"1 of") {
                break;
            }
        }
    }
}
