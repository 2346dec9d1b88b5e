//! A node that restarts at its old address is found again.

use klero_net::identity::Keypair;
use klero_net::{Multiaddr, NetworkConfig, Verdict};

use crate::node::{CHAIN, Node, Over, config};

async fn restarted(over: Over) {
    let identity = Keypair::generate_ed25519();
    let at = |address: Multiaddr| NetworkConfig::new(CHAIN, identity.clone()).listen(address);
    let mut b = Node::start(at(over.address())).await;
    let mut a = Node::join(over, &b).await;
    let (peer, address) = (b.peer(), b.address.clone());

    for life in 0..3 {
        a.peers(1).await;
        b.peers(1).await;
        a.vote(&format!("to life {life}"));
        assert_eq!(
            b.judge(Verdict::Accept).await,
            format!("to life {life}").into_bytes()
        );
        b.vote(&format!("from life {life}"));
        assert_eq!(
            a.judge(Verdict::Accept).await,
            format!("from life {life}").into_bytes()
        );

        b.stop().await;
        a.loses(peer).await;
        assert!(a.network.peers().is_empty());
        b = Node::start(at(address.clone())).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_quic() {
    restarted(Over::Quic).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tcp() {
    restarted(Over::Tcp).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_among_its_own_boot_nodes_is_no_peer() {
    for over in Over::BOTH {
        // Which port it gets shows only when it runs, so the address comes from a first life.
        let first = Node::start(config(over)).await;
        let address = first.address.clone();
        first.stop().await;
        let own = NetworkConfig::new(CHAIN, Keypair::generate_ed25519()).bootnode(address.clone());
        let mut node = Node::start(own.listen(address)).await;
        let mut other = Node::join(over, &node).await;
        node.peers(1).await;
        other.peers(1).await;
        assert_eq!(node.network.peers(), [other.peer()]);
    }
}
