//! The handle works from any thread, and says when the network is gone.

use std::sync::Arc;

use futures::executor::block_on;
use klero_net::identity::Keypair;
use klero_net::{NetworkConfig, NetworkError, PublishError, RequestError, Topic, Verdict};

use crate::chain::Blocks;
use crate::node::{CHAIN, Node, Over, config};

#[tokio::test(flavor = "multi_thread")]
async fn ordinary_threads_need_no_runtime() {
    let mut server = Node::start(config(Over::Tcp)).await;
    let mut client = Node::join(Over::Tcp, &server).await;
    server.peers(1).await;
    client.peers(1).await;
    let (network, peer) = (client.network.clone(), server.peer());
    let thread = std::thread::spawn(move || {
        network.publish(Topic::Votes, b"from a thread".to_vec()).unwrap();
        (network.peers(), block_on(network.head_of(peer)))
    });
    assert_eq!(server.judge(Verdict::Accept).await, b"from a thread");
    let outcome = tokio::task::spawn_blocking(|| thread.join().unwrap())
        .await
        .unwrap();
    assert_eq!(outcome, (vec![peer], Ok(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_shutdown() {
    let node = Node::start(config(Over::Quic)).await;
    let (network, peer) = (node.network.clone(), node.peer());
    node.stop().await;
    assert_eq!(
        network.publish(Topic::Votes, Vec::new()),
        Err(PublishError::Closed)
    );
    assert_eq!(network.head_of(peer).await, Err(RequestError::Closed));
    network.shutdown();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_hears_at_once_that_a_node_goes() {
    for over in Over::BOTH {
        let mut a = Node::start(config(over)).await;
        let mut b = Node::join(over, &a).await;
        a.peers(1).await;
        b.peers(1).await;
        let peer = b.peer();
        b.stop().await;
        a.loses(peer).await;
        assert!(a.network.peers().is_empty());
    }
}

#[test]
fn without_a_runtime() {
    let outcome = klero_net::spawn(config(Over::Tcp), Arc::new(Blocks::default()));
    assert!(matches!(outcome, Err(NetworkError::NoRuntime)));
}

#[tokio::test]
async fn an_address_that_cannot_be_listened_on() {
    for address in [
        "/ip4/192.0.2.1/tcp/1",
        "/ip4/192.0.2.1/udp/1/quic-v1",
        "/dns4/example.org/tcp/1",
    ] {
        let address: klero_net::Multiaddr = address.parse().unwrap();
        let config = NetworkConfig::new(CHAIN, Keypair::generate_ed25519()).listen(address.clone());
        match klero_net::spawn(config, Arc::new(Blocks::default())) {
            Err(NetworkError::Listen { address: named, .. }) => assert_eq!(named, address),
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("listens on {address}"),
        }
    }
}
