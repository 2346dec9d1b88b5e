//! Four nodes, three of which know only the fourth; it listens on both transports.

use std::collections::BTreeSet;

use klero_net::{NetworkEvent, Verdict};

use crate::node::{Node, Over, config};

#[tokio::test(flavor = "multi_thread")]
async fn everybody_hears_everybody_once() {
    let mut hub = Node::start(config(Over::Quic).listen(Over::Tcp.address())).await;
    let second = hub
        .until("the second address", |event| match event {
            NetworkEvent::Listening(address) => Some(address),
            _ => None,
        })
        .await;
    let by_both = config(Over::Tcp)
        .bootnode(hub.address.clone())
        .bootnode(second.clone());
    let mut nodes = vec![
        Node::start(config(Over::Quic).bootnode(hub.address.clone())).await,
        Node::start(config(Over::Tcp).bootnode(second)).await,
        Node::start(by_both).await,
    ];
    hub.peers(3).await;
    for node in &mut nodes {
        node.peers(1).await;
    }
    nodes.push(hub);

    let texts: BTreeSet<_> = (0..nodes.len())
        .map(|i| format!("from {i}").into_bytes())
        .collect();
    for (node, text) in nodes.iter().zip(&texts) {
        node.network
            .publish(klero_net::Topic::Certificates, text.clone())
            .unwrap();
    }
    let listeners = nodes.into_iter().zip(&texts).map(async |(mut node, own)| {
        let mut heard = BTreeSet::new();
        for _ in 1..texts.len() {
            assert!(heard.insert(node.judge(Verdict::Accept).await), "heard twice");
        }
        assert!(heard.is_subset(&texts) && !heard.contains(own));
        node
    });
    // Each node keeps relaying while the others listen.
    let _nodes = futures::future::join_all(listeners).await;
}
